// Ping-pong: two actors and 2 n messages. Thread ring: a token goes n times to the next of 100 actors, then the word to
// stop goes round. Counting: n increments from one actor to another, which is then asked for the sum.
#include "../problems.hpp"
#include "system.hpp"

#include <utility>

namespace bench::savina::classic {

namespace {

class ponger final : public caf_actor {
 public:
  using caf_actor::caf_actor;
  caf::behavior make_behavior() override {
    return {[this](ping_word) { send(asker(), pong_word::value); }, [this](stop_word) { quit(); }};
  }
};

class pinger final : public caf_actor {
 public:
  pinger(caf::actor_config& config, std::int64_t n, std::int64_t* pongs)
      : caf_actor{config}, n_{n}, pongs_{pongs}, partner_{spawn<ponger>()} {}
  caf::behavior make_behavior() override {
    send(partner_, ping_word::value);
    return {[this](pong_word) {
      if (++*pongs_ != n_) {
        send(partner_, ping_word::value);
      } else {
        send(partner_, stop_word::value);
        quit();
      }
    }};
  }

 private:
  std::int64_t n_;
  std::int64_t* pongs_;
  caf::actor partner_;
};

class ring_member final : public caf_actor {
 public:
  ring_member(caf::actor_config& config, int number, caf::actor next, int* last)
      : caf_actor{config}, number_{number}, next_{std::move(next)}, last_{last} {}
  caf::behavior make_behavior() override {
    return {[this](std::int64_t left) {
              if (left != 0) {
                send(next_, left - 1);
              } else {
                *last_ = number_;
                send(next_, stop_word::value, ring_members - 1);
                quit();
              }
            },
            [this](stop_word, int left) {
              if (left > 1) send(next_, stop_word::value, left - 1);
              quit();
            },
            [this](caf::actor next) { next_ = std::move(next); }};
  }
  void on_exit() override { destroy(next_); }

 private:
  int number_;
  caf::actor next_;
  int* last_;
};

class counter final : public caf_actor {
 public:
  using caf_actor::caf_actor;
  caf::behavior make_behavior() override {
    return {[this](next_word) { ++count_; },
            [this](stop_word) {
              send(asker(), count_);
              quit();
            }};
  }

 private:
  std::int64_t count_ = 0;
};

class incrementer final : public caf_actor {
 public:
  incrementer(caf::actor_config& config, std::int64_t n, std::int64_t* sum) : caf_actor{config}, n_{n}, sum_{sum} {}
  caf::behavior make_behavior() override {
    const caf::actor to = spawn<counter>();
    for (std::int64_t i = 0; i != n_; ++i) send(to, next_word::value);
    send(to, stop_word::value);
    return {[this](std::int64_t sum) {
      *sum_ = sum;
      quit();
    }};
  }

 private:
  std::int64_t n_;
  std::int64_t* sum_;
};

}  // namespace

outcome pingpong(const settings& s) {
  std::int64_t pongs = 0;
  const auto elapsed = run_actors(s, [&](caf::actor_system& system) { system.spawn<pinger>(s.n, &pongs); });
  expect("pongs", pongs, s.n);
  return {s.n, elapsed, 2 * s.n};
}

outcome thread_ring(const settings& s) {
  int last = -1;
  const auto elapsed = run_actors(s, [&](caf::actor_system& system) {
    caf::actor next;
    caf::actor end;
    for (int number = ring_members; number-- != 0;) {
      next = system.spawn<ring_member>(number, std::move(next), &last);
      if (!end) end = next;
    }
    caf::anon_send(end, next);
    caf::anon_send(next, s.n);
  });
  expect("who had the token last", last, s.n % ring_members);
  return {s.n, elapsed, s.n};
}

outcome counting(const settings& s) {
  std::int64_t sum = 0;
  const auto elapsed = run_actors(s, [&](caf::actor_system& system) { system.spawn<incrementer>(s.n, &sum); });
  expect("sum", sum, s.n);
  return {s.n, elapsed, s.n};
}

}  // namespace bench::savina::classic
