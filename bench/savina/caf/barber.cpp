// Sleeping barber: n customers, each an actor, come to a room where 1000 can wait; who finds it full comes again. The
// barber takes a time for each, and so does it until the next one comes.
#include "../problems.hpp"
#include "system.hpp"

#include <deque>
#include <utility>

namespace bench::savina::classic {

namespace {

class barber_actor final : public caf_actor {
 public:
  using caf_actor::caf_actor;
  caf::behavior make_behavior() override {
    return {[this](enter_word, const caf::actor& customer) {
              const caf::actor room = asker();
              send(customer, start_word::value);
              be_busy(random_.below(haircut_time) + 10);
              send(customer, done_word::value);
              send(room, next_word::value);
            },
            [](wait_word) {}, [this](stop_word) { quit(); }};
  }

 private:
  random_numbers random_;
};

class room final : public caf_actor {
 public:
  room(caf::actor_config& config, caf::actor barber) : caf_actor{config}, barber_{std::move(barber)} {}
  caf::behavior make_behavior() override {
    return {[this](enter_word, const caf::actor& customer) {
              if (waiting_.size() == waiting_room) return send(customer, full_word::value);
              waiting_.push_back(customer);
              if (!asleep_) return send(customer, wait_word::value);
              asleep_ = false;
              send(this, next_word::value);
            },
            [this](next_word) {
              if (waiting_.empty()) {
                asleep_ = true;
                return send(barber_, wait_word::value);
              }
              send(barber_, enter_word::value, std::move(waiting_.front()));
              waiting_.pop_front();
            },
            [this](stop_word) {
              send(barber_, stop_word::value);
              quit();
            }};
  }

 private:
  caf::actor barber_;
  std::deque<caf::actor> waiting_;
  bool asleep_ = true;
};

class customer final : public caf_actor {
 public:
  customer(caf::actor_config& config, caf::actor street) : caf_actor{config}, street_{std::move(street)} {}
  caf::behavior make_behavior() override {
    return {[](wait_word) {}, [](start_word) {},
            [this](full_word) { send(street_, full_word::value, caf::actor{this}); },
            [this](done_word) {
              send(street_, done_word::value);
              quit();
            }};
  }
  void on_exit() override { destroy(street_); }

 private:
  caf::actor street_;
};

// Makes the customers, and sends them to the room again.
class street final : public caf_actor {
 public:
  street(caf::actor_config& config, std::int64_t n, caf::actor room, std::int64_t* served)
      : caf_actor{config}, n_{n}, room_{std::move(room)}, served_{served} {}
  caf::behavior make_behavior() override {
    for (std::int64_t i = 0; i != n_; ++i) {
      send(room_, enter_word::value, spawn<customer, caf::lazy_init>(caf::actor{this}));
      be_busy(random_.below(arrival_time) + 10);
    }
    return {[this](full_word, const caf::actor& who) { send(room_, enter_word::value, who); },
            [this](done_word) {
              if (++*served_ != n_) return;
              send(room_, stop_word::value);
              quit();
            }};
  }

 private:
  std::int64_t n_;
  caf::actor room_;
  std::int64_t* served_;
  random_numbers random_;
};

}  // namespace

outcome barber(const settings& s) {
  std::int64_t served = 0;
  const auto elapsed = run_actors(s, [&](caf::actor_system& system) {
    const caf::actor at = system.spawn<room>(system.spawn<barber_actor>());
    system.spawn<street>(s.n, at, &served);
  });
  expect("customers", served, s.n);
  return {s.n, elapsed, s.n};
}

}  // namespace bench::savina::classic
