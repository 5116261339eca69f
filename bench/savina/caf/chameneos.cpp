// Chameneos: 100 of them come to a mall, which brings two together; both take a new colour and come again, until there
// were n meetings. Then each fades, and tells the mall how often it met another.
#include "../problems.hpp"
#include "system.hpp"

#include <utility>

namespace bench::savina::classic {

namespace {

class creature final : public caf_actor {
 public:
  creature(caf::actor_config& config, caf::actor mall, int color)
      : caf_actor{config}, mall_{std::move(mall)}, color_{color} {}
  caf::behavior make_behavior() override {
    enter();
    return {[this](int color, const caf::actor& other) {
              color_ = complement(color_, color);
              ++meetings_;
              send(other, color_);
              enter();
            },
            [this](int color) {
              color_ = color;
              ++meetings_;
              enter();
            },
            [this](stop_word) {
              send(mall_, meetings_);
              quit();
            }};
  }
  void on_exit() override { destroy(mall_); }

 private:
  void enter() { send(mall_, color_, caf::actor{this}); }

  caf::actor mall_;
  int color_;
  std::int64_t meetings_ = 0;
};

class mall final : public caf_actor {
 public:
  mall(caf::actor_config& config, std::int64_t n, std::int64_t* met) : caf_actor{config}, left_{n}, met_{met} {}
  caf::behavior make_behavior() override {
    for (int i = 0; i != creatures; ++i) spawn<creature>(caf::actor{this}, i % 3);
    return {[this](int color, const caf::actor& who) {
              if (left_ == 0) {
                send(who, stop_word::value);
              } else if (!waiting_) {
                waiting_ = who;
              } else {
                --left_;
                send(std::exchange(waiting_, nullptr), color, who);
              }
            },
            [this](std::int64_t meetings) {
              *met_ += meetings;
              if (++faded_ == creatures) quit();
            }};
  }
  void on_exit() override { destroy(waiting_); }

 private:
  std::int64_t left_;
  std::int64_t* met_;
  caf::actor waiting_;
  int faded_ = 0;
};

}  // namespace

outcome chameneos(const settings& s) {
  std::int64_t met = 0;
  const auto elapsed = run_actors(s, [&](caf::actor_system& system) { system.spawn<mall>(s.n, &met); });
  expect("meetings of all", met, 2 * s.n);
  return {s.n, elapsed, s.n};
}

}  // namespace bench::savina::classic
