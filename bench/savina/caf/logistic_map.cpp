// Logistic map: a master asks 10 workers n times for the next term of their series. A worker has a computer of its own,
// which it asks, and handles nothing else until it has the term. Three messages for each term. (Orders that come
// meanwhile are counted. Left in the mailbox, by `request(...).await`, they are looked through again and again: 40 s.)
#include "../problems.hpp"
#include "system.hpp"

#include <utility>
#include <vector>

namespace bench::savina::classic {

namespace {

class computer final : public caf_actor {
 public:
  computer(caf::actor_config& config, double rate) : caf_actor{config}, rate_{rate} {}
  caf::behavior make_behavior() override {
    return {[this](double term) { send(asker(), next_term(term, rate_)); }, [this](stop_word) { quit(); }};
  }

 private:
  double rate_;
};

class worker final : public caf_actor {
 public:
  worker(caf::actor_config& config, int number, caf::actor master)
      : caf_actor{config},
        master_{std::move(master)},
        computer_{spawn<computer>(first_rate + number * rate_step)},
        term_{number * rate_step} {}
  caf::behavior make_behavior() override {
    return {[this](next_word) {
              if (orders_++ == 0) send(computer_, term_);
            },
            [this](double term) {
              term_ = term;
              if (--orders_ != 0)
                send(computer_, term_);
              else if (is_last_)
                end();
            },
            [this](done_word) {
              is_last_ = true;
              if (orders_ == 0) end();
            }};
  }
  void on_exit() override { destroy(master_); }

 private:
  void end() {
    send(master_, term_);
    send(computer_, stop_word::value);
    quit();
  }

  caf::actor master_;
  caf::actor computer_;
  double term_;
  std::int64_t orders_ = 0;  ///< the one that is worked on, and those that wait
  bool is_last_ = false;
};

class master final : public caf_actor {
 public:
  master(caf::actor_config& config, std::int64_t n, double* sum) : caf_actor{config}, n_{n}, sum_{sum} {}
  caf::behavior make_behavior() override {
    std::vector<caf::actor> workers;
    for (int i = 0; i != series; ++i) workers.push_back(spawn<worker, caf::lazy_init>(i, caf::actor{this}));
    for (std::int64_t k = 0; k != n_; ++k)
      for (const caf::actor& each : workers) send(each, next_word::value);
    for (const caf::actor& each : workers) send(each, done_word::value);
    return {[this](double term) {
      *sum_ += term;
      if (++answers_ == series) quit();
    }};
  }

 private:
  std::int64_t n_;
  double* sum_;
  int answers_ = 0;
};

}  // namespace

outcome logistic_map(const settings& s) {
  double sum = 0;
  const auto elapsed = run_actors(s, [&](caf::actor_system& system) { system.spawn<master>(s.n, &sum); });
  expect_sum_of_series(sum, s.n);
  return {s.n, elapsed, series * s.n};
}

}  // namespace bench::savina::classic
