// A queue that gives what is most urgent, and that is shut down when there is no more to come.
#include <actors/actors.hpp>
#include <actors/sync/priority_queue.hpp>

#include <cstdio>
#include <string>
#include <utility>

using namespace actors;

// [urgent]
using job = std::pair<int, std::string>;

bool more_urgent(const job& a, const job& b) { return a.first < b.first; }

task<> work_off(priority_queue<job, decltype(&more_urgent)>& jobs) {
  try {
    for (;;) {
      const job next = co_await jobs.get();
      std::printf("%d: %s\n", next.first, next.second.c_str());
      jobs.task_done();
    }
  } catch (const queue_shut_down&) {
    std::puts("no more to do");
  }
}

task<> amain() {
  priority_queue<job, decltype(&more_urgent)> jobs{10, &more_urgent};
  for (const char* name : {"dishes", "floor", "windows"}) co_await jobs.put(job{3, name});
  co_await jobs.put(job{1, "fire"});
  auto worker = spawn(work_off(jobs));
  jobs.shutdown();  // what is queued is still taken
  co_await worker;
}
// [/urgent]

int main() { run(amain()); }
