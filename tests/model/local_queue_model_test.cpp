// The queue of a worker, the library's own code with a small capacity: its owner against one or two thieves.
#include "items.hpp"
#include "local_queue.hpp"
#include "mutants.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>

namespace model {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;

enum class deed : std::uint8_t { push, pop, newest };

template <std::uint32_t Capacity>
struct queues {
  using queue = actors::detail::basic_local_queue<Capacity>;

  explicit queues(checker& of) {
    for (const char* name : {"owner.", "first.", "second."}) {
      std::vector<std::string> names = {std::string{name} + "head", std::string{name} + "tail"};
      for (std::uint32_t i = 0; i != Capacity; ++i) names.push_back(std::string{name} + "slot" + std::to_string(i));
      all_names.insert(all_names.end(), names.begin(), names.end());
    }
    of.name_words(all_names);
  }

  queue owner, first, second;
  std::vector<std::string> all_names;
};

template <std::uint32_t Capacity>
struct queue_model : queues<Capacity> {
  explicit queue_model(checker& of) : queues<Capacity>{of} { work.name(of); }

  void run_all(typename queues<Capacity>::queue& from) {
    while (const actors::runnable* entry = from.pop()) work.run(entry);
  }

  // As worker::enqueue, but that what comes out of a full queue runs here.
  void enqueue(actors::runnable& entry) {
    while (!this->owner.push(entry)) {
      std::size_t count = 0;
      actors::runnable* half = this->owner.pop_half(count);
      if (half == nullptr) continue;
      for (std::size_t i = 0; i != count; ++i) {
        actors::runnable* after = half->next;
        work.run(half);
        half = after;
      }
      expect(half == nullptr, "the chain is longer than its count");
      work.run(&entry);
      return;
    }
  }

  items<5> work;
};

// The owner does the `deeds` and then empties the queue. Each thief tries `attempts` times.
template <std::uint32_t Capacity>
setup stealing(std::vector<deed> deeds, std::size_t thieves, int attempts, bool in_a_row = false) {
  return [=](checker& of) {
    auto m = std::make_shared<queue_model<Capacity>>(of);
    std::size_t pushed = 0;
    for (const deed each : deeds) pushed += each == deed::push ? 1U : 0U;
    of.add_thread("owner", [m, deeds](frame& at) {
      const auto done = static_cast<std::size_t>(at.keep[0]++);
      if (done == deeds.size()) {
        m->run_all(m->owner);
        return false;
      }
      if (deeds[done] == deed::push) {
        m->enqueue(m->work.write(static_cast<std::size_t>(at.keep[1]++)));
      } else if (const actors::runnable* entry = deeds[done] == deed::pop ? m->owner.pop() : m->owner.pop_newest()) {
        m->work.run(entry);
      }
      return true;
    });
    for (std::size_t i = 0; i != thieves; ++i) {
      of.add_thread(i == 0 ? "first" : "second", [m, i, attempts, in_a_row](frame& at) {
        auto& from = i == 1 && in_a_row ? m->first : m->owner;
        auto& into = i == 0 ? m->first : m->second;
        if (const actors::runnable* entry = from.steal_into(into)) {
          m->work.run(entry);
          m->run_all(into);
        }
        return ++at.keep[0] != attempts;
      });
    }
    of.at_rest([m, pushed](const rest& at) { return m->work.lost(at, pushed); });
  };
}

using enum deed;

const std::vector<scenario>& scenarios() {
  static const std::vector<scenario> all = {
      {"one thief, both ends", stealing<4>({push, push, newest, push, pop}, 1, 2)},
      {"one thief, newest first", stealing<4>({push, newest, push, newest}, 1, 2)},
      {"one thief, a slot used again", stealing<2>({push, pop, push, pop, push}, 1, 2)},
      {"one thief, overflow", stealing<2>({push, push, push, push}, 1, 2)},
      {"two thieves", stealing<4>({push, push, push, newest}, 2, 1)},
      {"two thieves, three steals each, one slot", stealing<2>({push, pop, push, newest}, 2, 2)},
      {"a thief of a thief", stealing<4>({push, push, push}, 2, 1, true)},
  };
  return all;
}

TEST(local_queue_model, each_entry_is_taken_once_and_seen_whole) {  // R3: tasks that are stolen, overflow
  expect_right(scenarios());
}

TEST(local_queue_model, weaker_orders_are_noticed) { expect_needed(scenarios(), "local_queue.hpp", {}); }

}  // namespace
}  // namespace model
