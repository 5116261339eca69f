// What a select calls when a case has won: handlers that give values and references, that throw, that suspend.
#include <actors/actors.hpp>
#include <actors/cases.hpp>
#include <actors/select.hpp>
#include <actors/timeout.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::biased;
using actors::on_receive;
using actors::on_send;
using actors::otherwise;
using actors::receiver;
using actors::select;
using actors::sender;
using actors::spawn;
using actors::task;

constexpr std::array<unsigned, 3> worker_counts{1, 2, 4};

task<> others_wait() {
  for (int i = 0; i != 4; ++i) co_await actors::yield();
}

task<> feed(sender<int> to, int value) { co_await to.send(value); }

// A channel with a value, or one that will get it when the select waits.
enum class comes { before, after };
struct fed {
  explicit fed(comes when, int value = 7) {
    auto [tx, rx] = actors::channel<int>(when == comes::before ? 1 : 0);
    if (when == comes::before) tx.try_send(int{value});
    in = tx;
    out = rx;
    if (when == comes::after) feeding = spawn(feed(tx, value));
  }
  sender<int> in;
  receiver<int> out;
  actors::join_handle<> feeding;
};

class select_handler : public testing::TestWithParam<comes> {
 protected:
  // The feeding task gets its turn only when the select has suspended.
  template <class F>
  static void run(F main) {
    actors::run(main(), {.workers = 1});
  }
};
INSTANTIATE_TEST_SUITE_P(value_comes, select_handler, testing::Values(comes::before, comes::after),
                         [](const auto& given) { return given.param == comes::before ? "before" : "after"; });

TEST_P(select_handler, gives_values_and_references_and_what_can_only_be_moved) {  // S1
  run([]() -> task<> {
    fed one{GetParam()};
    const std::string text = co_await select(on_receive(one.out, [](auto v) { return std::to_string(*v); }));
    EXPECT_EQ(text, "7");
    fed two{GetParam()};
    int place = 0;
    auto refers = actors::choice{on_receive(two.out, [&](auto v) -> int& {
      place = *v;
      return place;
    })};
    static_assert(std::is_same_v<decltype(refers)::result_type, int&>);
    int& same = co_await refers;
    EXPECT_EQ(&same, &place);
    EXPECT_EQ(place, 7);
    fed three{GetParam()};
    const auto owned = co_await select(on_receive(three.out, [](auto v) { return std::make_unique<int>(*v); }));
    EXPECT_EQ(*owned, 7);
    fed four{GetParam()};
    const std::optional<int> plain = co_await select(on_receive(four.out));
    EXPECT_EQ(plain, 7);
  });
}

TEST_P(select_handler, owns_what_it_captured_and_may_change_it) {  // S8
  run([]() -> task<> {
    fed one{GetParam()};
    auto keeps = [kept = std::make_unique<int>(3), calls = 0](std::optional<int> v) mutable {
      ++calls;
      return *v + *kept + calls;
    };
    auto waiting = actors::choice{on_receive(one.out, std::move(keeps))};
    const int sum = co_await waiting;
    EXPECT_EQ(sum, 11);
  });
}

TEST_P(select_handler, throws_to_the_one_who_selects) {  // S1
  run([]() -> task<> {
    fed one{GetParam()};
    bool thrown = false;
    try {
      co_await select(on_receive(one.out, [](auto&&) { throw std::runtime_error{"handler"}; }));
    } catch (const std::runtime_error&) {
      thrown = true;
    }
    EXPECT_TRUE(thrown);
    EXPECT_EQ(one.out.size(), 0U);
  });
}

task<int> twice(std::optional<int> value, bool suspends) {
  if (suspends) co_await actors::sleep(1ns);
  co_return 2 * *value;
}

TEST_P(select_handler, that_gives_a_task_is_awaited_as_a_part_of_the_caller) {  // S1
  run([]() -> task<> {
    for (const bool suspends : {false, true}) {
      fed one{GetParam()};
      const auto self = actors::current_task();
      bool same = false;
      const int value = co_await select(on_receive(one.out, [&](std::optional<int> v) {
        same = actors::current_task() == self;
        return twice(v, suspends);
      }));
      EXPECT_EQ(value, 14);
      EXPECT_TRUE(same);
    }
  });
}

