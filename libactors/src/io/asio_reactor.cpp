#include "asio_reactor.hpp"

#include "../tasks/report_error.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <exception>

namespace actors::inline v1::detail {

namespace {

int new_alarm() {
  const int descriptor = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (descriptor < 0)
    throw boost::system::system_error{errno, boost::system::system_category(), "timerfd for a runtime's I/O"};
  return descriptor;
}

}  // namespace

asio_reactor::asio_reactor() : alarm_{context_, new_alarm()} { wait_for_alarm(); }

// What a handler throws is confined to it, as what a task throws is.
template <class Step>
std::size_t asio_reactor::run_guarded(Step step) noexcept {
  try {
    return step();
  } catch (...) {
    report_error("handler_error", "a completion handler on a runtime's io_context threw", std::current_exception());
  }
  return 1;
}

void asio_reactor::poll() noexcept {
  context_.restart();  // an interruption may have come after the wait that it was meant for
  for (unsigned ran = 0; ran != most_completions; ++ran) {
    if (run_guarded([this] { return context_.poll_one(); }) == 0) return;
  }
}

void asio_reactor::wait(std::int64_t deadline) noexcept {
  set_alarm(deadline);
  run_guarded([this] { return context_.run_one(); });
}

void asio_reactor::set_alarm(std::int64_t deadline) noexcept {
  if (deadline == alarm_at_) return;
  alarm_at_ = deadline;
  // A time of zero would switch it off, as it is to be without a deadline.
  itimerspec until{};
  if (deadline != INT64_MAX) {
    const std::int64_t at = deadline < 1 ? 1 : deadline;
    until.it_value = {at / 1'000'000'000, at % 1'000'000'000};
  }
  timerfd_settime(alarm_.native_handle(), TFD_TIMER_ABSTIME, &until, nullptr);
}

void asio_reactor::wait_for_alarm() {
  alarm_.async_wait(boost::asio::posix::descriptor_base::wait_read, [this](const boost::system::error_code& error) {
    if (error) return;
    std::uint64_t count = 0;
    // Nothing to read where it was set anew meanwhile.
    if (::read(alarm_.native_handle(), &count, sizeof count) == sizeof count) alarm_at_ = INT64_MAX;
    wait_for_alarm();
  });
}

}  // namespace actors::inline v1::detail
