// A typed channel between two tasks: the last sender gone closes it, and the loop ends.
#include <actors/actors.hpp>

#include <cstdio>
#include <utility>

using namespace actors;

task<> produce(sender<int> out) {
  for (int i = 0; i < 100; ++i) co_await out.send(i);
}

task<int> consume(receiver<int> in) {
  int sum = 0;
  while (auto value = co_await in.receive()) sum += *value;
  co_return sum;
}

task<> amain() {
  auto [tx, rx] = channel<int>(16);
  auto [_, sum] = co_await gather(produce(std::move(tx)), consume(std::move(rx)));
  std::printf("sum %d\n", sum);
}

int main() { run(amain()); }
