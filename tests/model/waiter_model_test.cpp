// A wait for the end of a task: the library's own waiter, with what task_state.cpp and join_handle.cpp do around it,
// line by line: join, subscribe, keep_waiting, complete, on_done.
#include <actors/waiter.hpp>

#include "mutants.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace model {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;
constexpr auto acq_rel = std::memory_order_acq_rel;

/// Where a resumed party runs: one thread, which sleeps until the party is posted.
class home final : public actors::executor {
 public:
  void post(actors::runnable&) noexcept override {
    expect(posts_.get() == 0, "a wait is woken twice");
    // Any thread could run the party now: it must see what the poster sees.
    expect(point_.get() == 1, "a party goes on where it does not wait");
    posts_.set(1);
    queued_.store(1, release);
    futex_wake_one(queued_);
  }
  void wait_until_posted() {
    while (queued_.exchange(0, acquire) == 0) futex_wait(queued_, 0, false);
    posts_.set(0);
  }
  void suspend_at() { point_.set(1); }
  bool is_posted(const rest& at) const { return at.value(posts_) != 0; }

 private:
  atomic<std::uint32_t> queued_{0};
  guarded<int> posts_{0};
  plain<int> point_{0};  ///< resume_point_ and filter_
};

struct party final : actors::waiter {};

struct join_model {
  enum entry : std::uint8_t { none, joined, closed };  // what completions_ points to

  explicit join_model(checker& of) {
    who.home = &where;
    of.name_words(
        {"queued", "posts", "point", "waiter", "completions", "status", "result", "entry", "cancels", "left"});
  }

  void settle() {
    while (status_.load(acquire) == 0) futex_wait(status_, 0, false);
  }

  bool subscribe() {
    entry head = completions_.load(acquire);
    do {
      if (head == closed) {
        settle();
        return false;
      }
    } while (!completions_.compare_exchange_weak(head, joined, acq_rel, acquire));
    return true;
  }

  // True: suspended.
  bool join() {
    if (completions_.load(acquire) == closed) {
      settle();
      return false;
    }
    entry_.set(1);
    where.suspend_at();
    if (!who.arm()) {
      request_cancel();
      who.arm_shielded();
    }
    if (subscribe()) return true;
    return !who.claim_armed();
  }

  // After a wake-up; true: the task has ended.
  bool keep_waiting() {
    if (completions_.load(acquire) != closed) request_cancel();
    if (who.rearm()) return false;
    settle();
    return true;
  }

  void complete() {
    result_.set(1);
    const entry head = completions_.exchange(closed, acq_rel);
    if (head == joined) {
      expect(entry_.get() == 1, "the end of the task does not see the whole entry");
      if (who.claim_armed()) who.wake();
    }
    status_.store(1, release);
    futex_wake_one(status_);  // in place of the loop in `settle`
  }

  // The party goes on, to a wait that nobody but a cancellation ends.
  void leave() {
    expect(left_.get() == 0, "a join is left twice");
    left_.set(1);
    expect(result_.get() == 1, "the result is not seen");
    who.take_cancel();
    where.suspend_at();
    static_cast<void>(who.arm());
  }

  void request_cancel() { cancels_.set(cancels_.get() + 1); }

  home where;
  party who;
  atomic<entry> completions_{none};
  atomic<std::uint32_t> status_{0};
  plain<int> result_{0};
  plain<int> entry_{0};
  guarded<int> cancels_{0};
  guarded<int> left_{0};
};

setup join_with(int cancellations) {
  return [=](checker& of) {
    auto m = std::make_shared<join_model>(of);
    of.add_thread("joiner", [m](frame& at) {
      const bool suspended = at.keep[0] == 0 && m->join();
      if (at.keep[0] == 0 && !suspended) {
        expect(m->result_.get() == 1, "the result is not seen");
        return false;
      }
      at.keep[0] = 1;
      m->where.wait_until_posted();
      if (!m->keep_waiting()) return true;
      expect(m->result_.get() == 1, "the result is not seen");
      return false;
    });
    of.add_thread("task", [m](frame&) {
      m->complete();
      return false;
    });
    if (cancellations > 0) {
      of.add_thread("canceller", [m, cancellations](frame& at) {
        m->who.request_cancel();
        return ++at.keep[0] != cancellations;
      });
    }
    of.at_rest([m](const rest& at) {
      if (!at.has_ended(0)) return "the joiner waits for a task that has ended";
      return m->where.is_posted(at) ? "a party is posted that does not wait" : "";
    });
  };
}

