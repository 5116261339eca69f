// Actors where there is no memory: what cannot be started, or restarted, has failed, and nothing waits for it.
#include <actors/actors.hpp>

#include "support/short_of_memory.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::actor_report;
using actors::actor_state;
using actors::task;
using actors::team;
using test::short_of_memory;

constexpr std::size_t more_than_are_made = 64;

TEST(actor_memory, that_is_short_when_a_child_is_started_is_told_to_who_starts_it) {  // A3
  int begun = 0;
  int failed = 0;
  team members;
  members.spawn([&]() -> task<> {
    for (std::size_t good = 0; good != more_than_are_made; ++good) {
      const int before = begun;
      auto one = members.spawn({.name = "child"}, [&begun]() -> task<> {
        ++begun;
        co_return;
      });
      bool started = true;
      try {
        const short_of_memory now{good};
        members.start(one);
      } catch (const std::bad_alloc&) {
        started = false;
        ++failed;
      }
      const actor_report how = co_await one.ended();
      EXPECT_EQ(how.state, actor_state::ended);
      EXPECT_EQ(begun - before, started ? 1 : 0) << good;
      co_await actors::sleep(1ms);  // so that the name is free
    }
  });
  test::run_simulated(1, members.run());
  EXPECT_GT(failed, 0);
  EXPECT_GT(begun, 0);
}

/// Its second object is made where there is no memory: what follows on its constructor finds none.
class takes_the_memory final : public actors::actor {
 public:
  takes_the_memory(int* made, std::optional<short_of_memory>* now, std::size_t good) : made_{made}, now_{now} {
    if (++*made_ == 2) now_->emplace(good);
  }
  ~takes_the_memory() override { now_->reset(); }
  task<> run() override {
    now_->reset();
    co_await actors::yield();
    if (*made_ == 1) throw std::runtime_error{"once"};
  }

 private:
  int* made_;
  std::optional<short_of_memory>* now_;
};

TEST(actor_memory, that_is_short_at_a_restart_is_a_failure_like_any_other) {  // A3 A4
  int failed = 0;
  for (std::size_t good = 0; good != more_than_are_made; ++good) {
    int made = 0;
    std::optional<short_of_memory> now;
    team members{{.max = 3}};
    members.spawn<takes_the_memory>({.name = "one"}, &made, &now, good);
    test::run_simulated(1, members.run());
    const actor_report how = members.reports()[0];
    EXPECT_EQ(how.state, actor_state::ended);
    EXPECT_EQ(how.restarts, static_cast<unsigned>(made - 1));
    if (made == 3) ++failed;
    EXPECT_LE(made, 3);
  }
  EXPECT_GT(failed, 0);
}

}  // namespace
