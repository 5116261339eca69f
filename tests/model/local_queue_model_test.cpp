// The queue of a worker, the library's own code with a small capacity: its owner against one or two thieves.
#include "items.hpp"
#include "local_queue.hpp"
#include "mutants.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>

namespace model {
namespace {

constexpr auto acq_rel = std::memory_order_acq_rel;

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

const std::vector<scenario>& small_ones() {
  static const std::vector<scenario> all = {
      {"one thief, both ends", stealing<4>({push, push, newest, push, pop}, 1, 2)},
      {"one thief, newest first", stealing<4>({push, newest, push, newest}, 1, 2)},
      {"one thief, a slot used again", stealing<2>({push, pop, push, pop, push}, 1, 2)},
      {"one thief, overflow", stealing<2>({push, push, push, push}, 1, 2)},
      {"a thief of a thief", stealing<4>({push, push, push}, 2, 1, true)},
  };
  return all;
}

TEST(local_queue_model, each_entry_is_taken_once_and_seen_whole) {  // R3: tasks that are stolen, overflow
  expect_right(small_ones());
  expect_right({{"two thieves", stealing<4>({push, push, push, newest}, 2, 1), true, true},
                {"two thieves, two steals each", stealing<2>({push, pop, push, newest}, 2, 2), true, true}});
}

TEST(local_queue_model, mutants_are_caught) {
  mutant no_epoch = weaker("pop_newest", "owner.head", action::fetch_add, acq_rel);
  no_epoch.name = "pop_newest: the epoch stays as it is";
  no_epoch.change = [](operation& op) { op.operand = 0; };
  expect_caught(small_ones(), no_epoch);
  expect_caught(small_ones(), swapped("push", "owner.slot", action::store));
  expect_caught(small_ones(), swapped("pop_newest", "owner.tail", action::store));
  expect_caught(small_ones(), blind("pop", "owner.head"));
  expect_caught(small_ones(), blind("pop_half", "owner.head"));
  expect_caught(small_ones(), blind("steal_into", "owner.head"));
  expect_caught(small_ones(), left_out("steal_into", "first.tail", action::store));
}

TEST(local_queue_model, each_order_is_needed_or_its_reason_is_named) {
  const char* const reuse =
      "keeps the thief's reads of the entries before the owner's next use of their slots: a read that is delayed "
      "beyond "
      "a later read-modify-write is not modelled";
  const char* const own = "the owner reads nothing but what it wrote itself";
  const char* const no_entry = "the tail goes back to where no entry lies before it";
  const char* const again = "the compare-and-swap that follows fails where the head is an old one, and loads it again";
  const char* const by_tail = "what the thief reads was published by the tail, which it has loaded with acquire";
  expect_needed(small_ones(), "local_queue.hpp",
                {
                    {"push: load acquire -> relaxed", reuse},
                    {"pop: load acquire -> relaxed", own},
                    {"pop: compare_exchange acq_rel -> acquire", reuse},
                    {"pop: compare_exchange acq_rel -> release", own},
                    {"pop: compare_exchange failure acquire -> relaxed", own},
                    {"pop_half: load acquire -> relaxed", own},
                    {"pop_half: compare_exchange acq_rel -> acquire", reuse},
                    {"pop_half: compare_exchange acq_rel -> release", own},
                    {"pop_half: compare_exchange failure acquire -> relaxed", own},
                    {"pop_newest: load acquire -> relaxed", own},
                    {"pop_newest: fetch_add acq_rel -> release", own},
                    {"pop_newest: store release -> relaxed #2", no_entry},
                    {"steal_into: load acquire -> relaxed #3", again},
                    {"steal_into: compare_exchange acq_rel -> acquire", reuse},
                    {"steal_into: compare_exchange acq_rel -> release", by_tail},
                });
}

}  // namespace
}  // namespace model
