// Bounded buffer: 40 producers compute n items each, 40 consumers compute with them. A manager asks producers for the
// next item while there is room among 50, and gives items to consumers that are free.
#include "../problems.hpp"
#include "system.hpp"

#include <deque>
#include <utility>

namespace bench::savina::classic {

namespace {

class producer final : public caf_actor {
 public:
  producer(caf::actor_config& config, std::int64_t n, caf::actor manager)
      : caf_actor{config}, left_{n}, manager_{std::move(manager)} {}
  caf::behavior make_behavior() override {
    return {[this](next_word) {
      if (left_-- == 0) {
        send(manager_, done_word::value);
        return quit();
      }
      term_ = process_item(term_, item_cost);
      send(manager_, term_);
    }};
  }
  void on_exit() override { destroy(manager_); }

 private:
  std::int64_t left_;
  caf::actor manager_;
  double term_ = 0;
};

class consumer final : public caf_actor {
 public:
  consumer(caf::actor_config& config, caf::actor manager) : caf_actor{config}, manager_{std::move(manager)} {}
  caf::behavior make_behavior() override {
    return {[this](double item) {
              term_ = process_item(term_ + item, item_cost);
              send(manager_, next_word::value);
            },
            [this](stop_word) { quit(); }};
  }
  void on_exit() override { destroy(manager_); }

 private:
  caf::actor manager_;
  double term_ = 0;
};

class manager final : public caf_actor {
 public:
  manager(caf::actor_config& config, std::int64_t n, std::int64_t* items) : caf_actor{config}, n_{n}, items_{items} {}
  caf::behavior make_behavior() override {
    for (int i = 0; i != consumers; ++i) free_.push_back(spawn<consumer, caf::lazy_init>(caf::actor{this}));
    for (int i = 0; i != producers; ++i) send(spawn<producer, caf::lazy_init>(n_, caf::actor{this}), next_word::value);
    return {[this](double item) {
              ++*items_;
              if (free_.empty()) {
                pending_.push_back(item);
              } else {
                send(free_.front(), item);
                free_.pop_front();
              }
              if (pending_.size() >= buffer_size - producers)
                held_.push_back(asker());
              else
                send(asker(), next_word::value);
            },
            [this](next_word) {
              if (pending_.empty()) {
                free_.push_back(asker());
                return end_when_done();
              }
              send(asker(), pending_.front());
              pending_.pop_front();
              if (held_.empty()) return;
              send(held_.front(), next_word::value);
              held_.pop_front();
            },
            [this](done_word) {
              ++done_;
              end_when_done();
            }};
  }

 private:
  void end_when_done() {
    if (done_ != producers || free_.size() != consumers) return;
    for (const caf::actor& each : free_) send(each, stop_word::value);
    quit();
  }

  std::int64_t n_;
  std::int64_t* items_;
  std::deque<double> pending_;
  std::deque<caf::actor> free_;  ///< consumers
  std::deque<caf::actor> held_;  ///< producers whose next item has no room yet
  int done_ = 0;
};

}  // namespace

outcome bounded_buffer(const settings& s) {
  std::int64_t items = 0;
  const auto elapsed = run_actors(s, [&](caf::actor_system& system) { system.spawn<manager>(s.n, &items); });
  expect("items", items, producers * s.n);
  return {s.n, elapsed, producers * s.n};
}

}  // namespace bench::savina::classic
