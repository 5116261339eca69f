// The slot of a worker (worker.cpp: push_next, take_slot; search.cpp: steal_from): filled by its owner, emptied by the
// owner or a thief.
#include "items.hpp"
#include "local_queue.hpp"
#include "mutants.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace model {
namespace {

using actors::runnable;

// What of class worker the slot needs, line by line.
struct slot_model {
  explicit slot_model(checker& of, bool stores) : stores_after_exchange{stores} {
    of.name_words({"slot", "queue.head", "queue.tail", "queue.slot0", "queue.slot1", "first.head", "first.tail",
                   "first.slot0", "first.slot1", "second.head", "second.tail", "second.slot0", "second.slot1"});
    work.name(of);
  }

  void push_next(runnable& entry) {
    // Only the owner fills the slot, so an empty one stays empty until the store.
    if (slot_.load(std::memory_order_relaxed) == nullptr) {
      slot_.store(&entry, std::memory_order_release);
    } else if (runnable* before = slot_.exchange(&entry, std::memory_order_acq_rel)) {
      expect(queue_.push(*before), "the queue is full");
    } else if (stores_after_exchange) {
      slot_.store(&entry, std::memory_order_release);
    }
  }

  runnable* take_slot() {
    runnable* entry = slot_.load(std::memory_order_relaxed);
    if (entry != nullptr) entry = slot_.exchange(nullptr, std::memory_order_acq_rel);  // null when a thief was faster
    return entry;
  }

  // stuck, as a thief takes the slot only then
  runnable* steal_from(actors::detail::basic_local_queue<2>& into) {
    if (runnable* entry = queue_.steal_into(into)) return entry;
    runnable* entry = slot_.load(std::memory_order_acquire);
    if (entry == nullptr || !slot_.compare_exchange_strong(entry, nullptr, std::memory_order_acq_rel)) return nullptr;
    return entry;
  }

  const bool stores_after_exchange;  ///< a mutant
  atomic<runnable*> slot_{nullptr};
  actors::detail::basic_local_queue<2> queue_, first_, second_;
  items<4> work;
};

enum class deed : std::uint8_t { fill, take, again };
using enum deed;

setup handing_over(std::vector<deed> deeds, std::size_t thieves, int attempts, bool stores_after_exchange = false) {
  return [=](checker& of) {
    auto m = std::make_shared<slot_model>(of, stores_after_exchange);
    std::size_t filled = 0;
    for (const deed each : deeds) filled += each == fill ? 1U : 0U;
    of.add_thread("owner", [m, deeds](frame& at) {
      const auto done = static_cast<std::size_t>(at.keep[0]++);
      if (done < deeds.size() && deeds[done] == fill) {
        m->push_next(m->work.write(static_cast<std::size_t>(at.keep[1]++)));
      } else if (done < deeds.size() && deeds[done] == again) {  // what the owner ran last is queued once more
        if (at.keep[2] != 0) m->push_next(m->work.write(static_cast<std::size_t>(at.keep[2] - 1)));
      } else if (const runnable* entry = m->take_slot()) {
        at.keep[2] = static_cast<std::int32_t>(m->work.run(entry)) + 1;
      } else if (done >= deeds.size()) {
        while (const runnable* left = m->queue_.pop()) m->work.run(left);
        return false;
      }
      return true;
    });
    for (std::size_t i = 0; i != thieves; ++i) {
      of.add_thread(i == 0 ? "first" : "second", [m, i, attempts](frame& at) {
        auto& into = i == 0 ? m->first_ : m->second_;
        if (const runnable* entry = m->steal_from(into)) m->work.run(entry);
        return ++at.keep[0] != attempts;
      });
    }
    of.at_rest([m, filled](const rest& at) { return m->work.lost(at, filled); });
  };
}

const std::vector<scenario>& scenarios() {
  static const std::vector<scenario> all = {
      {"slot, one thief", handing_over({fill, take, fill}, 1, 2)},
      {"slot, one thief, displaced entries", handing_over({fill, fill, take, fill}, 1, 2)},
      {"slot, one thief, an item once more", handing_over({fill, take, again}, 1, 1)},
      {"slot, two thieves", handing_over({fill, fill}, 2, 1)},
  };
  return all;
}

TEST(slot_model, what_is_handed_over_runs_once_and_is_seen_whole) {  // R3: tasks that are stolen
  expect_right(scenarios());
  expect_right({{"slot, two thieves, three entries", handing_over({fill, take, fill, fill}, 2, 1)}});
}

TEST(slot_model, mutants_are_caught) {
  expect_caught(scenarios(), blind("steal_from", "slot"));
  expect_caught(scenarios(), weaker("push_next", "slot", action::store, std::memory_order_relaxed));
  expect_caught(scenarios(), weaker("push_next", "slot", action::exchange, std::memory_order_acquire));
  mutant stored = weaker("push_next", "slot", action::exchange, std::memory_order_release);
  stored.name = "push_next: load and store in place of the exchange";
  stored.change = [](operation& op) {
    op.what = action::store;
    op.order = std::memory_order_release;
  };
  expect_caught(scenarios(), stored);
  mutant taken = weaker("take_slot", "slot", action::exchange, std::memory_order_release);
  taken.name = "take_slot: load in place of the exchange";
  taken.change = [](operation& op) { op.what = action::load; };
  expect_caught(scenarios(), taken);
}

// A thief empties the slot between the owner's load and its exchange, and takes what the exchange has put there: a
// store of the same work after that would let it run twice.
TEST(slot_model, what_the_exchange_has_put_there_may_be_gone_at_once) {  // R1, R3
  const setup build = handing_over({fill, fill}, 1, 2, true);
  for (const memory_kind memory : {memory_kind::store_buffers, memory_kind::views}) {
    const verdict result = explore(build, memory);
    EXPECT_EQ(result.violation, "an item is run twice") << result.trace;
  }
}

TEST(slot_model, each_order_is_needed_or_its_reason_is_named) {
  const char* const own = "the owner wrote what it takes back itself";
  const char* const empty = "an empty slot publishes nothing";
  expect_needed(scenarios(), "slot_model_test.cpp",
                {{"push_next: exchange acq_rel -> release", own},
                 {"take_slot: exchange acq_rel -> acquire", empty},
                 {"take_slot: exchange acq_rel -> release", own},
                 {"steal_from: load acquire -> relaxed", "the compare-and-swap acquires"},
                 {"steal_from: compare_exchange acq_rel -> acquire", empty},
                 {"steal_from: compare_exchange failure acquire -> relaxed", "the thief leaves what it finds"}});
}

}  // namespace
}  // namespace model
