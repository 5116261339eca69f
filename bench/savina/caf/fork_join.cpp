// Fork-join, creation: n actors are made; each gets a message, computes and ends. Throughput: one actor sends n
// messages to each of 60, in turns; each message is computed for. actor_create: n actors are made, which end at once, a
// thousand at a time. (An actor that makes them all has them wait until it is done: CAF then takes five times as long.)
#include "../problems.hpp"
#include "system.hpp"

#include <algorithm>
#include <vector>

namespace bench::savina::classic {

namespace {

class forked final : public caf_actor {
 public:
  using caf_actor::caf_actor;
  caf::behavior make_behavior() override {
    return {[this](start_word) {
      square_of_sine();
      quit();
    }};
  }
};

class computer final : public caf_actor {
 public:
  computer(caf::actor_config& config, std::int64_t n) : caf_actor{config}, left_{n} {}
  caf::behavior make_behavior() override {
    return {[this](start_word) {
      square_of_sine();
      if (--left_ == 0) quit();
    }};
  }

 private:
  std::int64_t left_;
};

class distributor final : public caf_actor {
 public:
  distributor(caf::actor_config& config, std::int64_t n) : caf_actor{config}, n_{n} {}
  caf::behavior make_behavior() override {
    std::vector<caf::actor> to;
    for (int i = 0; i != throughput_actors; ++i) to.push_back(spawn<computer, caf::lazy_init>(n_));
    for (std::int64_t i = 0; i != n_; ++i)
      for (const caf::actor& each : to) send(each, start_word::value);
    return {};
  }

 private:
  std::int64_t n_;
};

class nothing final : public caf_actor {
 public:
  using caf_actor::caf_actor;
  caf::behavior make_behavior() override { return {}; }
};

class forker final : public caf_actor {
 public:
  forker(caf::actor_config& config, std::int64_t n) : caf_actor{config}, n_{n} {}
  caf::behavior make_behavior() override {
    for (std::int64_t i = 0; i != n_; ++i) send(spawn<forked, caf::lazy_init>(), start_word::value);
    return {};
  }

 private:
  std::int64_t n_;
};

}  // namespace

// Nothing else is checked: the system waits for every actor that was made.
outcome fork_join_create(const settings& s) {
  const auto elapsed = run_actors(s, [&](caf::actor_system& system) { system.spawn<forker>(s.n); });
  return {s.n, elapsed, s.n};
}

outcome fork_join_throughput(const settings& s) {
  const auto elapsed = run_actors(s, [&](caf::actor_system& system) { system.spawn<distributor>(s.n); });
  return {s.n, elapsed, throughput_actors * s.n};
}

outcome actor_create(const settings& s) {
  const auto elapsed = run_actors(s, [&](caf::actor_system& system) {
    for (std::int64_t left = s.n; left != 0;) {
      const std::int64_t now = std::min<std::int64_t>(left, 1000);
      for (std::int64_t i = 0; i != now; ++i) system.spawn<nothing>();
      system.await_all_actors_done();
      left -= now;
    }
  });
  return {s.n, elapsed, s.n};
}

}  // namespace bench::savina::classic
