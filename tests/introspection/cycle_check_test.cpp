// Whether waits that were found go on at one and the same moment.
#include "introspection/cycle_check.hpp"

#include "snapshots.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <string_view>
#include <vector>

namespace {

using actors::task;
using actors::detail::task_state;
using actors::detail::wait_at_once;
using actors::detail::wait_edge;

task<> locks_both(actors::mutex& first, actors::mutex& second, actors::barrier& both) {
  const auto held = co_await first.lock();
  co_await both.arrive_and_wait();
  const auto other = co_await second.lock();
}
task<> locks(actors::mutex& one) { const auto held = co_await one.lock(); }
task<> joins(actors::join_handle<> whom) { co_await whom; }
task<> holds_worker(std::atomic<bool>& runs, std::atomic<bool>& until) {
  runs = true;
  test::spin_until([&until] { return until.load(); });
  co_return;
}

/// Two tasks that wait for each other at mutexes, one more at one of these, and two that wait for the end of the first.
class cycle_check : public ::testing::Test {
 protected:
  cycle_check() {
    test::snapshot_when(on_, [](const auto& each) {
      const auto waits = [&each](std::string_view name) { return test::named(each, name).waits_for == "lock mutex"; };
      return waits("one") && waits("two");
    });
    handles_.push_back(on_.spawn(locks(b_), {.name = "third"}));
    handles_.push_back(on_.spawn(joins(handles_[0]), {.name = "joins"}));
    handles_.push_back(on_.spawn(joins(handles_[0]), {.name = "joins too"}));
    found_ = test::snapshot_when(on_, [](const auto& each) { return test::all_wait(each, 5); });
  }
  ~cycle_check() override {
    for (const auto& each : handles_) each.cancel();
    for (const auto& each : handles_) each.wait();
  }
  task_state* named(std::string_view name) const {
    return reinterpret_cast<task_state*>(static_cast<std::uintptr_t>(test::named(found_, name).id));
  }
  wait_edge at_mutex(std::string_view who, std::string_view whom) const { return {named(who), named(whom), true}; }
  wait_edge for_end(std::string_view who, std::string_view whom) const { return {named(who), named(whom), false}; }
  /// Whether that goes on when it was cancelled, before it has run again.
  bool goes_on_when_cancelled(std::size_t which, const wait_edge& edge) {
    std::atomic<bool> runs{false};
    std::atomic<bool> until{false};
    const auto busy = on_.spawn(holds_worker(runs, until));
    test::spin_until([&runs] { return runs.load(); });
    EXPECT_TRUE(wait_at_once({edge}));
    handles_[which].cancel();
    const bool found = wait_at_once({edge});
    until = true;
    busy.wait();
    return found;
  }

 private:
  actors::mutex a_, b_;
  actors::barrier both_{2};
  actors::runtime on_{{.workers = 1}};
  std::vector<actors::join_handle<>> handles_{on_.spawn(locks_both(a_, b_, both_), {.name = "one"}),
                                              on_.spawn(locks_both(b_, a_, both_), {.name = "two"})};
  actors::runtime_snapshot found_;
};

TEST_F(cycle_check, is_true_of_waits_that_all_go_on) {  // I2
  EXPECT_TRUE(wait_at_once({at_mutex("one", "two"), at_mutex("two", "one")}));
  EXPECT_TRUE(wait_at_once({at_mutex("one", "two"), at_mutex("third", "two")}));  // at the same mutex
  EXPECT_TRUE(wait_at_once({for_end("joins", "one"), for_end("joins too", "one"), at_mutex("one", "two")}));
}

TEST_F(cycle_check, is_false_where_one_waits_for_somebody_else) {  // I2
  EXPECT_FALSE(wait_at_once({at_mutex("one", "two"), at_mutex("third", "one")}));
  EXPECT_FALSE(wait_at_once({at_mutex("third", "one"), at_mutex("one", "two")}));
  EXPECT_FALSE(wait_at_once({at_mutex("one", "two"), for_end("joins", "two")}));
  EXPECT_FALSE(wait_at_once({at_mutex("joins", "one")}));
}

TEST_F(cycle_check, is_false_of_a_wait_that_was_decided) {  // I2
  EXPECT_FALSE(goes_on_when_cancelled(2, at_mutex("third", "two")));
  EXPECT_FALSE(goes_on_when_cancelled(3, for_end("joins", "one")));
}

}  // namespace
