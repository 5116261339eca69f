// The parts of docs/tour.md that are not an example of their own: time limits, calls that block, cancellation.
#include <actors/actors.hpp>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

using namespace actors;
using namespace std::chrono_literals;

// [wait_for]
task<std::string> slow_answer() {
  co_await sleep(10s);
  co_return "42";
}

task<> ask() {
  try {
    std::string answer = co_await wait_for(slow_answer(), 50ms);
    std::printf("%s\n", answer.c_str());
  } catch (const timed_out&) {
    std::puts("no answer in time");  // slow_answer was cancelled and has really ended
  }
}
// [/wait_for]

// [blocking]
std::string read_whole_file(const std::string& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

task<> show_size(std::string path) {
  std::string text = co_await blocking(read_whole_file, path);  // on the blocking pool; no worker waits
  std::printf("%zu bytes\n", text.size());
}
// [/blocking]

// [cancel]
task<> ticker() {
  try {
    for (;;) {
      std::puts("tick");
      co_await sleep(20ms);
    }
  } catch (const cancelled&) {  // not a std::exception: nobody swallows it by accident
    std::puts("cleaning up");
    throw;
  }
}

task<> stop_it() {
  join_handle<> ticking = spawn(ticker());
  co_await sleep(50ms);
  ticking.cancel();
  try {
    co_await ticking;
  } catch (const cancelled&) {
    std::puts("it has ended");
  }
}
// [/cancel]

task<> amain() {
  co_await ask();
  co_await show_size("/proc/self/cmdline");
  co_await stop_it();
}

int main() { run(amain()); }
