// The metrics of a process: channels, the memory of frames, the log; and that docs/metrics.md lists all that there are.
#include <actors/actors.hpp>
#include <actors/detail/channel_entry.hpp>
#include <actors/log.hpp>
#include <actors/metrics.hpp>

#include "seen_metrics.hpp"
#include "support/seen_messages.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace actors;
using test::collected;
using test::seen_metrics;

std::string series(const std::string& metric, const std::string& channel, const std::string& type = "channel") {
  return metric + "{channel=\"" + channel + "\",type=\"" + type + "\"}";
}

TEST(process_metrics, a_channel_with_a_name_has_series) {  // M2
  auto [tx, rx] = channel<int>(4, "orders");
  for (int i = 0; i != 3; ++i) ASSERT_EQ(tx.try_send(i), channel_status::ok);
  const auto more = tx;
  const seen_metrics seen = collected();
  EXPECT_EQ(seen.at(series("actors_channel_size", "orders")), 3);
  EXPECT_EQ(seen.at(series("actors_channel_capacity", "orders")), 4);
  EXPECT_EQ(seen.at(series("actors_channel_senders", "orders")), 2);
  EXPECT_EQ(seen.at(series("actors_channel_receivers", "orders")), 1);
  EXPECT_EQ(seen.counters.at(series("actors_channel_dropped_total", "orders")), 0);
}

TEST(process_metrics, a_channel_that_has_ended_has_none) {  // M2
  { auto ends = channel<int>(4, "short"); }
  EXPECT_FALSE(collected().has(series("actors_channel_size", "short")));
}

TEST(process_metrics, a_channel_without_a_limit_has_an_infinite_capacity) {  // M2
  const auto ends = channel<int>(unbounded, "endless");
  EXPECT_TRUE(std::isinf(collected().at(series("actors_channel_capacity", "endless"))));
}

TEST(process_metrics, what_a_channel_dropped_is_counted) {  // M2
  const auto [tx, rx] = channel<int>(2, "latest", overflow::drop_oldest);
  for (int i = 0; i != 7; ++i) ASSERT_EQ(tx.try_send(i), channel_status::ok);
  const seen_metrics seen = collected();
  EXPECT_EQ(seen.counters.at(series("actors_channel_dropped_total", "latest")), 5);
  EXPECT_EQ(seen.at(series("actors_channel_size", "latest")), 2);
}

TEST(process_metrics, channels_of_one_name_are_added) {  // M2
  const auto one = channel<int>(4, "shared");
  const auto other = channel<std::string>(2, "shared");
  ASSERT_EQ(one.first.try_send(1), channel_status::ok);
  ASSERT_EQ(other.first.try_send("1"), channel_status::ok);
  const seen_metrics seen = collected();
  EXPECT_EQ(seen.at(series("actors_channel_size", "shared")), 2);
  EXPECT_EQ(seen.at(series("actors_channel_capacity", "shared")), 6);
  EXPECT_EQ(seen.at(series("actors_channel_senders", "shared")), 2);
  EXPECT_TRUE(seen.twice.empty());
}

TEST(process_metrics, channels_without_a_name_are_only_counted) {  // M2
  const seen_metrics before = collected();
  const auto plain = channel<int>(4);
  const auto news = broadcast<int>(4);
  const auto setting = watch<int>(1);
  const auto answer = oneshot<int>();
  const seen_metrics after = collected();
  const auto grew = [&](const std::string& type) {
    const std::string name = "actors_channels{type=\"" + type + "\"}";
    return after.at(name) - before.at(name);
  };
  EXPECT_EQ(grew("channel"), 1);
  EXPECT_EQ(grew("broadcast channel"), 1);
  EXPECT_EQ(grew("watch channel"), 1);
  EXPECT_EQ(grew("one-shot channel"), 0);
  EXPECT_FALSE(after.has(series("actors_channel_size", "")));
}

TEST(process_metrics, other_channels_have_what_they_know) {  // M2
  const auto news = broadcast<int>(4, "news");
  const seen_metrics seen = collected();
  EXPECT_EQ(seen.at(series("actors_channel_senders", "news", "broadcast channel")), 1);
  EXPECT_FALSE(seen.has(series("actors_channel_size", "news", "broadcast channel")));
}

TEST(process_metrics, names_are_utf8) {  // M3
  const auto one = channel<int>(1, "a\xff");
  const auto other = channel<int>(1, "a\xfe");
  EXPECT_EQ(collected().at(series("actors_channel_capacity", "a\xef\xbf\xbd")), 2);
}

TEST(process_metrics, there_is_a_limit_of_names) {  // M2
  std::vector<std::pair<sender<int>, receiver<int>>> all;
  for (int i = 0; i != 1003; ++i) all.push_back(channel<int>(1, std::to_string(10'000 + i)));
  const seen_metrics seen = collected();
  EXPECT_EQ(seen.at("actors_channel_names_left_out"), 3);
  EXPECT_TRUE(seen.has(series("actors_channel_size", "10999")));
  EXPECT_FALSE(seen.has(series("actors_channel_size", "11000")));
  all.clear();
  EXPECT_EQ(collected().at("actors_channel_names_left_out"), 0);
}

TEST(process_metrics, messages_are_counted_by_level) {  // M2
  const test::seen_messages quiet;
  const log_level before_level = set_log_level(log_level::warning);
  const seen_metrics before = collected();
  log(log_level::warning, "one", "one");
  log(log_level::warning, "two", "two");
  log(log_level::error, "three", "three");
  log(log_level::info, "left_out", "left out");
  const seen_metrics after = collected();
  set_log_level(before_level);
  const auto grew = [&](const std::string& level) {
    const std::string name = "actors_log_messages_total{level=\"" + level + "\"}";
    return after.counters.at(name) - before.counters.at(name);
  };
  EXPECT_EQ(grew("warning"), 2);
  EXPECT_EQ(grew("error"), 1);
  EXPECT_EQ(grew("info"), 0);
  EXPECT_EQ(grew("trace"), 0);
}

TEST(process_metrics, frames_in_use_are_told) {  // M2
  const auto nothing = []() -> task<> { co_return; };
  const seen_metrics before = collected();
  std::vector<task<>> all;
  for (int i = 0; i != 50; ++i) all.push_back(nothing());
  const seen_metrics after = collected();
  EXPECT_EQ(after.sum("actors_frames") - before.sum("actors_frames"), 50);
  EXPECT_GE(after.at("actors_frame_used_bytes"), 65536);
  EXPECT_GE(after.at("actors_frame_mapped_bytes"), after.at("actors_frame_used_bytes"));
}

TEST(process_metrics, a_sink_that_throws_is_heard) {  // M1
  struct full final : metric_sink {
    void counter(const metric&, metric_labels, double) override { throw std::length_error{"full"}; }
    void gauge(const metric&, metric_labels, double) override {}
    void histogram(const metric&, metric_labels, std::span<const metric_bucket>, double, std::uint64_t) override {}
  } sink;
  EXPECT_THROW(collect_metrics(sink), std::length_error);
  EXPECT_NO_THROW(collected());
}

// As where there is no memory for what is seen of a channel.
TEST(process_metrics, a_walk_that_is_left_by_an_error_leaves_the_register_in_order) {  // M1
  const auto ends = channel<int>(4, "orders");
  const auto refuse = [](const actors::detail::channel_entry&) { throw std::bad_alloc{}; };
  for (int i = 0; i != 10; ++i) EXPECT_THROW(actors::detail::channel_entry::for_each(refuse), std::bad_alloc);
  EXPECT_TRUE(collected().has(series("actors_channel_size", "orders")));
}

}  // namespace