TEST_P(select_handler, that_is_a_coroutine_sees_what_it_captured) {  // S1
  run([]() -> task<> {
    fed one{GetParam()};
    int seen = 0;
    const std::string text = co_await select(on_receive(one.out, [&seen](std::optional<int> v) -> task<std::string> {
      co_await actors::yield();
      seen = *v;
      co_return std::string(40, 'x');
    }));
    EXPECT_EQ(seen, 7);
    EXPECT_EQ(text, std::string(40, 'x'));
  });
}

TEST_P(select_handler, of_both_kinds_may_be_mixed) {  // S1
  run([]() -> task<> {
    for (const int wanted : {1, 2}) {
      fed one{GetParam(), 1};
      auto [none_in, none] = actors::channel<int>(0);
      const auto suspending = [](std::optional<int> v) { return twice(v, true); };
      const auto plain = [](std::optional<int> v) { return *v + 10; };
      const receiver<int>& first = wanted == 1 ? one.out : none;
      const receiver<int>& second = wanted == 1 ? none : one.out;
      const int value = co_await select(on_receive(first, suspending), on_receive(second, plain));
      EXPECT_EQ(value, wanted == 1 ? 2 : 11);
    }
  });
}

task<int> fails(bool suspends) {
  if (suspends) co_await actors::yield();
  throw std::out_of_range{"work"};
}

TEST_P(select_handler, whose_task_throws_or_that_throws_before_there_is_one) {  // S1
  run([]() -> task<> {
    for (const int how : {0, 1, 2, 3}) {
      fed one{GetParam()};
      int thrown = 0;
      try {
        co_await select(on_receive(one.out, [&](std::optional<int>) -> task<int> {
          if (how == 0) return fails(false);
          if (how == 1) return fails(true);
          if (how == 2) throw std::out_of_range{"before"};
          return {};  // an empty task
        }));
      } catch (const std::out_of_range&) {
        thrown = 1;
      } catch (const actors::usage_error&) {
        thrown = 2;
      }
      EXPECT_EQ(thrown, how == 3 ? 2 : 1) << how;
    }
  });
}

TEST_P(select_handler, that_selects_again) {  // S1
  run([]() -> task<> {
    fed one{GetParam(), 1};
    fed two{GetParam(), 2};
    fed three{GetParam(), 3};
    const auto innermost = [&](int so_far) -> task<int> {
      const int last = co_await select(on_receive(three.out, [&](auto v) { return so_far + *v; }));
      co_return last;
    };
    const auto inner = [&](std::optional<int> first) -> task<int> {
      const int both = co_await select(on_receive(two.out, [&](auto v) { return innermost(*first + *v); }));
      co_return both;
    };
    const int sum = co_await select(on_receive(one.out, [&](auto v) { return inner(v); }));
    EXPECT_EQ(sum, 6);
  });
}

TEST_P(select_handler, whose_task_is_cancelled_in_the_middle) {  // T6, C16
  run([]() -> task<> {
    fed one{GetParam()};
    bool began = false;
    bool ended = false;
    const auto main = [&]() -> task<> {
      co_await select(on_receive(one.out, [&](auto&&) -> task<> {
        began = true;
        try {
          co_await actors::sleep(1h);
        } catch (const actors::cancelled&) {
          ended = true;
          throw;
        }
      }));
    };
    auto selecting = spawn(main());
    co_await others_wait();
    EXPECT_TRUE(began);
    selecting.cancel();
    co_await others_wait();
    EXPECT_TRUE(ended && selecting.was_cancelled());
  });
}

// Delivered, then cancelled, before the task runs: the handler is called, and what it waits for is cancelled.
TEST(select_handlers, a_cancellation_after_the_delivery_is_for_the_next_wait) {  // C16
  actors::run(
      []() -> task<> {
        sender<int> in;
        receiver<int> out;
        std::tie(in, out) = actors::channel<int>(0);
        int got = 0;
        bool plainly = false;
        bool next_is_cancelled = false;
        const auto suspending = [&]() -> task<> {
          co_await select(on_receive(out, [&](std::optional<int> v) -> task<> {
            got = *v;
            try {
              co_await actors::sleep(1h);
            } catch (const actors::cancelled&) {
              next_is_cancelled = true;
            }
          }));
        };
        auto one = spawn(suspending());
        co_await others_wait();
        EXPECT_EQ(in.try_send(5), actors::channel_status::ok);
        one.cancel();
        co_await one;
        EXPECT_EQ(got, 5);
        EXPECT_TRUE(next_is_cancelled);
        const auto plain = [&]() -> task<> {
          co_await select(on_receive(out, [&](std::optional<int> v) { plainly = *v == 6; }));
        };
        auto two = spawn(plain());
        co_await others_wait();
        EXPECT_EQ(in.try_send(6), actors::channel_status::ok);
        two.cancel();
        co_await two;
        EXPECT_TRUE(plainly);
      }(),
      {.workers = 1});
}

