// Smokers: an arbiter lets one of 200 smokers, drawn at random, begin to smoke; when that one has begun, the next.
// While it smokes it computes. n rounds.
#include "../problems.hpp"
#include "system.hpp"

#include <utility>
#include <vector>

namespace bench::savina::classic {

namespace {

class smoker final : public caf_actor {
 public:
  smoker(caf::actor_config& config, caf::actor arbiter) : caf_actor{config}, arbiter_{std::move(arbiter)} {}
  caf::behavior make_behavior() override {
    return {[this](int time) {
              send(arbiter_, start_word::value);
              be_busy(time);
            },
            [this](stop_word) { quit(); }};
  }
  void on_exit() override { destroy(arbiter_); }

 private:
  caf::actor arbiter_;
};

class arbiter final : public caf_actor {
 public:
  arbiter(caf::actor_config& config, std::int64_t n, std::int64_t* rounds)
      : caf_actor{config}, n_{n}, rounds_{rounds}, random_{n * smoker_count} {}
  caf::behavior make_behavior() override {
    for (int i = 0; i != smoker_count; ++i) smokers_.push_back(spawn<smoker, caf::lazy_init>(caf::actor{this}));
    choose();
    return {[this](start_word) {
      if (++*rounds_ != n_) return choose();
      for (const caf::actor& each : smokers_) send(each, stop_word::value);
      quit();
    }};
  }

 private:
  void choose() {
    const auto who = static_cast<std::size_t>(random_.below(smoker_count));
    send(smokers_[who], random_.below(1000) + 10);
  }

  std::int64_t n_;
  std::int64_t* rounds_;
  random_numbers random_;
  std::vector<caf::actor> smokers_;
};

}  // namespace

outcome smokers(const settings& s) {
  std::int64_t rounds = 0;
  const auto elapsed = run_actors(s, [&](caf::actor_system& system) { system.spawn<arbiter>(s.n, &rounds); });
  expect("rounds", rounds, s.n);
  return {s.n, elapsed, s.n};
}

}  // namespace bench::savina::classic
