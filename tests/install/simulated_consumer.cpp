#include <actors/actors.hpp>
#include <actors/simulate.hpp>

#include <cstdio>

actors::task<int> amain() {
  co_await actors::sleep(std::chrono::hours{1});
  co_return 7;
}

int main() {
  const auto report = actors::explore({.schedules = 10}, amain);
  std::printf("%s; %d\n", report.text().c_str(), actors::simulate({.seed = 1}, amain));
}
