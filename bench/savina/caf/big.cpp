// Big: each of 120 actors sends n pings, one after the other, to one drawn at random, which answers each. When all have
// had their answers, all are told to stop.
#include "../problems.hpp"
#include "system.hpp"

#include <utility>
#include <vector>

namespace bench::savina::classic {

namespace {

class sink final : public caf_actor {
 public:
  sink(caf::actor_config& config, std::vector<caf::actor>* all) : caf_actor{config}, all_{all} {}
  caf::behavior make_behavior() override {
    return {[this](done_word) {
      if (++done_ != big_actors) return;
      for (const caf::actor& each : *all_) send(each, stop_word::value);
      all_->clear();  // nobody asks anybody any more
      quit();
    }};
  }

 private:
  std::vector<caf::actor>* all_;
  int done_ = 0;
};

class member final : public caf_actor {
 public:
  member(caf::actor_config& config, int id, std::int64_t n, const std::vector<caf::actor>* all, caf::actor sink,
         std::int64_t* right)
      : caf_actor{config}, id_{id}, n_{n}, all_{all}, sink_{std::move(sink)}, right_{right}, random_{id} {}
  caf::behavior make_behavior() override {
    return {[this](ping_word, int from) { send((*all_)[static_cast<std::size_t>(from)], pong_word::value, id_); },
            [this](pong_word, int from) {
              if (from == expected_) ++right_answers_;
              ping();
            },
            [this](start_word) { ping(); },
            [this](stop_word) {
              *right_ = right_answers_;
              quit();
            }};
  }

 private:
  void ping() {
    if (sent_++ == n_) return send(sink_, done_word::value);
    expected_ = random_.below(big_actors);
    send((*all_)[static_cast<std::size_t>(expected_)], ping_word::value, id_);
  }

  int id_;
  std::int64_t n_;
  const std::vector<caf::actor>* all_;
  caf::actor sink_;
  std::int64_t* right_;
  random_numbers random_;
  std::int64_t sent_ = 0;
  std::int64_t right_answers_ = 0;
  int expected_ = -1;
};

}  // namespace

outcome big(const settings& s) {
  std::vector<std::int64_t> right(big_actors);
  std::vector<caf::actor> all;
  const auto elapsed = run_actors(s, [&](caf::actor_system& system) {
    const caf::actor end = system.spawn<sink>(&all);
    for (int id = 0; id != big_actors; ++id)
      all.push_back(system.spawn<member, caf::lazy_init>(id, s.n, &all, end, &right[static_cast<std::size_t>(id)]));
    for (const caf::actor& each : all) caf::anon_send(each, start_word::value);
  });
  for (const std::int64_t each : right) expect("answers from the one that was asked", each, s.n);
  return {s.n, elapsed, 2 * big_actors * s.n};
}

}  // namespace bench::savina::classic
