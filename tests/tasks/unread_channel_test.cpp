// Debug mode: channels from which nobody ever received.
#include <actors/actors.hpp>
#include <actors/snapshot.hpp>

#include "support/seen_messages.hpp"
#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using actors::task;

constexpr const char* event = "channel_never_read";

class unread_channel : public ::testing::Test {
 protected:
  actors::runtime on{{.workers = 1, .debug = true}};  // channels that are made before know nothing
  const test::seen_messages seen;
};

TEST_F(unread_channel, is_reported_when_its_last_receiver_goes) {  // T9
  {
    auto [out, in] = actors::channel<int>(4, "jobs");
    for (int i = 0; i != 3; ++i) ASSERT_EQ(out.try_send(i), actors::channel_status::ok);
    auto other = in;
    { const auto last = std::move(in); }
    EXPECT_TRUE(seen.all().empty());
  }
  const test::seen_message said = seen.one(event);
  EXPECT_EQ(said.level, actors::log_level::warning);
  EXPECT_EQ(said.word("channel"), "jobs");
  EXPECT_NE(said.word("made_at").find("unread_channel_test.cpp:"), std::string::npos);
  EXPECT_EQ(said.get<std::uint64_t>("values"), 3U);
  EXPECT_EQ(said.get<std::uint64_t>("senders"), 0U);
  EXPECT_EQ(said.text, "a channel is gone from which nobody ever received: 'jobs', made at " + said.word("made_at") +
                           "; 3 values are lost");
}

TEST_F(unread_channel, is_reported_with_the_senders_that_waited) {  // T9
  on.run([]() -> task<> {
    auto [out, in] = actors::channel<int>(1);
    EXPECT_EQ(out.try_send(1), actors::channel_status::ok);
    auto sending = actors::spawn([](actors::sender<int> to) -> task<> { co_await to.send(2); }(out));
    while (out.statistics().waiting_senders == 0) co_await actors::yield();
    { const auto gone = std::move(in); }
    while (!sending.done()) co_await actors::yield();
    EXPECT_NE(sending.exception(), nullptr);
  }());
  const test::seen_message said = seen.one(event);
  EXPECT_EQ(said.word("channel"), "");
  EXPECT_TRUE(said.text.ends_with("; 1 value is lost; 1 sender waited")) << said.text;
}

TEST_F(unread_channel, is_reported_also_where_only_senders_are_lost) {  // T9
  on.run([]() -> task<> {
    auto [out, in] = actors::channel<int>(0, "meeting");
    auto sending = actors::spawn([](actors::sender<int> to) -> task<> { co_await to.send(2); }(out));
    auto reserving =
        actors::spawn([](actors::sender<int> to) -> task<> { const auto place = co_await to.reserve(); }(out));
    while (out.statistics().waiting_senders != 2) co_await actors::yield();
    { const auto gone = std::move(in); }
    while (!sending.done() || !reserving.done()) co_await actors::yield();
    EXPECT_NE(sending.exception(), nullptr);
    EXPECT_NE(reserving.exception(), nullptr);
  }());
  const test::seen_message said = seen.one(event);
  EXPECT_EQ(said.get<std::uint64_t>("values"), 0U);
  EXPECT_EQ(said.get<std::uint64_t>("senders"), 2U);
  EXPECT_TRUE(said.text.ends_with("; 2 senders waited")) << said.text;
}

