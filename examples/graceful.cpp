// The end of a program: the main task has its result, what still runs is cancelled, cleans up, and is waited for. On
// Ctrl-C the main task is cancelled first.   graceful [wait]
#include <actors/actors.hpp>

#include <chrono>
#include <cstdio>

using namespace actors;
using namespace std::chrono_literals;

// [graceful]
task<> serve(const char* name) {
  bool stopped = false;
  try {
    co_await sleep(1h);
  } catch (const cancelled&) {
    stopped = true;
  }
  co_await sleep(5ms);  // cleaning up may wait
  std::printf("%s: %s\n", name, stopped ? "stopped and cleaned up" : "not stopped");
}

task<int> amain(bool wait) {
  spawn(serve("server"));
  co_await sleep(1ms);
  if (wait) {
    std::puts("press Ctrl-C");
    std::fflush(stdout);
    task<> main_server = serve("main");
    co_await main_server;
    throw cancelled{};
  }
  co_return 42;
}

int main(int argc, char**) {
  const int answer = run(amain(argc > 1));  // ends the server, then returns
  std::printf("main gave %d\n", answer);
}
// [/graceful]
