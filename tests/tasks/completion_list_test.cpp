// completion_list: entries that come and go, and its end; and the order in which a task tells them.
#include <actors/actors.hpp>
#include <actors/detail/completion.hpp>

#include "endings.hpp"
#include "support/simulated_scheduler.hpp"
#include "support/time_limit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <random>
#include <thread>
#include <vector>

namespace {

using actors::detail::completion;
using actors::detail::completion_list;
using actors::detail::task_state;

bool first_kind(completion&, task_state&) noexcept { return false; }
bool second_kind(completion&, task_state&) noexcept { return true; }

std::vector<completion*> closed_entries(completion_list& list) {
  std::vector<completion*> all;
  for (completion* each = list.close(); each != nullptr; each = each->next) all.push_back(each);
  return all;
}

TEST(completion_list, gives_its_entries_the_oldest_first) {
  for (std::size_t count = 0; count != 6; ++count) {
    std::array<completion, 6> entries;
    completion_list list;
    std::vector<completion*> want;
    for (std::size_t i = 0; i != count; ++i) {
      EXPECT_TRUE(list.add(entries[i]));
      want.push_back(&entries[i]);
    }
    EXPECT_FALSE(list.closed());
    EXPECT_EQ(closed_entries(list), want);
    EXPECT_TRUE(list.closed());
  }
}

TEST(completion_list, entries_can_be_taken_out_in_any_order) {
  std::array<std::size_t, 4> order{0, 1, 2, 3};
  do {
    for (std::size_t removed = 0; removed <= order.size(); ++removed) {
      std::array<completion, 4> entries;
      completion_list list;
      for (auto& each : entries) EXPECT_TRUE(list.add(each));
      std::vector<bool> here(entries.size(), true);
      for (std::size_t i = 0; i != removed; ++i) {
        EXPECT_TRUE(list.remove(entries[order[i]]));
        here[order[i]] = false;
      }
      completion late;
      EXPECT_TRUE(list.add(late));
      std::vector<completion*> want;
      for (std::size_t i = 0; i != entries.size(); ++i) {
        if (here[i]) want.push_back(&entries[i]);
      }
      want.push_back(&late);
      EXPECT_EQ(closed_entries(list), want);
    }
  } while (std::ranges::next_permutation(order).found);
}

TEST(completion_list, takes_none_once_it_is_closed) {
  completion_list list;
  completion before;
  completion after;
  EXPECT_TRUE(list.add(before));
  list.close();
  EXPECT_FALSE(list.add(after));
  EXPECT_FALSE(list.remove(before));
  after.done = &first_kind;
  EXPECT_EQ(list.find_or_add(after), nullptr);
  EXPECT_EQ(list.find(&first_kind), nullptr);
}

TEST(completion_list, finds_an_entry_by_its_function_or_adds_one) {
  completion_list list;
  std::array<completion, 3> entries;
  entries[0].done = &first_kind;
  entries[1].done = &second_kind;
  entries[2].done = &second_kind;
  EXPECT_EQ(list.find(&first_kind), nullptr);
  EXPECT_TRUE(list.add(entries[0]));
  EXPECT_EQ(list.find_or_add(entries[1]), &entries[1]);
  EXPECT_EQ(list.find_or_add(entries[2]), &entries[1]);
  EXPECT_EQ(list.find(&first_kind), &entries[0]);
  EXPECT_EQ(closed_entries(list), (std::vector<completion*>{&entries[0], &entries[1]}));
}

TEST(completion_list, keeps_one_address_after_its_end) {
  completion_list list;
  list.close();
  EXPECT_TRUE(list.is_bare());
  EXPECT_EQ(list.kept(), nullptr);
  alignas(8) int one = 0;
  alignas(8) int two = 0;
  EXPECT_TRUE(list.keep(&one));
  EXPECT_FALSE(list.keep(&two));
  EXPECT_EQ(list.kept(), &one);
  EXPECT_FALSE(list.is_bare());
  EXPECT_TRUE(list.closed());
}

// Each entry is taken out by its owner or given by the end, never both and never neither.
TEST(completion_list, on_threads_each_entry_is_taken_out_or_given) {  // R1
  constexpr int threads = 4;
  const int rounds = 300 / test::slowness + 1;
  for (int round = 0; round != rounds; ++round) {
    completion_list list;
    std::array<std::array<completion, 16>, threads> entries;
    std::atomic<int> in_the_end = 0;
    std::atomic<int> ready = 0;
    std::vector<std::thread> all;
    for (int t = 0; t != threads; ++t) {
      all.emplace_back([&, t] {
        ++ready;
        while (ready != threads + 1) std::this_thread::yield();
        std::minstd_rand random{static_cast<unsigned>(round * threads + t + 1)};
        auto& mine = entries[static_cast<std::size_t>(t)];
        int left = 0;
        for (auto& each : mine) {
          if (!list.add(each)) break;
          ++left;
          if (random() % 2 == 0 && list.remove(each)) --left;
        }
        in_the_end += left;
      });
    }
    while (ready != threads) std::this_thread::yield();
    ++ready;
    for (int i = 0; i != round % 50; ++i) std::this_thread::yield();
    completion* first = list.close();
    for (auto& each : all) each.join();
    int given = 0;
    for (; first != nullptr; first = first->next) ++given;
    ASSERT_EQ(given, in_the_end);
  }
}

TEST(completions_of_a_task, callbacks_start_in_the_order_in_which_they_were_added) {  // T8
  test::run_simulated(1, []() -> actors::task<> {
    // On this scheduler what is ready runs in any order, so the starts are looked at and not the runs.
    auto target = actors::spawn(test::number(1, std::chrono::seconds{1}));
    std::vector<int> told;
    struct entry : completion {
      std::vector<int>* to = nullptr;
      int number = 0;
    };
    std::array<entry, 4> entries;
    for (int i = 0; i != 4; ++i) {
      entry& each = entries[static_cast<std::size_t>(i)];
      each.to = &told;
      each.number = i;
      each.done = [](completion& self, task_state& task) noexcept {
        if (!task.done()) return true;
        auto& one = static_cast<entry&>(self);
        one.to->push_back(one.number);
        return false;
      };
      EXPECT_TRUE(actors::detail::handle_access::block(target)->subscribe(each));
    }
    co_await target;
    co_await actors::yield();
    EXPECT_EQ(told, (std::vector<int>{0, 1, 2, 3}));
  }());
}

}  // namespace
