// select over channels: which of its cases runs, with what, and what the others leave behind.
#include <actors/actors.hpp>
#include <actors/select.hpp>

#include "support/channel_kinds.hpp"
#include "support/counted.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace {

using actors::biased;
using actors::channel_closed;
using actors::channel_status;
using actors::choice;
using actors::on_receive;
using actors::on_send;
using actors::otherwise;
using actors::receiver;
using actors::select;
using actors::sender;
using actors::spawn;
using actors::task;
using actors::when;

void on_one_worker(task<> main) { actors::run(std::move(main), {.workers = 1}); }

// Until everybody waits, on one worker.
task<> others_wait() {
  for (int i = 0; i != 4; ++i) co_await actors::yield();
}

// ---- values, over all kinds of channels ----------------------------------------------------------------------------

class select_kinds : public test::over_channel_kinds {};
ACTORS_OVER_CHANNEL_KINDS(select_kinds);

using counts = std::vector<std::atomic<int>>;

task<> send_to_either(sender<test::counted> a, sender<test::counted> b, test::ledger& books, int first, int last) {
  for (int i = first; i != last; ++i) {
    test::counted value{books, i};
    if (i % 2 == 0)
      co_await select(on_send(a, value), on_send(b, value));
    else
      co_await select(on_send(b, value), on_send(a, test::counted{books, i}));
  }
}

task<> take_from_both(receiver<test::counted> a, receiver<test::counted> b, counts& seen) {
  bool a_open = true;
  bool b_open = true;
  const auto note = [&](bool& open) {
    return [&](std::optional<test::counted> value) {
      if (value) {
        EXPECT_TRUE(value->holds());
        ++seen[static_cast<std::size_t>(value->number())];
      } else {
        open = false;
      }
    };
  };
  while (a_open || b_open)
    co_await select(when(a_open, on_receive(a, note(a_open))), when(b_open, on_receive(b, note(b_open))));
}

TEST_P(select_kinds, each_value_arrives_once_where_everybody_selects) {  // S1, S3, S6, S8, C5
  constexpr int each = 300;
  counts seen(3 * each);
  test::ledger books;
  const auto main = [&]() -> task<> {
    std::vector<actors::join_handle<>> all;
    {
      auto [a_in, a] = make_channel<test::counted>();
      auto [b_in, b] = make_channel<test::counted>();
      for (int i = 0; i != 3; ++i) {
        all.push_back(spawn(send_to_either(a_in, b_in, books, i * each, (i + 1) * each)));
        all.push_back(spawn(i % 2 == 0 ? take_from_both(a, b, seen) : take_from_both(b, a, seen)));
      }
    }
    for (auto& task : all) co_await task;
  };
  run(main());
  for (const auto& count : seen) ASSERT_EQ(count, 1);
  books.expect_settled();
}

task<> takes_some(receiver<int> from, std::vector<int>& got) {
  while (auto value = co_await from.receive()) got.push_back(*value);
}

// Each sender's order is kept, and beside a select others send and receive plainly.
TEST_P(select_kinds, the_order_of_one_channel_is_kept) {  // C4, S5
  std::vector<int> got;
  const auto main = [&]() -> task<> {
    auto [in, out] = make_channel<int>();
    auto taking = spawn(takes_some(std::move(out), got));
    auto [none_in, none] = actors::channel<int>(0);
    for (int i = 0; i != 1000; ++i) {
      if (i % 3 == 0)
        co_await in.send(i);
      else
        co_await select(on_send(in, i), on_receive(none, [](auto&&) { ADD_FAILURE(); }));
    }
    in = {};
    co_await taking;
  };
  run(main());
  ASSERT_EQ(got.size(), 1000U);
  EXPECT_TRUE(std::is_sorted(got.begin(), got.end()));
}

TEST_P(select_kinds, a_closed_channel_is_drained_first_then_ready_for_ever) {  // S7, C8
  const auto main = [&]() -> task<> {
    auto [in, out] = make_channel<int>();
    auto [never_in, never] = actors::channel<int>(0);
    int there = 0;
    while (there != 5 && in.try_send(there) == channel_status::ok) ++there;
    in.close();
    for (int i = 0; i != there + 3; ++i) {
      const std::optional<int> value = co_await select(on_receive(out), on_receive(never));
      EXPECT_EQ(value.has_value(), i < there);
      EXPECT_EQ(value.value_or(i), i);
    }
  };
  run(main());
}

