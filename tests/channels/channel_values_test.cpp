// What can travel through channels, and the memory it takes.
#include <actors/actors.hpp>

#include "support/channel_kinds.hpp"
#include "support/counted.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace {

using actors::spawn;
using actors::task;

class channel_values : public test::over_channel_kinds {};
ACTORS_OVER_CHANNEL_KINDS(channel_values);

template <class T, class Make>
task<> produce(actors::sender<T> out, int count, Make make) {
  for (int i = 0; i != count; ++i) co_await out.send(make(i));
}

// Sends `count` values from three tasks and checks each that arrives.
template <class T, class Make, class Check>
task<> exchange(std::pair<actors::sender<T>, actors::receiver<T>> ends, int count, Make make, Check check) {
  auto [tx, rx] = std::move(ends);
  for (int i = 0; i != 3; ++i) spawn(produce(tx, count, make));
  tx = {};
  int received = 0;
  for (;;) {
    auto value = co_await rx.receive();
    if (!value) break;
    check(*value);
    ++received;
  }
  EXPECT_EQ(received, 3 * count);
}

TEST_P(channel_values, move_only) {  // C15
  run(exchange(
      make_channel<std::unique_ptr<int>>(), 300, [](int i) { return std::make_unique<int>(i); },
      [](auto& value) { EXPECT_TRUE(value != nullptr && *value >= 0); }));
}

struct nothing {};

TEST_P(channel_values, of_no_size) {  // C15
  run(exchange(
      make_channel<nothing>(), 300, [](int) { return nothing{}; }, [](nothing&) {}));
}

TEST_P(channel_values, of_32_KiB) {  // C15
  using big = std::array<unsigned char, 32 * 1024>;
  run(exchange(
      make_channel<big>(), 30,
      [](int i) {
        big value;
        value.fill(static_cast<unsigned char>(i));
        return value;
      },
      [](big& value) { EXPECT_EQ(value.front(), value.back()); }));
}

TEST_P(channel_values, strings_and_vectors) {  // C15
  run(exchange(
      make_channel<std::vector<std::string>>(), 100,
      [](int i) { return std::vector<std::string>(3, "a string that does not fit into itself " + std::to_string(i)); },
      [](auto& value) { EXPECT_EQ(value.size(), 3U); }));
}

TEST_P(channel_values, are_constructed_and_destroyed_in_pairs) {  // C5, C12
  test::ledger books;
  run(exchange(
      make_channel<test::counted_unique>(), 300,
      [&](int i) {
        return test::counted_unique{books, i};
      },
      [](auto& value) { EXPECT_TRUE(value.holds()); }));
  books.expect_settled();
  EXPECT_EQ(books.values_destroyed, 900);
  EXPECT_EQ(books.copied, 0);
}

// Counts its memory: how much is asked from the allocator at this moment.
std::size_t memory_in_use() {
#if ACTORS_TEST_SANITIZED
  return 0;  // the sanitizers bring an allocator of their own
#else
  const struct mallinfo2 now = mallinfo2();
  return now.uordblks + now.hblkhd;
#endif
}

TEST(channel_memory, of_a_burst_is_given_back) {  // C21
  auto [tx, rx] = actors::channel<std::array<std::uint64_t, 8>>(actors::unbounded);
  const std::size_t before = memory_in_use();
  for (int burst = 0; burst != 3; ++burst) {
    for (int i = 0; i != 200'000; ++i) tx.try_send({});
    for (int i = 0; i != 200'000; ++i) rx.try_receive();
    EXPECT_LT(memory_in_use(), before + 256 * 1024);
  }
}

TEST(channel_memory, of_a_burst_of_large_values_is_given_back) {  // C21
  auto [tx, rx] = actors::channel<std::array<unsigned char, 32 * 1024>>(actors::unbounded);
  const std::size_t before = memory_in_use();
  for (int i = 0; i != 1000; ++i) tx.try_send({});
  for (int i = 0; i != 1000; ++i) rx.try_receive();
  EXPECT_LT(memory_in_use(), before + 1024 * 1024);
}

}  // namespace
