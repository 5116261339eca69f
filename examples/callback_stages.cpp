// callback as a pipeline of stages: tasks that have ended come in, what is called with each stands at the end.
#include <actors/actors.hpp>
#include <actors/stages.hpp>

#include <chrono>
#include <cstdio>
#include <utility>

using namespace actors;
using namespace std::chrono_literals;

// [callback]
task<int> compute(int n) {
  co_await sleep(10ms);
  co_return n* n;
}

void print_result(const join_handle<int>& ended) { std::printf("%s gave %d\n", ended.name().c_str(), ended.result()); }

// Sends the task once it has ended. The pipeline ends when all of them are in.
void when_done(const join_handle<int>& handle, sender<join_handle<int>> ended) {
  handle.add_done_callback([ended = std::move(ended)](const join_handle<int>& one) { ended.try_send(one); });
}

task<> amain() {
  auto [ended, results] = channel<join_handle<int>>(unbounded);
  auto printing = spawn((from(std::move(results)) | for_each(print_result)).run());
  auto handle = spawn(compute(12), {.name = "compute"});
  std::puts("waiting");
  when_done(handle, ended);
  co_await handle;
  co_await sleep(10ms);
  std::puts("adding it once more");
  when_done(handle, std::move(ended));
  co_await printing;
}
// [/callback]

int main() { run(amain()); }
