#include <actors/actors.hpp>

#include <cstdio>
#include <utility>

actors::task<> produce(actors::sender<int> out) {
  for (int i = 0; i < 100; ++i) co_await out.send(i);
}

actors::task<int> consume(actors::receiver<int> in) {
  int sum = 0;
  while (auto value = co_await in.receive()) sum += *value;
  co_return sum;
}

actors::task<> amain() {
  auto [tx, rx] = actors::channel<int>(16);
  auto [_, sum] = co_await actors::gather(produce(std::move(tx)), consume(std::move(rx)));
  std::printf("sum %d\n", sum);
}

int main() { actors::run(amain()); }
