// Philosophers: 20 of them eat n times each. An arbitrator has the forks: who asks for them gets both, or is denied and
// asks again at once. How often depends on who runs when: it is no part of the work.
#include "../problems.hpp"
#include "system.hpp"

#include <array>
#include <utility>

namespace bench::savina::classic {

namespace {

class arbitrator final : public caf_actor {
 public:
  arbitrator(caf::actor_config& config, std::int64_t* meals) : caf_actor{config}, meals_{meals} {}
  caf::behavior make_behavior() override {
    return {[this](hungry_word, int id) {
              bool& left = taken_[static_cast<std::size_t>(id)];
              bool& right = taken_[static_cast<std::size_t>(id + 1) % taken_.size()];
              if (left || right) return send(asker(), denied_word::value);
              left = right = true;
              send(asker(), eat_word::value);
            },
            [this](done_word, int id) {
              ++*meals_;
              taken_[static_cast<std::size_t>(id)] = false;
              taken_[static_cast<std::size_t>(id + 1) % taken_.size()] = false;
            },
            [this](stop_word) {
              if (++gone_ == philosopher_count) quit();
            }};
  }

 private:
  std::int64_t* meals_;
  std::array<bool, philosopher_count> taken_{};
  int gone_ = 0;
};

class philosopher final : public caf_actor {
 public:
  philosopher(caf::actor_config& config, int id, std::int64_t n, caf::actor arbitrator)
      : caf_actor{config}, id_{id}, left_{n}, arbitrator_{std::move(arbitrator)} {}
  caf::behavior make_behavior() override {
    send(arbitrator_, hungry_word::value, id_);
    return {[this](denied_word) { send(arbitrator_, hungry_word::value, id_); },
            [this](eat_word) {
              send(arbitrator_, done_word::value, id_);
              if (--left_ != 0) return send(arbitrator_, hungry_word::value, id_);
              send(arbitrator_, stop_word::value);
              quit();
            }};
  }

 private:
  int id_;
  std::int64_t left_;
  caf::actor arbitrator_;
};

}  // namespace

outcome philosophers(const settings& s) {
  std::int64_t meals = 0;
  const auto elapsed = run_actors(s, [&](caf::actor_system& system) {
    const caf::actor forks = system.spawn<arbitrator>(&meals);
    for (int id = 0; id != philosopher_count; ++id) system.spawn<philosopher>(id, s.n, forks);
  });
  expect("meals", meals, philosopher_count * s.n);
  return {s.n, elapsed, philosopher_count * s.n};
}

}  // namespace bench::savina::classic
