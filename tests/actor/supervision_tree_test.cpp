// Teams inside of teams.
#include <actors/actors.hpp>

#include "small_actors.hpp"
#include "supervised_actors.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <vector>

namespace {

using actors::actor;
using actors::actor_failed;
using actors::actor_report;
using actors::actor_state;
using actors::in;
using actors::out;
using actors::task;
using actors::team;
using test::number_sink;
using test::number_source;
using test::up_to;

/// Fails so many times, counted outside; then works.
class recovers final : public actor {
 public:
  explicit recovers(int* failures) : failures_{failures} {}
  in<int> numbers{*this, "numbers"};
  out<int> passed{*this, "passed"};
  task<> run() override {
    if ((*failures_)-- > 0) throw std::runtime_error{"not yet"};
    while (const auto number = co_await numbers.receive()) co_await passed.send(*number);
  }

 private:
  int* failures_;
};

TEST(supervision, a_team_that_gives_up_is_restarted_by_the_one_above) {  // A3, A4
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::vector<int> taken;
    int failures = 7;
    team above{{.max = 5}};
    auto source = above.spawn<number_source>({.name = "source"}, 10);
    team& below = above.supervise({.max = 2}, {.name = "below"});
    auto middle = below.spawn<recovers>({.name = "middle"}, &failures);
    auto sink = above.spawn<number_sink>({.name = "sink"}, &taken);
    connect(source.port(&number_source::numbers), middle.port(&recovers::numbers), 2);
    connect(middle.port(&recovers::passed), sink.port(&number_sink::numbers), static_cast<std::size_t>(seed % 3));
    test::run_simulated(seed, above.run());
    EXPECT_EQ(taken, up_to(10));
    const std::vector<actor_report> found = above.reports();
    ASSERT_EQ(found.size(), 4U);
    EXPECT_EQ(found[1].name, "below");
    EXPECT_EQ(found[1].restarts, 2U);
    EXPECT_EQ(found[1].state, actor_state::ended);
    EXPECT_EQ(found[2].name, "below/middle");
    EXPECT_EQ(found[2].restarts, 5U);
  }
}

TEST(supervision, or_that_gives_up_too_and_says_why) {  // A4
  int failures = 100;
  std::vector<int> taken;
  team above{{.max = 1}};
  auto source = above.spawn<number_source>({.name = "source"}, 10);
  team& below = above.supervise({.max = 2}, {.name = "below"});
  auto middle = below.spawn<recovers>({.name = "middle"}, &failures);
  auto sink = above.spawn<number_sink>({.name = "sink"}, &taken);
  connect(source.port(&number_source::numbers), middle.port(&recovers::numbers), 2);
  connect(middle.port(&recovers::passed), sink.port(&number_sink::numbers), 2);
  try {
    test::run_simulated(1, above.run());
    ADD_FAILURE() << "nothing was thrown";
  } catch (const actor_failed& fault) {
    EXPECT_EQ(fault.actor_name(), "below");
    EXPECT_STREQ(fault.what(),
                 "actor 'below' failed: actor 'middle' failed: not yet (after 2 restarts within 5000 ms, which is the most "
                 "that are made) (after 1 restarts within 5000 ms, which is the most that are made)");
  }
  EXPECT_TRUE(above.running().empty());
  EXPECT_EQ(failures, 94);
}

TEST(supervision, a_team_inside_is_drained_and_stopped_with_the_one_above) {  // A5
  for (const bool drains : {true, false}) {
    std::vector<int> taken;
    team above;
    team& below = above.supervise({}, {.name = "below"});
    auto source = below.spawn<number_source>(std::optional<int>{}, static_cast<std::atomic<int>*>(nullptr));
    auto sink = above.spawn<number_sink>(&taken);
    connect(source.port(&number_source::numbers), sink.port(&number_sink::numbers), 4);
    bool was_cancelled = false;
    test::run_simulated(1, [](team& running, bool drain, bool& cancelled) -> task<> {
      auto all = actors::spawn(running.run());
      for (int i = 0; i != 20; ++i) co_await actors::yield();
      drain ? running.drain() : running.stop();
      try {
        co_await all;
      } catch (const actors::cancelled&) {
        cancelled = true;
      }
    }(above, drains, was_cancelled));
    EXPECT_EQ(was_cancelled, !drains);
    EXPECT_TRUE(above.running().empty());
    EXPECT_EQ(taken.empty(), false);
  }
}

}  // namespace
