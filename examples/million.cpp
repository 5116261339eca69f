// A million tasks at once: each sleeps for two seconds, then all end.   million [COUNT]
#include <actors/actors.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

using namespace actors;
using namespace std::chrono_literals;
using seconds = std::chrono::duration<double>;

// Of this process, in MB.
long memory() {
  std::ifstream status{"/proc/self/status"};
  for (std::string word; status >> word;) {
    long kilobytes = 0;
    if (word == "VmRSS:" && status >> kilobytes) return kilobytes / 1000;
  }
  return 0;
}

task<> wait_a_while(std::atomic<long>& ended) {
  co_await sleep(2s);
  ++ended;
}

task<> amain(long count) {
  const auto begin = std::chrono::steady_clock::now();
  std::atomic<long> ended{0};
  co_await with_group([&](task_group& group) -> task<> {
    for (long i = 0; i != count; ++i) group.spawn(wait_a_while(ended));
    std::printf("%ld tasks wait, in %ld MB\n", count, memory());
    co_return;
  });
  const seconds taken = std::chrono::steady_clock::now() - begin;
  std::printf("%ld have ended after %.2f seconds\n", ended.load(), taken.count());
}

int main(int argc, char** argv) { run(amain(argc > 1 ? std::atol(argv[1]) : 1'000'000)); }
