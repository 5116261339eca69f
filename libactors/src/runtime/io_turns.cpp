// How a worker that runs serves I/O: it looks into the reactor between turns, where nobody sleeps in it.
#include "worker.hpp"

namespace actors::inline v1::detail {

namespace {

// A look costs about half a microsecond, so this bounds the loss at about 1 %, and what I/O waits for at 50 us and a
// turn.
constexpr double poll_ns = 50'000;

}  // namespace

void worker::poll_io() noexcept {
  reactor* io = owner_.io();
  if (io == nullptr || !io->try_hold()) return;
  io->poll();
  io->release();
}

void worker::poll_io_if_due() noexcept {
  if (owner_.io() == nullptr) return;
  const std::uint64_t now = cycle_count();
  if (now - polled_at_ < static_cast<std::uint64_t>(poll_ns * cycles_per_nanosecond())) return;
  polled_at_ = now;
  poll_io();
}

}  // namespace actors::inline v1::detail
