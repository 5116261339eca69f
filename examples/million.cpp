// A million tasks at once: each sleeps for two seconds, then all end.   million [COUNT]
#include <actors/actors.hpp>

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

task<> wait_a_while(latch& all) {
  co_await sleep(2s);
  all.count_down();
}

task<> amain(long count) {
  const auto begin = std::chrono::steady_clock::now();
  latch all{static_cast<std::size_t>(count)};
  for (long i = 0; i != count; ++i) spawn(wait_a_while(all));
  std::printf("%ld tasks wait, in %ld MB\n", count, memory());
  co_await all.wait();
  const seconds taken = std::chrono::steady_clock::now() - begin;
  std::printf("%ld have ended after %.2f seconds\n", count, taken.count());
}

int main(int argc, char** argv) { run(amain(argc > 1 ? std::atol(argv[1]) : 1'000'000)); }
