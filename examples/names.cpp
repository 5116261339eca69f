// Names of tasks, the task that runs, all tasks; an error that nobody looks at is reported.
#include <actors/actors.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

using namespace actors;
using namespace std::chrono_literals;

// [names]
const task_local<std::string> request_id{"none"};

task<> handle_request() {
  co_await sleep(10ms);
  std::printf("%s works on %s\n", current_task().name().c_str(), request_id.get().c_str());
}

task<> amain() {
  current_task().set_name("main");
  std::vector<join_handle<>> handlers;
  for (const char* id : {"a", "b"}) {
    request_id.set(id);  // tasks inherit the values of those who start them
    handlers.push_back(spawn(handle_request(), {.name = "handler-" + request_id.get()}));
  }
  std::vector<std::string> names;
  for (const task_ref& each : all_tasks()) names.push_back(each.name());
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) std::printf("alive: %s\n", name.c_str());
  for (auto& each : handlers) co_await each;
}
// [/names]

int main() { run(amain()); }
