// Three tasks at once: they sleep side by side, so that the whole takes one second, not three.
#include <actors/actors.hpp>

#include <chrono>
#include <cstdio>

using namespace actors;
using namespace std::chrono_literals;

task<> count() {
  std::puts("One");
  co_await sleep(1s);
  std::puts("Two");
}

task<> amain() { co_await gather(count(), count(), count()); }

int main() {
  const auto start = std::chrono::steady_clock::now();
  run(amain());
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  std::printf("countasync executed in %.2f seconds.\n", elapsed.count());
}
