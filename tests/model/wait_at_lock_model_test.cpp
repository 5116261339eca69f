// A wait under a lock, as a receiver waits at a channel: the library's own waiter, with what channel_state.hpp and
// channel_core.cpp do around it (receive, send, withdraw_receiver, drop_side), against cancellations, which come to the
// lock by a pointer.
#include <actors/waiter.hpp>

#include "mutants.hpp"
#include "wait_lock_model.hpp"
#include "waiting_home.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace model {
namespace {

constexpr auto acq_rel = std::memory_order_acq_rel;

// The receiver runs on a thread with a number, to which its channels can be biased; the others have none.
constexpr std::uint8_t receivers = 1;
constexpr std::uint8_t others = actors::detail::no_thread;

/// Two channels. The party receives at the first, lets go of it, and receives at the second.
struct channels {
  struct channel {
    explicit channel(std::uint32_t users) : sides{users} {}
    actors::detail::wait_lock lock;
    guarded<int> listed{0};
    guarded<int> buffered{0};
    atomic<std::uint32_t> sides;
  };

  /// `senders`: of the first channel. `are_new`: the receiver has just made them. (A sender would have been given
  /// them.)
  channels(checker& of, std::uint32_t senders, bool are_new) : first{1 + senders}, second{2} {
    visitors_of_locks = &visitors;
    locks_are_made = are_new ? &made_ : nullptr;
    who.begin_turn(receivers);
    who.home = &where;
    of.name_words({"queued", "posts",     "point",     "next",      "waiter", "visitors", "lock",
                   "freed",  "uses",      "uses_seen", "bias",      "listed", "buffered", "sides",
                   "lock",   "freed",     "uses",      "uses_seen", "bias",   "listed",   "buffered",
                   "sides",  "delivered", "made",      "note 1",    "note 2", "note 3"});
  }

  enum class step : std::uint8_t { done, cancelled, suspended };

  step receive(channel& from) {
    party::wait_at_lock visit{who, from.lock};
    if (from.buffered.get() != 0) {
      from.buffered.set(0);
      return step::done;
    }
    where.suspend_at();
    if (!visit.arm()) return step::cancelled;
    from.listed.set(1);
    return step::suspended;
  }

  static void make_biased(channel& to) {
    to.lock.lock(receivers);
    to.lock.bias_to(receivers);
    to.lock.unlock(nullptr);
  }

  // After it was resumed; true: a value came.
  bool resume(channel& from) {
    where.wait_until_posted();
    if (delivered_.get() != 0) {
      delivered_.set(0);
      return true;
    }
    const actors::detail::wait_lock::hold guard{from.lock, receivers};
    from.listed.set(0);
    return false;
  }

  // True: a value came, false: a cancellation.
  bool wait_at(channel& from) {
    switch (receive(from)) {
      case step::done:
        return true;
      case step::suspended:
        if (resume(from)) return true;
        break;
      case step::cancelled:
        break;
    }
    who.take_cancel();
    return false;
  }

  void send(channel& to) {
    bool wakes = false;
    {
      const actors::detail::wait_lock::hold guard{to.lock, others};
      if (to.listed.get() != 0) {
        to.listed.set(0);
        wakes = who.claim_at_lock(to.lock);
      }
      if (wakes)
        delivered_.set(1);
      else
        to.buffered.set(1);
    }
    if (wakes) who.wake();
  }

  static void let_go(channel& of) {
    if (of.sides.fetch_sub(1, acq_rel) == 1) of.lock.await_visitors();
  }

