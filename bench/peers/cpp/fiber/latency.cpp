// Hand-offs of Boost.Fiber, and what idle threads cost. The letters go through a buffered channel: push of an
// unbuffered one returns only after the receiver ran, so that nobody could compute beside it.
#include "latency.hpp"

#include "idle.hpp"
#include "runtime.hpp"

#include <boost/fiber/future.hpp>

#include <exception>
#include <functional>
#include <thread>
#include <vector>

namespace peer::on_fiber {

namespace {

using letters = fibers::buffered_channel<letter>;

fibers::fiber receive_letters(letters& in, letters_read& seen) {
  return start([&] {
    for (letter got{}; in.pop(got) == channel_op_status::success;) seen.receive(got);
  });
}

/// Lets all threads come to rest; afterwards the receiver waits for the next letter.
void settle(const letters_read& seen, std::int64_t expected) {
  do {
    boost::this_fiber::sleep_for(pause);
  } while (seen.arrived() != expected);
}

}  // namespace

outcome handoff_parked(const settings& s) {
  letters out{2};
  letters_read seen{s.n};
  auto receiving = receive_letters(out, seen);
  const stopwatch watch;
  for (std::int64_t i = 0; i != s.n; ++i) {
    settle(seen, i);
    compute_for(computing_before);
    out.push(write_letter(true));
    compute_for(computing_after);
  }
  out.close();
  receiving.join();
  return seen.finish("handoff_parked", s.n, watch.elapsed());
}

outcome handoff_lingering(const settings& s) {
  letters out{2};
  letters_read seen{s.n};
  failures failed{s.n};
  std::int64_t sent = 0;
  auto receiving = receive_letters(out, seen);
  const stopwatch watch;
  try {
    for (std::int64_t i = 0; i != s.n;) {
      settle(seen, sent);
      out.push(write_letter(false));
      if (!seen.arrives_soon(sent++)) {
        failed.add();
        continue;
      }
      compute_for(lull);
      out.push(write_letter(true));
      compute_for(computing_after);
      ++sent;
      ++i;
    }
  } catch (...) {
    out.close();
    receiving.join();
    throw;
  }
  out.close();
  receiving.join();
  return seen.finish("handoff_lingering", s.n, watch.elapsed());
}

namespace {

/// Calls `measure` on a thread that is none of the schedulers', while they have nothing else to do.
outcome measure_from_outside(const std::function<outcome()>& measure) {
  fibers::promise<outcome> measured;
  std::thread measuring{[&] {
    try {
      measured.set_value(measure());
    } catch (...) {
      measured.set_exception(std::current_exception());
    }
  }};
  auto result = measured.get_future();
  result.wait();
  measuring.join();
  return result.get();
}

}  // namespace

// No fiber can be started on another thread: here one waits for letters.
outcome foreign_wake(const settings& s) {
  letters out{2};
  letters_read seen{s.n};
  auto receiving = receive_letters(out, seen);
  const outcome result =
      measure_from_outside([&] { return wake_from_outside(s.n, seen, [&](const letter& next) { out.push(next); }); });
  out.close();
  receiving.join();
  return result;
}

// An idle program still waits for something: here a future.
outcome idle_cpu(const settings& s) {
  constexpr int rounds = 100;
  std::vector<fibers::fiber> some_work;
  for (std::int64_t k = 0; k != parties; ++k)
    some_work.push_back(start([] {
      for (int i = 0; i != rounds; ++i) boost::this_fiber::sleep_for(std::chrono::microseconds{10});
    }));
  for (fibers::fiber& each : some_work) each.join();
  return measure_from_outside([&] { return measure_idle(s); });
}

}  // namespace peer::on_fiber
