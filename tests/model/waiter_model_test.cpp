// A wait for the end of a task: the library's own waiter, with what task_state.cpp and join_handle.cpp do around it,
// line by line: join, subscribe, keep_waiting, complete, on_done.
#include <actors/waiter.hpp>

#include "mutants.hpp"
#include "waiting_home.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace model {
namespace {

constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;
constexpr auto acq_rel = std::memory_order_acq_rel;

struct party final : actors::waiter {};

struct join_model {
  enum entry : std::uint8_t { none, joined, closed };  // what completions_ points to

  explicit join_model(checker& of) {
    who.home = &where;
    of.name_words(
        {"queued", "posts", "point", "next", "waiter", "completions", "status", "result", "entry", "cancels"});
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
    if (!subscribe()) return false;
    switch (who.arm_unless_decided()) {
      case party::arming::armed:
        return true;
      case party::arming::cancelled:
        request_cancel();
        if (who.arm_shielded_unless_decided()) return true;
        break;
      case party::arming::decided:
        break;
    }
    settle();
    return false;
  }

  // After a wake-up; true: the task has ended.
  bool keep_waiting() {
    if (completions_.load(acquire) == closed) {
      settle();
      who.forget_decision();
      return true;
    }
    request_cancel();
    if (who.arm_shielded_unless_decided()) return false;
    settle();
    return true;
  }

  void complete() {
    result_.set(1);
    const entry head = completions_.exchange(closed, acq_rel);
    if (head == joined) {
      expect(entry_.get() == 1, "the end of the task does not see the whole entry");
      if (who.decide()) who.wake();
    }
    status_.store(1, release);
    futex_wake_one(status_);  // in place of the loop in `settle`
  }

  void request_cancel() { cancels_.set(cancels_.get() + 1); }

  home where;
  party who;
  atomic<entry> completions_{none};
  atomic<std::uint32_t> status_{0};
  plain<int> result_{0};
  plain<int> entry_{0};
  guarded<int> cancels_{0};
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

TEST(waiter_model, mutants_are_caught) {
  expect_caught(scenarios(), blind("decide", "waiter"));
  expect_caught(scenarios(), blind("begin_cancel", "waiter"));
  expect_caught(scenarios(), blind("subscribe", "completions"));
  expect_caught(scenarios(), blind("arm_unless_decided", "waiter"));
  expect_caught(scenarios(), blind("arm_shielded_unless_decided", "waiter"));
  expect_caught(scenarios(), swapped("complete", "completions", action::exchange));
}

TEST(waiter_model, each_order_is_needed_or_its_reason_is_named) {
  const char* const twice = "the result is published by completions_ and again by status_";
  const char* const own = "the party reads nothing that the other side wrote";
  const char* const later = "the read-modify-write that follows acquires";
  const char* const lock = "for waits under a lock: wait_at_lock_model_test.cpp";
  expect_needed(scenarios(), "waiter",
                {
                    {"begin_cancel: compare_exchange seq_cst -> acq_rel", lock},
                    {"end_wait_at_lock: load seq_cst -> acquire", lock},
                    {"settle: load acquire -> relaxed", twice},
                    {"subscribe: load acquire -> relaxed", later},
                    {"subscribe: compare_exchange acq_rel -> release", own},
                    {"subscribe: compare_exchange failure acquire -> relaxed", twice},
                    {"join: load acquire -> relaxed", twice},
                    {"keep_waiting: load acquire -> relaxed", twice},
                    {"decide: compare_exchange acq_rel -> acquire", twice},
                    {"arm_unless_decided: compare_exchange acq_rel -> release", own},
                    {"arm_shielded_unless_decided: compare_exchange acq_rel -> release", own},
                    {"forget_decision: fetch_and acq_rel -> acquire", own},
                    {"forget_decision: fetch_and acq_rel -> release", own},
                    {"complete: exchange acq_rel -> acquire", twice},
                    {"complete: store release -> relaxed", twice},
                });
}

}  // namespace
}  // namespace model
