// What a select sends: values that stay with their owner until they are sent, and such that the case keeps; closed and
// poisoned channels.
#include <actors/actors.hpp>
#include <actors/select.hpp>

#include "support/counted.hpp"

#include <gtest/gtest.h>

#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

using actors::biased;
using actors::channel_closed;
using actors::channel_status;
using actors::on_receive;
using actors::on_send;
using actors::receiver;
using actors::select;
using actors::sender;
using actors::spawn;
using actors::task;

void on_one_worker(task<> main) { actors::run(std::move(main), {.workers = 1}); }

// Until everybody waits, on one worker.
task<> others_wait() {
  for (int i = 0; i != 4; ++i) co_await actors::yield();
}

TEST(select_send, an_lvalue_is_moved_from_only_where_its_case_wins) {  // S1, C17
  on_one_worker([]() -> task<> {
    auto [in, out] = actors::channel<std::unique_ptr<int>>(1);
    auto [ready_in, ready] = actors::channel<int>(1);
    ready_in.try_send(1);
    auto value = std::make_unique<int>(7);
    co_await select(biased, on_receive(ready, [](auto&&) {}), on_send(in, value));
    EXPECT_TRUE(value);
    co_await select(on_receive(ready, [](auto&&) {}), on_send(in, value));
    EXPECT_FALSE(value);
    // The same after a wait: the channel is full now.
    value = std::make_unique<int>(8);
    auto feeding = spawn([](sender<int> to) -> task<> { co_await to.send(2); }(ready_in));
    co_await select(on_receive(ready, [](auto&&) {}), on_send(in, value));
    EXPECT_TRUE(value);
    co_await feeding;
    auto draining = spawn([](auto from) -> task<> {
      const auto got = co_await from.receive();
      EXPECT_EQ(**got, 7);
    }(out));
    co_await select(on_receive(ready, [](auto&&) {}), on_send(in, value));
    EXPECT_FALSE(value);
    co_await draining;
    EXPECT_EQ(**out.try_receive(), 8);
  }());
}

TEST(select_send, rvalues_constants_and_what_converts_are_kept_by_the_case) {  // S8
  on_one_worker([]() -> task<> {
    auto [in, out] = actors::channel<std::string>(8);
    const std::string constant = "constant";
    std::string moved = "moved";
    co_await select(on_send(in, constant));
    co_await select(on_send(in, std::move(moved)));
    co_await select(on_send(in, "literal"));
    co_await select(on_send(in, constant + '!'));
    EXPECT_EQ(constant, "constant");
    for (const char* text : {"constant", "moved", "literal", "constant!"}) EXPECT_EQ(*out.try_receive(), text);
    auto [only_in, only] = actors::channel<std::unique_ptr<int>>(1);
    co_await select(on_send(only_in, std::make_unique<int>(3)));
    EXPECT_EQ(**only.try_receive(), 3);
    auto [number_in, number] = actors::channel<long>(1);
    const short small = 5;
    co_await select(on_send(number_in, small));
    EXPECT_EQ(*number.try_receive(), 5);
  }());
}

TEST(select_send, a_value_that_is_not_sent_is_destroyed_once) {  // C12, C17
  test::ledger books;
  on_one_worker([](test::ledger& all) -> task<> {
    auto [in, out] = actors::channel<test::counted>(0);
    auto [ready_in, ready] = actors::channel<int>(1);
    ready_in.try_send(1);
    test::counted kept{all, 1};
    co_await select(on_send(in, test::counted{all, 2}), on_send(in, kept), on_receive(ready, [](auto&&) {}));
    EXPECT_TRUE(kept.holds());
    EXPECT_EQ(all.values_destroyed, 1);
  }(books));
  books.expect_settled();
}

TEST(select_send, a_closed_channel_throws_or_is_told_to_a_handler_that_asks) {  // S7, C9
  on_one_worker([]() -> task<> {
    auto [in, out] = actors::channel<int>(1);
    const auto status = [](channel_status now) { return now; };
    const channel_status before = co_await select(on_send(in, 1, status));
    EXPECT_EQ(before, channel_status::ok);
    out.close();
    int value = 2;
    const channel_status after = co_await select(on_send(in, value, status));
    EXPECT_EQ(after, channel_status::closed);
    bool called = false;
    bool thrown = false;
    try {
      co_await select(on_send(in, value, [&] { called = true; }));
    } catch (const channel_closed&) {
      thrown = true;
    }
    EXPECT_TRUE(thrown && !called);
    EXPECT_EQ(value, 2);
  }());
}

TEST(select_send, a_poisoned_channel_throws_its_reason_on_both_sides) {  // C28, S7
  on_one_worker([]() -> task<> {
    auto [in, out] = actors::channel<int>(1);
    in.try_send(1);
    in.poison(std::make_exception_ptr(std::out_of_range{"reason"}));
    const std::optional<int> last = co_await select(on_receive(out));
    EXPECT_EQ(last, 1);
    int thrown = 0;
    try {
      co_await select(on_receive(out, [](auto&&) { ADD_FAILURE(); }));
    } catch (const std::out_of_range&) {
      ++thrown;
    }
    try {
      co_await select(on_send(in, 2, [] { ADD_FAILURE(); }));
    } catch (const std::out_of_range&) {
      ++thrown;
    }
    EXPECT_EQ(thrown, 2);
    // And those who wait for it.
    auto [late_in, late] = actors::channel<int>(0);
    const auto waits = [](receiver<int> from, int& told) -> task<> {
      try {
        co_await select(on_receive(from, [](auto&&) { ADD_FAILURE(); }));
      } catch (const std::out_of_range&) {
        ++told;
      }
    };
    auto one = spawn(waits(late, thrown));
    co_await others_wait();
    late_in.poison(std::make_exception_ptr(std::out_of_range{"late"}));
    co_await one;
    EXPECT_EQ(thrown, 3);
  }());
}

}  // namespace
