// Philosophers: 20 of them eat n times each. An arbitrator has the forks: who asks for them gets both, or is denied and
// asks again at once. How often depends on who runs when: it is no part of the work.
#include "../problems.hpp"
#include "team.hpp"

#include <array>
#include <vector>

namespace bench::savina::ours {

namespace {

using actors::actor;
using actors::in;
using actors::out;
using actors::sender;
using actors::task;

enum class answer : std::uint8_t { eat, denied };

struct wish {
  enum class kind : std::uint8_t { hungry, done } what;
  int who;
};

struct philosopher final : actor {
  out<wish> wishes{*this, "wishes"};
  in<answer> answers{*this, "answers"};

  philosopher(int number, std::int64_t times) : id{number}, n{times} {}
  task<> run() override {
    for (std::int64_t left = n; left != 0;) {
      co_await wishes.send(wish{wish::kind::hungry, id});
      const auto got = co_await answers.receive();
      if (!got) co_return;
      if (*got == answer::denied) continue;
      co_await wishes.send(wish{wish::kind::done, id});
      --left;
    }
  }

  int id;
  std::int64_t n;
};

// Ends when all philosophers have.
struct arbitrator final : actor {
  in<wish> wishes{*this, "wishes"};

  arbitrator(const std::vector<sender<answer>>* answers_of, std::int64_t* count) : answers{answers_of}, meals{count} {}
  task<> run() override {
    std::array<bool, philosopher_count> taken{};
    while (const auto each = co_await wishes.receive()) {
      const auto who = static_cast<std::size_t>(each->who);
      bool& left = taken[who];
      bool& right = taken[(who + 1) % taken.size()];
      if (each->what == wish::kind::done) {
        ++*meals;
        left = right = false;
      } else if (left || right) {
        co_await (*answers)[who].send(answer::denied);
      } else {
        left = right = true;
        co_await (*answers)[who].send(answer::eat);
      }
    }
  }

  const std::vector<sender<answer>>* answers;
  std::int64_t* meals;
};

}  // namespace

outcome philosophers(const settings& s) {
  std::int64_t meals = 0;
  std::vector<sender<answer>> answers;
  const auto elapsed = run_team(s, [&](actors::team& team) {
    auto forks = team.spawn<arbitrator>(&answers, &meals);
    for (int id = 0; id != philosopher_count; ++id) {
      auto each = team.spawn<philosopher>(id, s.n);
      connect(each.port(&philosopher::wishes), forks.port(&arbitrator::wishes), 2 * philosopher_count);
      answers.push_back(each.sender(&philosopher::answers, 1));
    }
  });
  expect("meals", meals, philosopher_count * s.n);
  return {s.n, elapsed, philosopher_count * s.n};
}

}  // namespace bench::savina::ours