// What a receive takes, or waits for, or does not find: somebody looks at the channel.
TEST_F(unread_channel, is_none_where_somebody_received_or_tried_to) {  // T9
  using actors::channel_status;
  using channel_of_int = std::pair<actors::sender<int>, actors::receiver<int>>;
  const auto made = [] {
    auto ends = actors::channel<int>(8);
    return channel_of_int{std::move(ends.first), std::move(ends.second)};
  };
  const auto fill = [](actors::sender<int>& out) {
    for (int i = 0; i != 3; ++i) ASSERT_EQ(out.try_send(i), channel_status::ok);
  };
  {
    auto [out, in] = made();
    EXPECT_EQ(in.try_receive().status, channel_status::empty);
    fill(out);
  }
  {
    auto [out, in] = made();
    fill(out);
    EXPECT_TRUE(actors::blocking_receive(in).has_value());
  }
  on.run([](auto make, auto put) -> task<> {
    {
      auto [out, in] = make();
      put(out);
      const auto got = co_await in.receive();
      EXPECT_TRUE(got.has_value());
    }
    {
      auto [out, in] = make();
      const auto got = co_await actors::receive_for(in, std::chrono::milliseconds{0});
      EXPECT_EQ(got.status, actors::channel_status::empty);
      put(out);
    }
    {
      auto [out, in] = make();
      auto waiting = actors::spawn([](actors::receiver<int> from) -> task<> { co_await from.receive(); }(in));
      while (in.statistics().waiting_receivers == 0) co_await actors::yield();
      waiting.cancel();
      while (!waiting.done()) co_await actors::yield();
      put(out);
    }
    {
      auto [out, in] = make();
      auto [other_out, other_in] = make();
      put(other_out);
      co_await actors::select(actors::on_receive(in, [](std::optional<int>) {}),
                              actors::on_receive(other_in, [](std::optional<int>) {}));
    }
    {
      auto [out, in] = make();
      put(out);
      std::vector<int> got;
      co_await in.receive_many(got, 2);
      EXPECT_EQ(got.size(), 2U);
    }
    {
      auto [out, in] = make();
      put(out);
      auto got = co_await actors::receive_delivery(in);
      EXPECT_TRUE(got.has_value());
    }
  }(made, fill));
  EXPECT_TRUE(seen.all().empty()) << seen.all().front().text;
}

TEST_F(unread_channel, is_none_without_a_value_or_where_something_failed) {  // T9
  { const auto empty = actors::channel<int>(8); }
  { const auto drops = actors::channel<int>(8, actors::overflow::drop_oldest); }
  on.run([]() -> task<> {
    const auto fails = [](bool cancelled) -> task<> {
      auto [out, in] = actors::channel<int>(8);
      co_await out.send(1);
      if (!cancelled) throw std::runtime_error{"before it receives"};
      co_await actors::sleep(std::chrono::hours{1});
    };
    auto failed = actors::spawn(fails(false));
    auto cancelled = actors::spawn(fails(true));
    co_await actors::yield();
    cancelled.cancel();
    while (!failed.done() || !cancelled.done()) co_await actors::yield();
    EXPECT_NE(failed.exception(), nullptr);
    // What one that never began was given.
    auto unborn = [] {
      auto [out, in] = actors::channel<int>(8);
      EXPECT_EQ(out.try_send(1), actors::channel_status::ok);
      return actors::spawn([](actors::receiver<int> from) -> task<> { co_await from.receive(); }(std::move(in)));
    }();
    unborn.cancel();
    while (!unborn.done()) co_await actors::yield();
  }());
  EXPECT_TRUE(seen.all().empty()) << seen.all().front().text;
}

TEST_F(unread_channel, is_none_where_the_task_that_drops_it_was_asked_to_stop) {  // T9
  on.run([]() -> task<> {
    std::vector<actors::join_handle<>> own;
    const auto drops = [](const std::vector<actors::join_handle<>>& itself) -> task<> {
      itself[0].cancel();
      auto [out, in] = actors::channel<int>(8);
      EXPECT_EQ(out.try_send(1), actors::channel_status::ok);
      co_return;
    };
    own.push_back(actors::spawn(drops(own)));
    while (!own[0].done()) co_await actors::yield();
  }());
  EXPECT_TRUE(seen.all().empty()) << seen.all().front().text;
}

TEST_F(unread_channel, is_told_of_in_dumps) {  // I1
  auto [out, in] = actors::channel<int>(8, "jobs");
  ASSERT_EQ(out.try_send(1), actors::channel_status::ok);
  EXPECT_NE(on.dump().find("channel 'jobs' (1 of 8 values, 1 sender, 1 receiver, nobody has received from it)"),
            std::string::npos)
      << on.dump();
  EXPECT_NE(on.dump(actors::dump_format::json).find(R"("unread":true)"), std::string::npos);
  EXPECT_TRUE(actors::blocking_receive(in).has_value());
  EXPECT_EQ(on.dump().find("nobody has received"), std::string::npos);
}

// The slow ways do what the short ones do.
TEST_F(unread_channel, does_in_debug_mode_what_others_do) {  // C4 C5 C17
  on.run([]() -> task<> {
    auto [out, in] = actors::channel<int>(2);
    auto sending = actors::spawn([](actors::sender<int> to) -> task<> {
      for (int i = 0; i != 1000; ++i) co_await to.send(i);
    }(std::move(out)));
    int next = 0;
    while (auto got = co_await in.receive()) EXPECT_EQ(*got, next++);
    EXPECT_EQ(next, 1000);
    co_await sending;
  }());
  EXPECT_TRUE(seen.all().empty()) << seen.all().front().text;
}

}  // namespace
