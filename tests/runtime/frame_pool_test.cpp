// The memory of coroutine frames: nothing is handed out twice, memory goes back, heads can be looked at meanwhile.
#include <actors/detail/frame_pool.hpp>

#include "frame_sanitizer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <latch>
#include <map>
#include <random>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace {

using actors::detail::for_each_frame;
using actors::detail::frame_allocate;
using actors::detail::frame_free;
using actors::detail::frame_head_bytes;
using actors::detail::frame_pool_rest;
using actors::detail::frame_statistics;
using actors::detail::frame_zeroed_bytes;
using actors::detail::largest_pooled_frame;

constexpr std::size_t most_kept = 128;  // pages, 8 MiB

std::uintptr_t address(const void* block) { return reinterpret_cast<std::uintptr_t>(block); }

// With what other threads freed of the calling thread's blocks.
actors::detail::frame_pool_statistics settled() {
  frame_pool_rest();
  return frame_statistics();
}

// A block with a pattern of its own all over.
struct filled {
  unsigned char* block = nullptr;
  std::size_t bytes = 0;
  unsigned char pattern = 0;

  static filled make(std::size_t bytes, unsigned char pattern) {
    auto* block = static_cast<unsigned char*>(frame_allocate(bytes));
    std::memset(block, pattern, bytes);
    return {block, bytes, pattern};
  }
  bool intact() const {
    return std::all_of(block, block + bytes, [this](unsigned char each) { return each == pattern; });
  }
};

// What tasks have: something atomic behind the link of the free list. Blocks of this kind are told by `mark`.
struct head {
  static constexpr std::uint64_t mark = 0x5eed'0000'0000'0000;
  static constexpr std::uint64_t mask = 0xffff'0000'0000'0000;
  void* link;
  std::atomic<std::uint64_t> state;  // 0, or mark + (number * 2 + whether in use)

  static head& make(std::size_t bytes, std::uint64_t number) {
    auto* self = static_cast<head*>(frame_allocate(bytes));
    self->state.store(mark + number * 2 + 1, std::memory_order_release);
    return *self;
  }
  static void drop(head& self) {
    self.state.fetch_sub(1, std::memory_order_relaxed);
    frame_free(&self);
  }
};

// Of a million numbers that no test had before; free blocks keep theirs.
std::uint64_t new_numbers() {
  static std::uint64_t last = 0;
  return last += 1'000'000;
}

// Calls `visit(number, in_use)` for all blocks of that kind that have such numbers, less the first.
template <class Visit>
void for_each_head(std::uint64_t first, Visit visit) {
  for_each_frame([&](void* memory) {
    const std::uint64_t state = static_cast<head*>(memory)->state.load(std::memory_order_acquire);
    const std::uint64_t number = (state & ~head::mask) / 2;
    if ((state & head::mask) == head::mark && number >= first) visit(number - first, state % 2 == 1);
  });
}