TEST_P(select_kinds, a_close_wakes_selects_that_receive_and_such_that_send) {  // S7, C7, C9
  const auto main = [&]() -> task<> {
    for (int round = 0; round != 20; ++round) {
      auto [in, out] = make_channel<int>();
      auto [other_in, other] = actors::channel<int>(0);
      const auto receives = [](receiver<int> a, receiver<int> b) -> task<> {
        const std::optional<int> value = co_await select(on_receive(a), on_receive(b));
        EXPECT_FALSE(value);
      };
      auto taking = spawn(receives(out, other));
      co_await actors::yield();
      out.close();
      co_await taking;
      bool refused = false;
      const auto sends = [](sender<int> to, receiver<int> b, bool& told) -> task<> {
        try {
          co_await select(on_send(to, 1), on_receive(b, [](auto&&) {}));
        } catch (const channel_closed&) {
          told = true;
        }
      };
      auto [full_in, full] = make_channel<int>();
      for (int i = 0; i != 100 && full_in.try_send(i) == channel_status::ok;) ++i;
      auto sending = spawn(sends(full_in, other, refused));
      co_await actors::yield();
      full.close();
      co_await sending;
      // What was in time to find room was sent.
      EXPECT_TRUE(refused || full.capacity() == actors::unbounded);
    }
  };
  run(main());
}

// ---- which case ----------------------------------------------------------------------------------------------------

TEST(select_cases, an_empty_endpoint_is_never_ready) {  // C13
  on_one_worker([]() -> task<> {
    const receiver<int> nothing;
    const sender<int> nowhere;
    auto [in, out] = actors::channel<int>(1);
    for (int i = 0; i != 20; ++i) {
      in.try_send(i);
      co_await select(on_receive(nothing, [](auto&&) { ADD_FAILURE(); }), on_send(nowhere, 1, [] { ADD_FAILURE(); }),
                      on_receive(out, [](auto&&) {}));
    }
    // Nor after a wait; and the select of nothing else can be cancelled.
    auto waiting = spawn([](const receiver<int>& none, const sender<int>& nobody) -> task<> {
      co_await select(on_receive(none, [](auto&&) { ADD_FAILURE(); }), on_send(nobody, 1, [] { ADD_FAILURE(); }));
    }(nothing, nowhere));
    co_await others_wait();
    EXPECT_FALSE(waiting.done());
    waiting.cancel();
    co_await others_wait();
    EXPECT_TRUE(waiting.was_cancelled());
    bool other = false;
    co_await select(on_receive(nothing, [](auto&&) {}), otherwise([&] { other = true; }));
    EXPECT_TRUE(other);
  }());
}

TEST(select_cases, a_guard_takes_a_case_out) {  // S8
  on_one_worker([]() -> task<> {
    auto [in, out] = actors::channel<int>(64);
    for (int i = 0; i != 64; ++i) in.try_send(i);
    int taken = 0;
    for (int i = 0; i != 50; ++i) {
      const bool first = i % 2 == 0;
      const int number = co_await select(when(first, on_receive(out, [](auto&&) { return 1; })),
                                         when(!first, on_receive(out, [](auto&&) { return 2; })));
      EXPECT_EQ(number, first ? 1 : 2);
      ++taken;
    }
    EXPECT_EQ(out.size(), static_cast<std::size_t>(64 - taken));
    const int none =
        co_await select(when(false, on_receive(out, [](auto&&) { return 1; })), otherwise([] { return 0; }));
    EXPECT_EQ(none, 0);
  }());
}

TEST(select_cases, otherwise_runs_only_where_nothing_is_ready) {  // S4
  on_one_worker([]() -> task<> {
    sender<int> in;
    receiver<int> out;
    std::tie(in, out) = actors::channel<int>(1);
    sender<int> other_in;
    receiver<int> other;
    std::tie(other_in, other) = actors::channel<int>(0);
    const auto tried = [&] {
      return choice{on_receive(out, [](auto&&) { return 1; }), on_receive(other, [](auto&&) { return 2; }),
                    otherwise([] { return 3; })};
    };
    for (int round = 0; round != 300; ++round) {  // beyond the end of a turn
      const int nothing = co_await tried();
      EXPECT_EQ(nothing, 3);
      in.try_send(round);
      const int first = co_await tried();
      EXPECT_EQ(first, 1);
    }
    auto sending = spawn([](sender<int> to) -> task<> { co_await to.send(1); }(other_in));
    co_await others_wait();
    const int second = co_await tried();
    EXPECT_EQ(second, 2);
    co_await sending;
    int room = co_await select(on_send(in, 1, [] { return 1; }), otherwise([] { return 2; }));
    EXPECT_EQ(room, 1);
    room = co_await select(on_send(in, 1, [] { return 1; }), otherwise([] { return 2; }));
    EXPECT_EQ(room, 2);
  }());
}

TEST(select_cases, biased_takes_the_first_that_is_ready) {  // S2
  on_one_worker([]() -> task<> {
    auto [a_in, a] = actors::channel<int>(400);
    auto [b_in, b] = actors::channel<int>(400);
    for (int i = 0; i != 300; ++i) {
      a_in.try_send(i);
      b_in.try_send(i);
    }
    for (int i = 0; i != 300; ++i) {
      const int number =
          co_await select(biased, on_receive(a, [](auto&&) { return 1; }), on_receive(b, [](auto&&) { return 2; }));
      EXPECT_EQ(number, 1);
    }
    const int number =
        co_await choice{biased, on_receive(a, [](auto&&) { return 1; }), on_receive(b, [](auto&&) { return 2; })};
    EXPECT_EQ(number, 2);
  }());
}

