// The buffer of a channel by itself.
#include <actors/detail/ring_buffer.hpp>

#include "support/counted.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <random>
#include <string>

namespace {

using actors::detail::ring_buffer;

template <class T>
void push(ring_buffer<T>& buffer, T value) {
  buffer.reserve_one();
  buffer.push_back(std::move(value));
}

TEST(ring_buffer, agrees_with_a_deque) {  // C4
  std::mt19937 random{1};
  ring_buffer<std::string> buffer;
  std::deque<std::string> model;
  int next = 0;
  for (int phase = 0; phase != 20; ++phase) {
    const unsigned bias = 1 + random() % 9;
    for (int step = 0; step != 5000; ++step) {
      if (model.empty() || random() % 10 < bias) {
        model.push_back("a text that is too long for the small buffer " + std::to_string(next++));
        push(buffer, model.back());
      } else {
        ASSERT_EQ(buffer.front(), model.front());
        buffer.pop_front();
        model.pop_front();
      }
      ASSERT_EQ(buffer.size(), model.size());
      ASSERT_EQ(buffer.empty(), model.empty());
    }
  }
}

TEST(ring_buffer, has_room_for_one_after_each_pop) {
  ring_buffer<int> buffer;
  EXPECT_FALSE(buffer.has_room());
  for (int i = 0; i != 4096; ++i) {
    buffer.reserve_one();
    EXPECT_TRUE(buffer.has_room());
    buffer.push_back(int{i});
  }
  EXPECT_FALSE(buffer.has_room());
  while (!buffer.empty()) {
    buffer.pop_front();
    ASSERT_TRUE(buffer.has_room()) << "with " << buffer.size() << " left";
  }
}

// The one has its elements across the end of its array; the other one is large, and gives its memory back.
TEST(ring_buffer, can_be_swapped) {
  test::ledger books;
  {
    ring_buffer<test::counted_unique> one;
    ring_buffer<test::counted_unique> other;
    for (int i = 0; i != 8; ++i) push(one, test::counted_unique{books, i});
    for (int i = 0; i != 5; ++i) one.pop_front();
    for (int i = 8; i != 10; ++i) push(one, test::counted_unique{books, i});
    for (int i = 0; i != 5000; ++i) push(other, test::counted_unique{books, i});
    one.swap(other);
    EXPECT_EQ(other.size(), 5U);
    for (int i = 5; i != 10; ++i) {
      EXPECT_EQ(other.front().number(), i);
      other.pop_front();
      EXPECT_EQ(other.stays(), i != 9) << "a small array is kept";
    }
    EXPECT_EQ(one.size(), 5000U);
    for (int i = 0; i != 5000; ++i) {
      ASSERT_EQ(one.front().number(), i);
      EXPECT_TRUE(i != 2952 || !one.stays()) << "8192 slots, of which a quarter is full: they are halved";
      one.pop_front();
    }
    ring_buffer<test::counted_unique> fresh;
    for (int i = 0; i != 7; ++i) push(other, test::counted_unique{books, i});
    other.swap(fresh);
    EXPECT_TRUE(other.empty());
    EXPECT_FALSE(other.has_room());
    push(other, test::counted_unique{books, 1});
    EXPECT_EQ(other.front().number(), 1);
  }
  books.expect_settled();
}

TEST(ring_buffer, destroys_what_is_left_once) {  // C12
  test::ledger books;
  {
    ring_buffer<test::counted_unique> buffer;
    for (int i = 0; i != 5000; ++i) push(buffer, test::counted_unique{books, i});
    for (int i = 0; i != 4900; ++i) {
      EXPECT_EQ(buffer.front().number(), i);
      buffer.pop_front();
    }
    EXPECT_EQ(books.alive(), 100);
    ring_buffer<test::counted_unique> taken{std::move(buffer)};
    EXPECT_EQ(taken.size(), 100U);
    EXPECT_TRUE(buffer.empty());  // NOLINT(bugprone-use-after-move): moved from means empty
    push(buffer, test::counted_unique{books, 1});
    EXPECT_EQ(buffer.size(), 1U);
  }
  books.expect_settled();
}

struct alignas(64) wide {
  std::uint64_t number = 0;
};

TEST(ring_buffer, keeps_the_alignment_of_its_elements) {  // C15
  ring_buffer<wide> buffer;
  for (std::uint64_t i = 0; i != 100; ++i) {
    push(buffer, wide{i});
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&buffer.front()) % alignof(wide), 0U);
  }
  for (std::uint64_t i = 0; i != 100; ++i) {
    EXPECT_EQ(buffer.front().number, i);
    buffer.pop_front();
  }
}

struct nothing {};

TEST(ring_buffer, holds_values_of_no_size) {  // C15
  ring_buffer<nothing> buffer;
  for (int i = 0; i != 10'000; ++i) push(buffer, nothing{});
  EXPECT_EQ(buffer.size(), 10'000U);
  for (int i = 0; i != 10'000; ++i) buffer.pop_front();
  EXPECT_TRUE(buffer.empty());
}

}  // namespace
