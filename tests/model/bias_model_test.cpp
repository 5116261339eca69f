// The bias of a wait_lock: the library's own lock, between the thread that it is biased to and others that take the
// bias back, and may become its owner.
#include "mutants.hpp"
#include "wait_lock_model.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace model {
namespace {

using actors::detail::wait_lock;

/// Two things under locks of their own.
struct shared_work {
  explicit shared_work(checker& of) {
    locks_are_made = nullptr;
    of.name_words({"common A", "freed A", "uses A", "uses_seen A", "bias A", "inside A", "done A", "seen A", "common B",
                   "freed B", "uses B", "uses_seen B", "bias B", "inside B", "done B", "seen B", "note 1", "note 2",
                   "note 3"});
  }

  struct thing {
    void work() {
      expect(inside.get() == 0, "two threads have the lock");
      inside.set(1);
      expect(seen.get() == done.get(), "what was done with the lock before is not seen");
      done.set(done.get() + 1);
      seen.set(done.get());
      inside.set(0);
    }
    /// A turn with the lock, after which it is biased to the thread where it `keeps` it.
    void take_turn(std::uint8_t number, bool keeps, bool at_once) {
      actors::detail::held_note* noted_in = at_once ? lock.lock_at_once(number) : nullptr;
      if (noted_in == nullptr) noted_in = lock.lock(number);
      work();
      if (keeps && noted_in == nullptr) lock.bias_to(number);
      lock.unlock(noted_in);
    }
    wait_lock lock;
    guarded<int> inside{0};
    guarded<int> done{0};
    plain<int> seen{0};
  };

  thing a;
  thing b;
  held_notes notes;
};

struct thread {
  int turns = 1;
  bool keeps = false;    ///< makes the locks biased to itself
  bool both = false;     ///< takes A and B in turns, else A
  bool at_once = false;  ///< tries the short way first
};

setup sharing(std::initializer_list<thread> threads) {
  return [all = std::vector<thread>{threads}](checker& of) {
    auto m = std::make_shared<shared_work>(of);
    int turns = 0;
    for (std::size_t i = 0; i != all.size(); ++i) {
      turns += all[i].turns;
      of.add_thread("thread " + std::to_string(i + 1), [m, i, each = all[i]](frame& at) {
        const bool is_even = at.keep[0]++ % 2 == 0;
        (is_even || !each.both ? m->a : m->b).take_turn(static_cast<std::uint8_t>(i + 1), each.keeps, each.at_once);
        return at.keep[0] != each.turns;
      });
    }
    of.at_rest([m, turns](const rest& at) {
      return at.value(m->a.done) + at.value(m->b.done) == turns ? "" : "somebody did not get the lock";
    });
  };
}

const std::vector<scenario>& scenarios() {
  static const std::vector<scenario> all = {
      {"an owner and another", sharing({{3, true}, {1}})},
      {"an owner and one that comes twice", sharing({{2, true}, {2}})},
      {"the owner changes", sharing({{2, true}, {2, true}})},
      {"an owner and two others", sharing({{2, true}, {1}, {1}})},
      {"an owner of two locks and another", sharing({{4, true, true}, {1}})},
      {"an owner that takes the short way and another", sharing({{3, true, false, true}, {1}})},
      {"the owner changes, both take the short way", sharing({{2, true, false, true}, {2, true, false, true}})},
  };
  return all;
}

TEST(bias_model, one_at_a_time_has_the_lock_and_sees_what_the_ones_before_did) {
  expect_right(scenarios());
  expect_right({{"two owners and another", sharing({{2, true}, {2, true}, {1}}), true, true}});
}

TEST(bias_model, mutants_are_caught) {
  expect_caught(scenarios(), left_out("heavy_fence", "", action::heavy_fence));
  expect_caught(scenarios(), swapped("lock_biased", "note", action::store));  // noted after the second look at the bias
  expect_caught(scenarios(), left_out("take_bias_back", "note", action::await));
  expect_caught(scenarios(), left_out("take_bias_back", "bias", action::store));
}

TEST(bias_model, each_order_is_needed_or_its_reason_is_named) { expect_needed(scenarios(), "wait_lock", {}); }

}  // namespace
}  // namespace model