TEST(frame_pool, blocks_are_large_enough_aligned_and_apart) {
  std::vector<filled> blocks;
  std::map<std::uintptr_t, std::size_t> ranges;
  const auto one = [&](std::size_t bytes) {
    blocks.push_back(filled::make(bytes, static_cast<unsigned char>(blocks.size() * 37)));
    const std::uintptr_t start = address(blocks.back().block);
    EXPECT_EQ(start % 16, 0U) << bytes;
    if (bytes % 64 == 0 || bytes > largest_pooled_frame) {
      EXPECT_EQ(start % 64, 0U) << bytes;
    }
    const auto after = ranges.emplace(start, bytes).first;
    if (after != ranges.begin()) {
      EXPECT_LE(std::prev(after)->first + std::prev(after)->second, start);
    }
    if (std::next(after) != ranges.end()) {
      EXPECT_LE(start + bytes, std::next(after)->first);
    }
  };
  for (std::size_t bytes = 0; bytes <= 700; ++bytes) one(bytes);
  for (std::size_t bytes = 704; bytes <= largest_pooled_frame + 64; bytes += 16) one(bytes);
  for (std::size_t bytes : {10'000, 65'536, 200'000, 3'000'000}) one(bytes);
  EXPECT_TRUE(std::all_of(blocks.begin(), blocks.end(), [](const filled& each) { return each.intact(); }));
  for (const filled& each : blocks) frame_free(each.block);
}

TEST(frame_pool, the_last_freed_block_is_the_next) {
  if (actors::detail::delays_reuse) {  // but not where a use after free is looked for
    void* first = frame_allocate(200);
    frame_free(first);
    void* second = frame_allocate(200);
    EXPECT_NE(first, second);
    frame_free(second);
    return;
  }
  std::vector<void*> blocks(20);
  for (void*& each : blocks) each = frame_allocate(200);
  for (void* each : blocks) frame_free(each);
  for (std::size_t i = blocks.size(); i-- != 0;) EXPECT_EQ(frame_allocate(200), blocks[i]);
  for (void* each : blocks) frame_free(each);
}

TEST(frame_pool, a_new_block_has_a_zeroed_head_and_a_free_one_keeps_it) {
  for (int round = 0; round != 3; ++round) {  // pages that were used before, too
    std::set<void*> known;
    for_each_frame([&](void* memory) { known.insert(memory); });
    std::vector<unsigned char*> blocks(20'000);
    for (auto*& each : blocks) {
      each = static_cast<unsigned char*>(frame_allocate(frame_zeroed_bytes));
      if (known.count(each) == 0) {
        ASSERT_TRUE(std::all_of(each, each + frame_zeroed_bytes, [](auto byte) { return byte == 0; }));
      }
      std::memset(each, 0xa5, frame_zeroed_bytes);
    }
    void* stays = frame_allocate(frame_zeroed_bytes);  // so the page of the last block stays, too
    for (auto* each : blocks) frame_free(each);
    for (std::size_t i = sizeof(void*); i != frame_head_bytes; ++i) ASSERT_EQ(blocks.back()[i], 0xa5);
    frame_free(stays);
#if ACTORS_FRAME_POISON
    EXPECT_TRUE(__asan_address_is_poisoned(blocks.back() + frame_head_bytes));
#endif
  }
}

TEST(frame_pool, random_sizes_agree_with_a_model) {
  std::mt19937 random{1};
  std::vector<filled> blocks;
  const auto before = settled();
  for (int step = 0; step != 200'000; ++step) {
    const bool grow = (step / 20'000) % 2 == 0;
    if (blocks.empty() || random() % 8 < (grow ? 5U : 3U)) {
      const std::size_t bytes = 1 + random() % (random() % 100 == 0 ? 20'000 : 600);
      blocks.push_back(filled::make(bytes, static_cast<unsigned char>(random())));
    } else {
      std::swap(blocks[random() % blocks.size()], blocks.back());
      ASSERT_TRUE(blocks.back().intact());
      frame_free(blocks.back().block);
      blocks.pop_back();
    }
  }
  const auto pooled = [](const filled& each) { return each.bytes <= largest_pooled_frame; };
  const auto small = static_cast<std::size_t>(std::count_if(blocks.begin(), blocks.end(), pooled));
  EXPECT_EQ(frame_statistics().blocks_in_use, before.blocks_in_use + small);
  EXPECT_EQ(frame_statistics().large_blocks, before.large_blocks + blocks.size() - small);
  for (const filled& each : blocks) {
    ASSERT_TRUE(each.intact());
    frame_free(each.block);
  }
  EXPECT_EQ(frame_statistics().blocks_in_use, before.blocks_in_use);
}

TEST(frame_pool, what_one_thread_allocates_and_another_frees_stays_flat) {
  constexpr std::size_t rounds = 600'000;
  constexpr std::size_t places = 1000;
  std::vector<std::atomic<void*>> ring(places);
  const std::size_t before = settled().pages_in_use;
  std::size_t most = 0;
  std::jthread consumer{[&] {
    for (std::size_t i = 0; i != rounds; ++i) {
      void* block = nullptr;
      while ((block = ring[i % places].exchange(nullptr)) == nullptr) std::this_thread::yield();
      frame_free(block);
    }
  }};
  for (std::size_t i = 0; i != rounds; ++i) {
    void* block = frame_allocate(100 + i % 200);
    while (ring[i % places].load() != nullptr) std::this_thread::yield();
    ring[i % places].store(block);
    if (i % 1000 == 0) most = std::max(most, frame_statistics().pages_in_use);
  }
  consumer.join();
  // 13 classes, and for each some pages whose blocks are on the way back: 1,000 blocks are 5 pages.
  EXPECT_LE(most, before + 60);
}

TEST(frame_pool, threads_hand_blocks_to_each_other) {
  const std::size_t before = settled().blocks_in_use;
  std::vector<std::atomic<filled*>> places(500);
  std::atomic<bool> intact = true;
  const auto drop = [&](filled* entry) {
    if (!entry->intact()) intact = false;
    frame_free(entry->block);
    delete entry;
  };
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i != 4; ++i) {
      threads.emplace_back([&, i] {
        std::mt19937 random{i};
        for (int step = 0; step != 60'000; ++step) {
          if (step % 1000 == 999) frame_pool_rest();
          auto* mine = new filled{filled::make(1 + random() % 700, static_cast<unsigned char>(random()))};
          if (filled* other = places[random() % places.size()].exchange(mine)) drop(other);
        }
      });
    }
  }
  for (auto& each : places) {
    if (filled* left = each.load()) drop(left);
  }
  EXPECT_TRUE(intact);
  EXPECT_EQ(frame_statistics().blocks_in_use, before);  // the heaps of the threads are gone from them: all is seen
}

TEST(frame_pool, what_is_freed_while_the_owner_goes_to_rest_is_not_left_lying) {
  const std::size_t before = settled().blocks_in_use;
  std::atomic<int> round = 0;  // even: the owner's turn; odd: both free and rest at the same time
  std::atomic<int> freed = 0;
  void* block = nullptr;
  constexpr int rounds = 100'000;
  std::jthread other{[&] {
    for (int i = 1; i <= rounds; i += 2) {
      while (round != i) std::this_thread::yield();
      frame_free(block);
      freed = i;
    }
  }};
  for (int i = 1; i <= rounds; i += 2) {
    block = frame_allocate(100);
    round = i;
    for (int spin = i * 7 % 1024; spin != 0; --spin) std::atomic_signal_fence(std::memory_order_seq_cst);
    frame_pool_rest();
    while (freed != i) std::this_thread::yield();
    EXPECT_EQ(frame_statistics().blocks_in_use, before);
  }
}

TEST(frame_pool, a_thread_that_ends_leaves_its_heap_to_the_next) {
  std::array<void*, 1000> left{};
  const auto fill = [&] {
    for (void*& each : left) each = frame_allocate(300);
  };
  std::thread{fill}.join();
  const auto before = settled();
  for (int round = 0; round != 200; ++round) {
    for (void* each : left) frame_free(each);  // into the heap of a thread that is gone
    EXPECT_EQ(frame_statistics().blocks_in_use, before.blocks_in_use - left.size());
    std::thread{fill}.join();
  }
  const auto after = frame_statistics();
  EXPECT_EQ(after.blocks_in_use, before.blocks_in_use);
  EXPECT_LE(after.pages_in_use, before.pages_in_use + 2);
  EXPECT_LE(after.bytes_mapped, before.bytes_mapped);
  for (void* each : left) frame_free(each);
}

struct late {
  void* block = nullptr;
  void (*during_end)(late&) = nullptr;
  ~late() { during_end(*this); }
};

TEST(frame_pool, works_in_destructors_of_thread_locals) {
  const std::size_t before = settled().blocks_in_use;
  for (int round = 0; round != 20; ++round) {
    std::thread{[] {
      static constexpr auto again = [](late& self) {
        void* other = frame_allocate(250);
        std::memset(other, 1, 250);
        frame_free(self.block);
        frame_pool_rest();
        self.block = frame_allocate(10'000);
        frame_free(other);
        frame_free(self.block);
      };
      thread_local late outlives_the_heap;  // made before the first allocation, so destroyed after the heap is left
      outlives_the_heap.during_end = again;
      outlives_the_heap.block = frame_allocate(250);
      thread_local late goes_before;
      goes_before.during_end = again;
      goes_before.block = frame_allocate(250);
    }}.join();
  }
  EXPECT_EQ(frame_statistics().blocks_in_use, before);
}

enum class freed_by { owner, owner_shuffled, other_while_owner_rests, other_after_owner_ended };

class frame_burst : public testing::TestWithParam<freed_by> {};

TEST_P(frame_burst, is_given_back) {
  constexpr std::size_t count = 200'000;  // of 256 bytes: 49 MiB
  const auto before = settled();
  std::vector<void*> blocks(count);
  const auto fill = [&] {
    for (void*& each : blocks) each = frame_allocate(256);
    const auto full = frame_statistics();
    EXPECT_EQ(full.blocks_in_use, before.blocks_in_use + count);
    EXPECT_GE(full.bytes_mapped, count * 256);
    EXPECT_LE(full.bytes_mapped, before.bytes_mapped + count * 256 * 101 / 100 + (std::size_t{4} << 20));
  };
  const auto clear = [&] {
    for (void* each : blocks) frame_free(each);
    const auto after = frame_statistics();
    EXPECT_EQ(after.blocks_in_use, before.blocks_in_use);
    EXPECT_LE(after.pages_in_use, before.pages_in_use + 1);
    EXPECT_LE(after.pages_kept, most_kept);
    EXPECT_LE(after.bytes_mapped, before.bytes_mapped + (std::size_t{16} << 20));
  };
  switch (GetParam()) {
    case freed_by::owner_shuffled:
      fill();
      std::shuffle(blocks.begin(), blocks.end(), std::mt19937{1});
      clear();
      break;
    case freed_by::owner:
      fill();
      clear();
      break;
    case freed_by::other_while_owner_rests: {
      std::latch rests{1};
      std::latch done{1};
      std::jthread owner{[&] {
        fill();
        frame_pool_rest();
        rests.count_down();
        done.wait();
        for (void*& each : blocks) each = frame_allocate(256);
        for (void* each : blocks) frame_free(each);
      }};
      rests.wait();
      clear();
      done.count_down();
      break;
    }
    case freed_by::other_after_owner_ended:
      std::thread{fill}.join();
      clear();
      break;
  }
}

INSTANTIATE_TEST_SUITE_P(all, frame_burst,
                         testing::Values(freed_by::owner, freed_by::owner_shuffled, freed_by::other_while_owner_rests,
                                         freed_by::other_after_owner_ended));

TEST(frame_pool, all_blocks_can_be_visited_while_others_come_and_go) {
  constexpr std::uint64_t kept = 3000;  // so many stay
  const std::uint64_t first = new_numbers();
  std::vector<head*> stay;
  for (std::uint64_t i = 0; i != kept; ++i) stay.push_back(&head::make(i % 64 == 0 ? 9000 : 128 + i % 400, first + i));
  std::atomic<bool> stop = false;
  {
    std::vector<std::jthread> threads;
    for (unsigned t = 0; t != 3; ++t) {
      threads.emplace_back([&, t] {
        std::mt19937 random{t};
        std::uint64_t number = first + kept + t;
        while (!stop) {  // pages of ever other classes come and go
          const std::size_t bytes = 128 + random() % 3000;
          std::vector<head*> some(1 + random() % 2000);
          for (head*& each : some) each = &head::make(random() % 200 == 0 ? 9000 : bytes, number);
          for (head* each : some) head::drop(*each);
        }
      });
    }
    for (int round = 0; round != 60; ++round) {
      std::vector<int> seen(kept);
      for_each_head(first, [&](std::uint64_t number, bool in_use) {
        if (number < kept) {
          EXPECT_TRUE(in_use);
          ++seen[number];
        }
      });
      EXPECT_EQ(std::count(seen.begin(), seen.end(), 1), static_cast<std::ptrdiff_t>(kept));
    }
    stop = true;
  }
  for (head* each : stay) head::drop(*each);
}

TEST(frame_pool, a_visitor_may_free_and_allocate) {
  const std::uint64_t first = new_numbers();
  std::vector<head*> blocks;
  for (std::uint64_t i = 0; i != 5000; ++i) blocks.push_back(&head::make(i % 50 == 0 ? 9000 : 1000, first + i));
  int shown = 0;
  std::vector<void*> made;
  const auto before = settled();
  for_each_head(first, [&](std::uint64_t number, bool in_use) {
    ++shown;
    ASSERT_EQ(in_use, blocks[number] != nullptr);
    if (in_use) head::drop(*std::exchange(blocks[number], nullptr));
    if (shown % 10 == 0) made.push_back(frame_allocate(128));  // of another class: these take other pages
    if (shown == 1000) for_each_head(first, [](std::uint64_t, bool) {});
  });
  EXPECT_EQ(shown, 5000);
  const auto after = frame_statistics();
  EXPECT_LT(after.pages_in_use, before.pages_in_use);  // what was held is free now
  EXPECT_EQ(after.large_blocks, before.large_blocks - 100);
  for (void* each : made) frame_free(each);
}

}  // namespace
