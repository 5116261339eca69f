// A wait under a lock, as a receiver waits at a channel: the library's own waiter, with what channel_state.hpp and
// channel_core.cpp do around it (receive, send, withdraw_receiver, drop_side), against cancellations, which come to the
// lock by a pointer.
#include <actors/waiter.hpp>

#include "mutants.hpp"
#include "waiting_home.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <mutex>

namespace model {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acq_rel = std::memory_order_acq_rel;

/// Two channels. The party receives at the first, lets go of it, and receives at the second.
struct channels {
  struct channel {
    channel(atomic<std::uint32_t>& visitors, std::uint32_t users) : lock{visitors}, sides{users} {}
    actors::detail::wait_lock lock;
    guarded<int> listed{0};
    guarded<int> buffered{0};
    atomic<std::uint32_t> sides;
  };

  /// `senders`: of the first channel.
  channels(checker& of, std::uint32_t senders) : first{visitors, 1 + senders}, second{visitors, 2} {
    who.home = &where;
    of.name_words({"queued", "posts", "point", "next", "waiter", "visitors", "lock", "freed", "uses", "uses_seen",
                   "listed", "buffered", "sides", "lock", "freed", "uses", "uses_seen", "listed", "buffered",
                   "sides", "delivered"});
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

  // After it was resumed; true: a value came.
  bool resume(channel& from) {
    where.wait_until_posted();
    if (delivered_.get() != 0) {
      delivered_.set(0);
      return true;
    }
    const std::lock_guard guard{from.lock};
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
      const std::lock_guard guard{to.lock};
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
    if (of.sides.fetch_sub(1, acq_rel) == 1) of.lock.free();
  }

  home where;
  struct party final : actors::waiter {
  } who;
  atomic<std::uint32_t> visitors{0};
  channel first;
  channel second;
  plain<int> delivered_{0};  ///< wait_node::outcome
};

enum sends : std::uint8_t { none, at_first = 1, at_second = 2, at_both = at_first | at_second };

/// `again`: the second wait is at the first channel once more, which stays.
setup two_waits(sends values, int cancellations, bool again = false) {
  return [=](checker& of) {
    auto m = std::make_shared<channels>(of, (values & at_first) != 0 ? 1U : 0U);
    of.add_thread("receiver", [m, cancellations, values, again](frame& at) {
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

// What x86 needs of `store_before_rmw`, which is what it does there.
mutant store_as_on_x86() { return weaker("wait_at_lock", "next", action::store, std::memory_order_relaxed); }

TEST(wait_at_lock_model, a_wait_ends_once_and_a_request_ends_one) {  // R1, C16, T4
  expect_right(scenarios());
  expect_right({{"two cancellations", two_waits(at_second, 2), true, true}});
}

TEST(wait_at_lock_model, a_relaxed_store_before_a_lock_does_on_x86_and_nowhere_else) {
  const mutant change = store_as_on_x86();
  for (const scenario& each : scenarios()) {
    const verdict result = explore(each.build, memory_kind::store_buffers, &change);
    EXPECT_TRUE(result.complete && result.mutant_applied) << each.name << ": " << result.violation << "\n"
                                                          << result.trace;
  }
  expect_caught(scenarios(), change);
}

TEST(wait_at_lock_model, mutants_are_caught) {
  expect_caught(scenarios(), left_out("arm", "waiter", action::load));                  // no look at the request
  expect_caught(scenarios(), left_out("end_wait_at_lock", "waiter", action::load, 4));  // none whether it was answered
  expect_caught(scenarios(), left_out("operator=", "next", action::store));             // notes are not taken back
  expect_caught(scenarios(), left_out("await_visitors", "visitors", action::fetch_add));
}

TEST(wait_at_lock_model, each_order_is_needed_or_its_reason_is_named) {
  const char* const own = "the party reads nothing that the other side wrote";
  expect_needed(scenarios(), "wait",
                {{"take_cancel: fetch_and acq_rel -> acquire", own}, {"take_cancel: fetch_and acq_rel -> release", own}});
}

}  // namespace
}  // namespace model
