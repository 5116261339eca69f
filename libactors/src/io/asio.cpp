#include <actors/errors.hpp>
#include <actors/io/asio.hpp>

#if !ACTORS_SIMULATION
#include "asio_reactor.hpp"
#endif

namespace actors::inline v1 {

namespace {

#if ACTORS_SIMULATION
boost::asio::io_context& context_of(detail::scheduler&) {
  throw usage_error{
      "io_context() in a simulation: sockets, pipes and Asio's timers are not simulated; give the program its bytes "
      "through channels, and time through actors::sleep"};
}
#else
boost::asio::io_context& context_of(detail::scheduler& where) {
  return static_cast<detail::asio_reactor&>(where.io(&detail::asio_reactor::make)).context();
}
#endif

}  // namespace

boost::asio::io_context& io_context() { return context_of(detail::need_scheduler("io_context()")); }
boost::asio::io_context& io_context(runtime& where) { return context_of(where.scheduler()); }

}  // namespace actors::inline v1
