// Smokers: an arbiter lets one of 200 smokers, drawn at random, begin to smoke; when that one has begun, the next.
// While it smokes it computes. n rounds.
#include "../problems.hpp"
#include "team.hpp"

#include <vector>

namespace bench::savina::ours {

namespace {

using actors::actor;
using actors::in;
using actors::out;
using actors::sender;
using actors::task;

struct begun {};

// Ends with its input.
struct smoker final : actor {
  in<int> times{*this, "times"};
  out<begun> arbiter{*this, "arbiter"};

  task<> run() override {
    while (const auto time = co_await times.receive()) {
      co_await arbiter.send(begun{});
      be_busy(*time);
    }
  }
};

struct arbiter final : actor {
  in<begun> begins{*this, "begins"};

  arbiter(std::vector<sender<int>>* everybody, std::int64_t times, std::int64_t* count)
      : all{everybody}, n{times}, rounds{count} {}
  task<> run() override {
    random_numbers random{n * smoker_count};
    while (*rounds != n) {
      const sender<int>& who = (*all)[static_cast<std::size_t>(random.below(smoker_count))];
      co_await who.send(random.below(1000) + 10);
      const auto one = co_await begins.receive();
      if (!one) co_return;
      ++*rounds;
    }
    all->clear();
  }

  std::vector<sender<int>>* all;
  std::int64_t n;
  std::int64_t* rounds;
};

}  // namespace

outcome smokers(const settings& s) {
  std::int64_t rounds = 0;
  std::vector<sender<int>> all;
  const auto elapsed = run_team(s, [&](actors::team& team) {
    auto one = team.spawn<arbiter>(&all, s.n, &rounds);
    for (int i = 0; i != smoker_count; ++i) {
      auto each = team.spawn<smoker>();
      connect(each.port(&smoker::arbiter), one.port(&arbiter::begins));
      all.push_back(each.sender(&smoker::times, actors::unbounded));
    }
  });
  expect("rounds", rounds, s.n);
  return {s.n, elapsed, s.n};
}

}  // namespace bench::savina::ours
