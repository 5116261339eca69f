// bench_caf: the workloads on CAF. runtime.hpp says what was chosen.
#include "runtime.hpp"

#include <array>

int main(int count, char** arguments) {
  using namespace peer;
  const std::array workloads{
      workload{"pingpong_unbuffered", on_caf::pingpong},
      workload{"spsc_buffered", on_caf::spsc},
      workload{"mpsc", on_caf::mpsc},
      workload{"mpmc", {}, "a mailbox has one reader; CAF has no queue that several actors take from"},
      workload{"select", {}, "an actor has one mailbox and waits for nothing else, which is the workload mpsc"},
      workload{"ring", on_caf::ring},
      workload{"spawn_join", on_caf::spawn_join},
      workload{"skynet", on_caf::skynet},
      workload{"million_sleep", on_caf::sleep_ten_seconds},
      workload{"million_sleep2", on_caf::sleep_two_seconds},
      workload{"pipeline", on_caf::pipeline},
      workload{"blocking", on_caf::blocking},
      workload{"fib", on_caf::fib},
      workload{"fib_inline", {}, "an actor cannot wait for another one within a function call"},
      workload{"handoff_parked", on_caf::handoff_parked},
      workload{"handoff_lingering", on_caf::handoff_lingering},
      workload{"foreign_wake", on_caf::foreign_wake},
      workload{"request_load", on_caf::request_load},
      workload{"timer_accuracy", on_caf::timer_accuracy},
      workload{"idle_cpu", on_caf::idle_cpu},
  };
  return run_program("caf", count, arguments, workloads);
}
