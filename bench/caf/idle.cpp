// What a CAF system costs that has nothing to do.
#include "../idleness.hpp"
#include "../workloads.hpp"
#include "host.hpp"

#include <chrono>
#include <cstdint>
#include <thread>

namespace bench {

namespace {

using namespace std::chrono_literals;
using caf::actor;
using caf::behavior;
using caf::event_based_actor;

behavior some_work(event_based_actor* self, const actor& result) {
  self->send(self, caf::ok_atom_v);
  return {[=, left = 100](caf::ok_atom) mutable {
    if (left-- > 0) {
      self->delayed_send(self, 10us, caf::ok_atom_v);
      return;
    }
    self->send(result, std::int64_t{1});
    self->quit();
  }};
}

behavior waiter(event_based_actor* self) {
  self->delayed_send(self, std::chrono::hours{24 * 365}, caf::ok_atom_v);
  return {[](caf::ok_atom) {}};
}

}  // namespace

// An idle program still waits for something: a message and a timer.
outcome caf_idle(const settings& s) {
  constexpr std::int64_t workers = 8;
  caf_host host{s};
  caf::scoped_actor self{host.system()};
  for (std::int64_t k = 0; k != workers; ++k) self->spawn(some_work, actor{self});
  std::int64_t done = 0;
  for (std::int64_t k = 0; k != workers; ++k) done += receive_number(self);
  expect("actors that ended", done, workers);
  const actor waiting = self->spawn(waiter);
  std::this_thread::sleep_for(1s);  // until all have come to rest
  const outcome found = measure_idle("caf_idle", s.n, s.scheduler == caf_scheduler::ours);
  self->send_exit(waiting, caf::exit_reason::user_shutdown);
  return found;
}

}  // namespace bench
