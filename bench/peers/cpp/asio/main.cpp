// bench_asio: the workloads on Boost.Asio. runtime.hpp says what was chosen.
#include "runtime.hpp"

#include <array>

namespace {

using namespace peer;

/// A workload as the program's table wants it.
template <on_asio::task<outcome> (*workload)(settings)>
outcome on_pool(const settings& s) {
  return on_asio::run(s, workload);
}

outcome lingering(const settings& s) {
  if (s.threads < 2) throw not_applicable{"handoff_lingering needs two threads"};
  return on_asio::run(s, on_asio::handoff_lingering);
}

}  // namespace

int main(int count, char** arguments) {
  const std::array workloads{
      workload{"pingpong_unbuffered", on_pool<on_asio::pingpong>},
      workload{"spsc_buffered", on_pool<on_asio::spsc>},
      workload{"mpsc", on_pool<on_asio::mpsc>},
      workload{"mpmc", on_pool<on_asio::mpmc>},
      workload{"select", on_pool<on_asio::select>},
      workload{"ring", on_pool<on_asio::ring>},
      workload{"spawn_join", on_pool<on_asio::spawn_join>},
      workload{"skynet", on_pool<on_asio::skynet>},
      workload{"million_sleep", on_pool<on_asio::sleep_ten_seconds>},
      workload{"million_sleep2", on_pool<on_asio::sleep_two_seconds>},
      workload{"pipeline", on_pool<on_asio::pipeline>},
      workload{"blocking", on_pool<on_asio::blocking>},
      workload{"fib", on_pool<on_asio::fib>},
      workload{"fib_inline", on_pool<on_asio::fib_inline>},
      workload{"handoff_parked", on_pool<on_asio::handoff_parked>},
      workload{"handoff_lingering", lingering},
      workload{"foreign_wake", on_asio::foreign_wake},
      workload{"request_load", on_pool<on_asio::request_load>},
      workload{"timer_accuracy", on_pool<on_asio::timer_accuracy>},
      workload{"idle_cpu", on_asio::idle_cpu},
  };
  return run_program("asio", count, arguments, workloads);
}