// One worker suspends the party, two others run it when it is posted: each can be delayed at any step.
setup join_between_workers() {
  return [](checker& of) {
    auto m = std::make_shared<join_model>(of);
    of.add_thread("joiner", [m](frame&) {
      if (!m->join()) m->leave();
      return false;
    });
    for (const char* name : {"worker a", "worker b"}) {
      of.add_thread(name, [m](frame&) {
        m->where.wait_until_posted();
        if (m->left_.get() == 0 && m->keep_waiting()) m->leave();
        return true;
      });
    }
    of.add_thread("task", [m](frame&) {
      m->complete();
      return false;
    });
    of.add_thread("canceller", [m](frame&) {
      m->who.request_cancel();
      return false;
    });
    of.at_rest([m](const rest& at) {
      if (at.value(m->left_) == 0) return "the joiner waits for a task that has ended";
      return m->where.is_posted(at) ? "a party is posted that does not wait" : "";
    });
  };
}

const std::vector<scenario>& scenarios() {
  static const std::vector<scenario> all = {
      {"join", join_with(0)},
      {"join, cancelled", join_with(1)},
      {"join, cancelled twice", join_with(2)},
  };
  return all;
}

TEST(waiter_model, a_join_ends_once_and_sees_the_result) {  // R1, T6
  expect_right(scenarios());
}

// Whoever is late with a join decides nothing of the next wait.
TEST(waiter_model, what_follows_a_join_is_left_alone) {  // R1, T6
  expect_right({{"join, cancelled, between workers", join_between_workers(), false, true}});
}

TEST(waiter_model, mutants_are_caught) {
  expect_caught(scenarios(), blind("claim_armed", "waiter"));
  expect_caught(scenarios(), blind("rearm", "waiter"));
  expect_caught(scenarios(), blind("request_cancel", "waiter"));
  expect_caught(scenarios(), blind("subscribe", "completions"));
  expect_caught(scenarios(), left_out("arm_shielded", "waiter", action::fetch_or));
  // The end of the task leaves no mark, as with `claim` in place of `claim_armed`.
  mutant peeks = weaker("claim_armed", "waiter", action::compare_exchange, relaxed);
  peeks.name = "claim_armed: does not change a party that is not armed";
  peeks.change = [](operation& op) {
    if (op.expected % 4 == 0) op.what = action::skip, op.operand = op.expected;
  };
  expect_caught(scenarios(), peeks);
  expect_caught(scenarios(), swapped("complete", "completions", action::exchange));
}

TEST(waiter_model, each_order_is_needed_or_its_reason_is_named) {
  const char* const twice = "the result is published by completions_ and again by status_";
  const char* const queue = "the executor's queue; the worker that runs the party is the joiner here";
  const char* const own = "the party reads nothing that the other side wrote";
  const char* const later = "the read-modify-write that follows acquires";
  const char* const first = "subscribe, which follows, publishes the same";
  const char* const outcome = "a cancellation writes no outcome";
  expect_needed(scenarios(), "waiter",
                {
                    {"request_cancel: compare_exchange acq_rel -> acquire", outcome},
                    {"post: store release -> relaxed", queue},
                    {"wait_until_posted: exchange acquire -> relaxed", queue},
                    {"settle: load acquire -> relaxed", twice},
                    {"subscribe: load acquire -> relaxed", later},
                    {"subscribe: compare_exchange acq_rel -> release", own},
                    {"subscribe: compare_exchange failure acquire -> relaxed", twice},
                    {"arm: compare_exchange acq_rel -> release", own},
                    {"join: load acquire -> relaxed", twice},
                    {"arm_shielded: fetch_or acq_rel -> acquire", first},
                    {"arm_shielded: fetch_or acq_rel -> release", own},
                    {"rearm: load acquire -> relaxed", twice},
                    {"rearm: compare_exchange acq_rel -> release", own},
                    {"rearm: compare_exchange failure acquire -> relaxed", twice},
                    {"claim_armed: compare_exchange acq_rel -> acquire", twice},
                    {"keep_waiting: load acquire -> relaxed", twice},
                    {"complete: exchange acq_rel -> acquire", twice},
                    {"complete: store release -> relaxed", twice},
                });
}

}  // namespace
}  // namespace model
