// bench_fiber: the workloads on Boost.Fiber. runtime.hpp says what was chosen. It has an option of its own:
// --algorithm work_stealing|shared_work|work_stealing_spin|shared_work_spin.
#include "runtime.hpp"

#include <boost/fiber/algo/round_robin.hpp>
#include <boost/fiber/algo/shared_work.hpp>
#include <boost/fiber/algo/work_stealing.hpp>
#include <boost/fiber/condition_variable.hpp>
#include <boost/fiber/mutex.hpp>

#include <array>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace peer::on_fiber {

namespace {

constexpr std::array algorithms{std::string_view{"work_stealing"}, std::string_view{"shared_work"},
                                std::string_view{"work_stealing_spin"}, std::string_view{"shared_work_spin"}};

void use_algorithm(const settings& s) {
  const bool suspend = !s.algorithm.ends_with("_spin");
  if (s.threads == 1)
    fibers::use_scheduling_algorithm<fibers::algo::round_robin>();
  else if (s.algorithm.starts_with("work_stealing"))
    fibers::use_scheduling_algorithm<fibers::algo::work_stealing>(s.threads, suspend);
  else
    fibers::use_scheduling_algorithm<fibers::algo::shared_work>(suspend);
}

/// Lets the other threads run fibers until the work is done.
class end_of_work {
 public:
  void wait() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return done_; });
  }
  void announce() {
    {
      const std::lock_guard lock{mutex_};
      done_ = true;
    }
    changed_.notify_all();
  }

 private:
  fibers::mutex mutex_;
  fibers::condition_variable changed_;
  bool done_ = false;
};

}  // namespace

outcome run(const settings& s, outcome (*workload)(const settings&)) {
  end_of_work end;
  std::vector<std::thread> others;
  for (unsigned i = 1; i < s.threads; ++i)
    others.emplace_back([&] {
      use_algorithm(s);
      end.wait();
    });
  use_algorithm(s);
  std::optional<outcome> result;
  std::exception_ptr problem;
  start([&] {
    try {
      result = workload(s);
    } catch (...) {
      problem = std::current_exception();
    }
  }).join();
  end.announce();
  for (std::thread& each : others) each.join();
  if (problem) std::rethrow_exception(problem);
  return *result;
}

namespace {

/// A workload as the program's table wants it.
template <outcome (*workload)(const settings&)>
outcome on_fibers(const settings& s) {
  return run(s, workload);
}

outcome lingering(const settings& s) {
  if (s.threads < 2) throw not_applicable{"handoff_lingering needs two threads"};
  return run(s, handoff_lingering);
}

}  // namespace

}  // namespace peer::on_fiber

int main(int count, char** arguments) {
  using namespace peer;
  const std::array workloads{
      workload{"pingpong_unbuffered", on_fiber::on_fibers<on_fiber::pingpong>},
      workload{"spsc_buffered", on_fiber::on_fibers<on_fiber::spsc>},
      workload{"mpsc", on_fiber::on_fibers<on_fiber::mpsc>},
      workload{"mpmc", on_fiber::on_fibers<on_fiber::mpmc>},
      workload{"select", {}, "Boost.Fiber cannot wait for several channels"},
      workload{"ring", on_fiber::on_fibers<on_fiber::ring>},
      workload{"spawn_join", on_fiber::on_fibers<on_fiber::spawn_join>},
      workload{"skynet", on_fiber::on_fibers<on_fiber::skynet>},
      workload{"million_sleep", on_fiber::on_fibers<on_fiber::sleep_ten_seconds>},
      workload{"million_sleep2", on_fiber::on_fibers<on_fiber::sleep_two_seconds>},
      workload{"pipeline", on_fiber::on_fibers<on_fiber::pipeline>},
      workload{"blocking", on_fiber::on_fibers<on_fiber::blocking>},
      workload{"fib", on_fiber::on_fibers<on_fiber::fib>},
      workload{"fib_inline", on_fiber::on_fibers<on_fiber::fib_inline>},
      workload{"handoff_parked", on_fiber::on_fibers<on_fiber::handoff_parked>},
      workload{"handoff_lingering", on_fiber::lingering},
      workload{"foreign_wake", on_fiber::on_fibers<on_fiber::foreign_wake>},
      workload{"request_load", on_fiber::on_fibers<on_fiber::request_load>},
      workload{"timer_accuracy", on_fiber::on_fibers<on_fiber::timer_accuracy>},
      workload{"idle_cpu", on_fiber::on_fibers<on_fiber::idle_cpu>},
  };
  return run_program("fiber", count, arguments, workloads, on_fiber::algorithms);
}
