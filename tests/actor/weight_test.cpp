// Channels between actors count items, not messages: what is too large for a channel is cut, and no more than its
// capacity is ever under way.
#include <actors/actors.hpp>
#include <actors/pipeline/records.hpp>

#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

namespace {

using actors::actor;
using actors::in;
using actors::out;
using actors::task;
using actors::team;
using actors::pipeline::records;
using actors::pipeline::value;

records numbered(std::int64_t& next, std::size_t count) {
  records batch;
  for (std::size_t i = 0; i != count; ++i) batch.push_back(value{next++});
  return batch;
}

// Sends batches of the given sizes, numbered through.
class batch_source final : public actor {
 public:
  explicit batch_source(std::vector<std::size_t> sizes) : sizes_{std::move(sizes)} {}
  out<records> batches{*this, "batches"};
  task<> run() override {
    std::int64_t next = 0;
    for (const std::size_t size : sizes_) co_await batches.send(numbered(next, size));
  }

 private:
  std::vector<std::size_t> sizes_;
};

struct received {
  std::vector<std::int64_t> numbers;
  std::vector<std::size_t> sizes;
};

class batch_sink final : public actor {
 public:
  explicit batch_sink(received* to) : to_{to} {}
  in<records> batches{*this, "batches"};
  task<> run() override {
    while (auto batch = co_await batches.receive()) {
      to_->sizes.push_back(batch->size());
      for (const value& each : *batch) to_->numbers.push_back(each.as_integer());
    }
  }

 private:
  received* to_;
};

std::vector<std::int64_t> numbers_up_to(std::size_t count) {
  std::vector<std::int64_t> all(count);
  std::iota(all.begin(), all.end(), 0);
  return all;
}

std::size_t sum(const std::vector<std::size_t>& sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), std::size_t{0});
}

TEST(weight, a_message_with_more_items_than_fit_is_cut) {
  for (const std::size_t capacity : {1U, 2U, 3U, 7U, 64U}) {
    const std::vector<std::size_t> sizes{1, 100, 3, 7, 64, 65, 2};
    team members;
    received got;
    auto source = members.spawn<batch_source>(sizes);
    auto sink = members.spawn<batch_sink>(&got);
    connect(source.port(&batch_source::batches), sink.port(&batch_sink::batches), capacity);
    test::run_simulated(capacity, members.run());
    EXPECT_EQ(got.numbers, numbers_up_to(sum(sizes)));
    for (const std::size_t size : got.sizes) EXPECT_LE(size, capacity);
  }
}

TEST(weight, without_a_limit_nothing_is_cut) {
  for (const std::size_t capacity : {std::size_t{0}, actors::unbounded}) {
    const std::vector<std::size_t> sizes{1, 100, 3};
    team members;
    received got;
    auto source = members.spawn<batch_source>(sizes);
    auto sink = members.spawn<batch_sink>(&got);
    connect(source.port(&batch_source::batches), sink.port(&batch_sink::batches), capacity);
    actors::run(members.run());
    EXPECT_EQ(got.sizes, sizes) << "capacity " << capacity;
  }
}

TEST(weight, the_smallest_of_several_channels_decides) {
  team members;
  received small;
  received large;
  auto source = members.spawn<batch_source>(std::vector<std::size_t>{50, 50});
  auto first = members.spawn<batch_sink>(&large);
  auto second = members.spawn<batch_sink>(&small);
  connect(source.port(&batch_source::batches), first.port(&batch_sink::batches), 40);
  connect(source.port(&batch_source::batches), second.port(&batch_sink::batches), 5);
  actors::run(members.run());
  EXPECT_EQ(small.numbers, numbers_up_to(100));
  EXPECT_EQ(large.numbers, numbers_up_to(100));
  for (const auto& sizes : {small.sizes, large.sizes})
    for (const std::size_t size : sizes) EXPECT_LE(size, 5U);
}

TEST(weight, ports_count_items) {
  team members;
  received got;
  auto source = members.spawn<batch_source>(std::vector<std::size_t>{1, 100, 9, 0, 13});
  auto sink = members.spawn<batch_sink>(&got);
  auto from = source.port(&batch_source::batches);
  auto to = sink.port(&batch_sink::batches);
  connect(from, to, 8);
  actors::run(members.run());
  EXPECT_EQ(from.cell.items(), 123U);
  EXPECT_EQ(to.cell.items(), 123U);
}

// Sends for ever, and says what it has handed over so far.
class counting_source final : public actor {
 public:
  counting_source(std::size_t size, std::atomic<std::size_t>* sent) : size_{size}, sent_{sent} {}
  out<records> batches{*this, "batches"};
  task<> run() override {
    std::int64_t next = 0;
    for (;;) {
      co_await batches.send(numbered(next, size_));
      *sent_ += size_;
    }
  }

 private:
  std::size_t size_;
  std::atomic<std::size_t>* sent_;
};
// Takes `first` messages, then waits for ever.
class stalled_sink final : public actor {
 public:
  stalled_sink(std::size_t first, std::atomic<std::size_t>* taken) : first_{first}, taken_{taken} {}
  in<records> batches{*this, "batches"};
  task<> run() override {
    for (std::size_t i = 0; i != first_; ++i) {
      auto batch = co_await batches.receive();
      if (batch) *taken_ += batch->size();
    }
    co_await actors::sleep(std::chrono::hours{1});
  }

 private:
  std::size_t first_;
  std::atomic<std::size_t>* taken_;
};

TEST(weight, a_stalled_consumer_holds_no_more_than_the_capacity) {  // C2
  for (const std::size_t capacity : {1U, 2U, 5U, 64U, 256U}) {
    for (const std::size_t size : {1U, 2U, 3U, 64U, 1000U}) {
      for (const std::size_t first : {0U, 3U}) {
        team members;
        std::atomic<std::size_t> sent = 0;
        std::atomic<std::size_t> taken = 0;
        auto source = members.spawn<counting_source>(size, &sent);
        auto sink = members.spawn<stalled_sink>(first, &taken);
        connect(source.port(&counting_source::batches), sink.port(&stalled_sink::batches), capacity);
        test::run_simulated(capacity * 31 + size, [](team& running) -> task<> {
          auto all = actors::spawn(running.run());
          co_await actors::sleep(std::chrono::minutes{1});  // virtual time: everybody waits by now
          running.stop();
          try {
            co_await all;
          } catch (const actors::cancelled&) {
          }
        }(members));
        EXPECT_LE(sent, taken + capacity) << "capacity " << capacity << ", batches of " << size;
        const bool fits = size <= capacity;
        EXPECT_TRUE(!fits || sent + size > taken + capacity);  // and all of the capacity is used
      }
    }
  }
}

TEST(weight, fuzz_of_sizes_and_capacities_keeps_every_item_in_order) {  // C4, C5
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    std::mt19937_64 random{seed};
    std::vector<std::size_t> sizes(20);
    for (auto& size : sizes) size = random() % 12;
    team members;
    std::vector<received> got(1 + random() % 3);
    auto source = members.spawn<batch_source>(sizes);
    for (received& each : got) {
      auto sink = members.spawn<batch_sink>(&each);
      connect(source.port(&batch_source::batches), sink.port(&batch_sink::batches), random() % 9);
    }
    test::run_simulated(seed, members.run());
    for (const received& each : got) EXPECT_EQ(each.numbers, numbers_up_to(sum(sizes))) << "seed " << seed;
  }
}

}  // namespace