  home where;
  struct party final : actors::waiter {
  } who;
  atomic<std::uint32_t> visitors{0};
  channel first;
  channel second;
  plain<int> delivered_{0};  ///< wait_node::outcome
  plain<int> made_{0};       ///< the constructors of the channels
  held_notes notes_;
};

enum sends : std::uint8_t { none, at_first = 1, at_second = 2, at_both = at_first | at_second };

/// `again`: the second wait is at the first channel once more, which stays.
setup two_waits(sends values, int cancellations, bool again = false, bool biased = false) {
  return [=](checker& of) {
    auto m = std::make_shared<channels>(of, (values & at_first) != 0 ? 1U : 0U, values == none);
    of.add_thread("receiver", [=](frame& at) {
      if (at.keep[0] == 0 && at.keep[2] == 0) m->made_.set(1);
      if (biased && at.keep[2]++ == 0) {
        m->make_biased(m->first);
        if (!again) m->make_biased(m->second);
        return true;
      }
      const bool is_second = at.keep[0]++ != 0;
      if (!m->wait_at(is_second && !again ? m->second : m->first)) ++at.keep[1];
      expect(at.keep[1] <= cancellations, "one request ends two waits");
      if (is_second) return false;
      if (!again) m->let_go(m->first);
      // It goes on to the second wait where something is left to end it.
      return (values & at_second) != 0 || at.keep[1] == 0;
    });
    if (values != none) {
      of.add_thread("sender", [m, values, again](frame&) {
        if ((values & at_first) != 0) {
          m->send(m->first);
          if (!again) m->let_go(m->first);
        }
        if ((values & at_second) != 0) m->send(again ? m->first : m->second);
        return false;
      });
    }
    of.add_thread("canceller", [m, cancellations](frame& at) {
      m->who.request_cancel();
      return ++at.keep[0] != cancellations;
    });
    of.at_rest([m](const rest& at) {
      if (!at.has_ended(0)) return "the receiver waits, and what should have woken it is past";
      return m->where.is_posted(at) ? "a party is posted that does not wait" : "";
    });
  };
}

const std::vector<scenario>& scenarios() {
  static const std::vector<scenario> all = {
      {"a cancellation", two_waits(none, 1)},
      {"a value, then a cancellation", two_waits(at_first, 1)},
      {"two values, a cancellation", two_waits(at_both, 1)},
      {"the same channel twice, two values", two_waits(at_both, 1, true)},
      {"the same channel twice, one value", two_waits(at_second, 1, true)},
  };
  return all;
}

const std::vector<scenario>& biased_scenarios() {
  static const std::vector<scenario> all = {
      {"biased, a cancellation", two_waits(none, 1, false, true)},
      {"biased, a value, then a cancellation", two_waits(at_first, 1, false, true)},
      {"biased, the same channel twice, one value", two_waits(at_second, 1, true, true)},
      {"biased, the same channel twice, two values", two_waits(at_both, 1, true, true), false},
  };
  return all;
}

TEST(wait_at_lock_model, a_wait_ends_once_and_a_request_ends_one) {  // R1, C16, T4
  expect_right(scenarios());
  expect_right({{"two cancellations", two_waits(at_second, 2), true, true}});
}

TEST(wait_at_lock_model, so_it_does_under_a_bias_and_for_quiet_parties) {  // R1, C16, T4
  expect_right(biased_scenarios());
}

mutant looks_in_place_of_the_fetch_or() {
  mutant made = left_out("arm", "waiter", action::fetch_or);
  made.name = "arm: a load in place of the fetch_or";
  made.change = [](operation& op) { op.what = action::load; };
  return made;
}

// On x86 a release: the look that comes next goes first.
mutant stores_in_place_of_the_exchange() {
  mutant made = left_out("arm", "next", action::exchange);
  made.name = "arm: a release store in place of the exchange";
  made.change = [](operation& op) {
    op.what = action::store;
    op.order = std::memory_order_release;
  };
  return made;
}

TEST(wait_at_lock_model, mutants_are_caught) {
  expect_caught(scenarios(), left_out("arm", "waiter", action::load));                  // no look at the request
  expect_caught(scenarios(), left_out("end_wait_at_lock", "waiter", action::load, 4));  // none whether it was answered
  expect_caught(scenarios(), left_out("operator=", "next", action::store));             // notes are not taken back
  expect_caught(scenarios(), left_out("await_visitors", "visitors", action::fetch_add));
  expect_caught(biased_scenarios(), left_out("heavy_fence", "", action::heavy_fence));
  expect_caught(biased_scenarios(), looks_in_place_of_the_fetch_or());
  expect_caught(scenarios(), stores_in_place_of_the_exchange());
}

TEST(wait_at_lock_model, each_order_is_needed_or_its_reason_is_named) {
  const char* const own = "the party reads nothing that the other side wrote";
  const char* const bias = "bias_model_test.cpp";
  std::vector<scenario> all = scenarios();
  all.push_back(biased_scenarios()[0]);
  expect_needed(
      all, "wait",
      {
          {"end_wait_at_lock: load acquire -> relaxed", "for a new lock at the address of the one seen first"},
          {"lock_biased: store release -> relaxed", bias},
          {"arm: fetch_or acq_rel -> release", own},
          {"take_cancel: fetch_and acq_rel -> acquire", own},
          {"take_cancel: fetch_and acq_rel -> release", own},
      });
}

}  // namespace
}  // namespace model