// Each of the first 300 operations, so that two of them are the last of a turn.
TEST(select_handlers, of_all_kinds_also_at_the_end_of_a_turn) {  // S1, S10
  for (const unsigned workers : worker_counts) {
    actors::run(
        []() -> task<> {
          auto [in, out] = actors::channel<int>(1);
          int failures = 0;
          for (int i = 0; i != 600; ++i) {
            in.try_send(int{i});
            const int kind = i % 3;
            int got = -1;
            try {
              got = co_await select(on_receive(out, [&](std::optional<int> v) -> task<int> {
                if (kind == 1) return fails(false);
                if (kind == 2) throw std::out_of_range{"before"};
                return twice(v, false);
              }));
            } catch (const std::out_of_range&) {
              ++failures;
            }
            EXPECT_EQ(got, kind == 0 ? 2 * i : -1);
          }
          EXPECT_EQ(failures, 400);
          for (int i = 0; i != 300; ++i) {
            in.try_send(int{i});
            const int got = co_await select(on_receive(out, [](std::optional<int> v) { return *v; }));
            EXPECT_EQ(got, i);
          }
        }(),
        {.workers = workers});
  }
}

task<int> ends_badly() {
  co_await actors::yield();
  throw std::out_of_range{"its end"};
}

// The handler is called before the task is resumed, and yet inside of it.
TEST(select_handlers, may_look_at_errors_and_move_limits_before_they_suspend) {  // S3, G8, T16
  actors::run(
      []() -> task<> {
        auto failing = spawn(ends_badly());
        int looked = 0;
        const int value = co_await select(actors::on_done(failing, [&](const actors::join_handle<int>& ended) {
          try {
            ended.result();
          } catch (const std::out_of_range&) {
            looked = actors::current_error_trace().to_string().empty() ? 1 : 2;
          }
          return twice(1, false);
        }));
        EXPECT_EQ(value, 2);
        EXPECT_EQ(looked, 2);
        sender<int> in;
        receiver<int> out;
        std::tie(in, out) = actors::channel<int>(0);
        for (const bool moved : {true, false}) {
          bool late = false;
          auto feeding = spawn(feed(in, 1));
          const auto limited = [&](actors::timeout_scope& limit) -> task<> {
            co_await select(on_receive(out, [&](auto&&) {
              limit.reschedule(moved ? std::chrono::nanoseconds{1h} : std::chrono::nanoseconds{1ms});
              return others_wait();
            }));
            if (moved) co_return;
            co_await actors::sleep(1h);
          };
          try {
            co_await actors::with_timeout(30s, limited);
          } catch (const actors::timed_out&) {
            late = true;
          }
          EXPECT_EQ(late, !moved);
          co_await feeding;
        }
      }(),
      {.workers = 1});
}

TEST(select_handlers, of_sends_and_of_otherwise_may_suspend) {  // S1, S4
  actors::run(
      []() -> task<> {
        auto [in, out] = actors::channel<int>(1);
        for (int i = 0; i != 300; ++i) {
          const int sent =
              co_await select(on_send(in, i, [] { return twice(1, true); }), otherwise([] { return twice(2, true); }));
          const int full =
              co_await select(on_send(in, i, [] { return twice(1, true); }), otherwise([] { return twice(2, true); }));
          EXPECT_EQ(sent, 2);
          EXPECT_EQ(full, 4);
          out.try_receive();
        }
        in.try_send(0);
        auto draining = spawn([](receiver<int> from) -> task<> { co_await from.receive(); }(out));
        const int waited = co_await select(on_send(in, 9, [] { return twice(4, true); }));
        EXPECT_EQ(waited, 8);
        co_await draining;
        out.close();
        const auto told = [](actors::channel_status now) { return twice(now == actors::channel_status::closed, true); };
        const int closed = co_await select(on_send(in, 9, told));
        EXPECT_EQ(closed, 2);
      }(),
      {.workers = 1});
}

}  // namespace