TEST(select_cases, choice_evaluates_its_operands_once_and_in_order) {  // S8
  on_one_worker([]() -> task<> {
    sender<int> in;
    receiver<int> out;
    std::tie(in, out) = actors::channel<int>(1);
    std::string order;
    const auto noted = [&](char name) -> const receiver<int>& {
      order += name;
      return out;
    };
    const auto value = [&](int number) {
      order += static_cast<char>('0' + number);
      return number;
    };
    co_await choice{on_receive(noted('a'), [](auto&&) {}), on_send(in, value(1)), on_receive(noted('b'), [](auto&&) {}),
                    when(true, on_receive(noted('c'), [](auto&&) {}))};
    EXPECT_EQ(order, "a1bc");
    order.clear();
    co_await select(on_receive(noted('a'), [](auto&&) {}), on_receive(noted('b'), [](auto&&) {}));
    std::sort(order.begin(), order.end());
    EXPECT_EQ(order, "ab");
  }());
}

TEST(select_cases, the_same_channel_may_be_in_several_cases) {  // S5
  on_one_worker([]() -> task<> {
    auto [in, out] = actors::channel<int>(0);
    std::vector<int> which;
    auto taking = spawn([](receiver<int> from, std::vector<int>& into) -> task<> {
      for (int i = 0; i != 200; ++i)
        co_await select(on_receive(from, [&](auto&&) { into.push_back(1); }),
                        on_receive(from, [&](auto&&) { into.push_back(2); }));
    }(out, which));
    for (int i = 0; i != 200; ++i) co_await in.send(i);
    co_await taking;
    EXPECT_EQ(which.size(), 200U);
    EXPECT_EQ(in.try_send(1), channel_status::full) << "a case that lost is still listed";
    auto sending = spawn([](sender<int> to) -> task<> { co_await select(on_send(to, 1), on_send(to, 2)); }(in));
    co_await others_wait();
    EXPECT_TRUE(out.try_receive());
    co_await sending;
    EXPECT_EQ(out.try_receive().status, channel_status::empty) << "one select sends one value";
  }());
}

TEST(select_cases, a_send_and_a_receive_of_one_select_never_meet) {  // S5
  on_one_worker([]() -> task<> {
    for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}}) {
      auto [in, out] = actors::channel<int>(capacity);
      if (capacity != 0) {  // the value of the select itself is only received by the next one
        const int first =
            co_await select(on_send(in, 5, [] { return -1; }), on_receive(out, [](auto v) { return *v; }));
        EXPECT_EQ(first, -1);
        continue;
      }
      const auto both = [](sender<int> to, receiver<int> from, int value, int& got) -> task<> {
        got = co_await select(on_send(to, value, [] { return 0; }), on_receive(from, [](auto v) { return *v; }));
      };
      int one = -1;
      int two = -1;
      auto alone = spawn(both(in, out, 1, one));
      co_await others_wait();
      EXPECT_FALSE(alone.done());
      co_await both(in, out, 2, two);
      co_await alone;
      EXPECT_TRUE((one == 0 && two == 1) || (one == 2 && two == 0)) << one << " and " << two;
    }
  }());
}

task<int> of_eight(const receiver<int>& from, int taken) {
  const auto is = [&](int number) {
    return when(number == taken, on_receive(from, [number](auto&&) { return number; }));
  };
  const int number = co_await select(is(0), is(1), is(2), is(3), is(4), is(5), is(6), is(7));
  co_return number;
}

TEST(select_cases, there_may_be_one_eight_or_twenty) {  // S1
  on_one_worker([]() -> task<> {
    auto [in, out] = actors::channel<int>(20);
    for (int i = 0; i != 8; ++i) {
      in.try_send(i);
      const int number = co_await of_eight(out, i);
      EXPECT_EQ(number, i);
    }
    in.try_send(3);
    const std::optional<int> one = co_await select(on_receive(out));
    EXPECT_EQ(one, 3);
    // Twenty channels, of which one has a value; then one that gets it later.
    std::vector<sender<int>> ins;
    std::vector<receiver<int>> outs;
    for (int i = 0; i != 20; ++i) {
      auto [tx, rx] = actors::channel<int>(0);
      ins.push_back(std::move(tx));
      outs.push_back(std::move(rx));
    }
    const auto of_twenty = [](const std::vector<receiver<int>>& r) {
      const auto at = [&r](std::size_t i) { return on_receive(r[i]); };
      return choice{at(0),  at(1),  at(2),  at(3),  at(4),  at(5),  at(6),  at(7),  at(8),  at(9),
                    at(10), at(11), at(12), at(13), at(14), at(15), at(16), at(17), at(18), at(19)};
    };
    for (int i = 0; i != 20; ++i) {
      auto sending = spawn(
          [](sender<int> to, int value) -> task<> { co_await to.send(value); }(ins[static_cast<std::size_t>(i)], i));
      const std::optional<int> got = co_await of_twenty(outs);
      EXPECT_EQ(got, i);
      co_await sending;
    }
    for (const auto& each : ins) EXPECT_EQ(each.try_send(1), channel_status::full);
  }());
}

}  // namespace
