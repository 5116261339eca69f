// Parking: nobody sleeps while there is work, whatever comes from outside and whenever.
#include "parking_model.hpp"

#include "mutants.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace model::parking {
namespace {

/// What a thread from outside does, one after the other.
struct call {
  enum kind : std::uint8_t { post, errand, timer, stop, completion, first_io } what;
  unsigned work = 0;
  int deadline = never;
};

struct party {
  unsigned workers = 2;
  unsigned time_outs = 0;
  std::array<deed, 4> deeds{};
  int timer_of_work = never;
  bool starts_with_work = false;  ///< the first worker begins with running work 0
  bool has_reactor = false;
};

setup parking_of(const party& who, std::vector<std::vector<call>> outside) {
  return [=](checker& of) {
    bool timers = false;
    bool stops = false;
    bool completions = false;
    io_of io = who.has_reactor ? io_of::there : io_of::none;
    unsigned works = who.starts_with_work ? 1 : 0;
    for (const auto& thread : outside) {
      for (const call& each : thread) {
        timers = timers || each.what == call::timer;
        stops = stops || each.what == call::stop;
        completions = completions || each.what == call::completion;
        if (each.what == call::first_io) io = io_of::later;
        if (each.what == call::post || each.what == call::errand || each.what == call::completion)
          works |= 1U << each.work;
      }
    }
    for (const deed each : who.deeds)
      timers = timers || each == deed::starts_timer || each == deed::starts_timer_and_never_ends;
    auto m = std::make_shared<scheduler>(
        of, scheduler::traits{.workers = who.workers, .timers = timers, .io = io, .completions = completions});
    m->deeds = who.deeds;
    m->timer_of_work = who.timer_of_work;
    of.allow_time_outs(who.time_outs);
    of.limit_old_stores(1);
    for (unsigned i = 0; i != who.workers; ++i)
      of.add_thread("worker " + std::to_string(i), [m, i, works_first = who.starts_with_work && i == 0](frame& at) {
        if (works_first && at.keep[begun]++ == 0) return m->run(i, 0);
        at.keep[begun] = 1;
        return m->turn(i, at);
      });
    for (std::size_t i = 0; i != outside.size(); ++i) {
      of.add_thread("outside " + std::to_string(i), [m, calls = outside[i]](frame& at) {
        const call& now = calls[static_cast<std::size_t>(at.keep[0])];
        if (now.what == call::post && at.keep[1]++ == 0) {
          m->push_from_outside(now.work);
          return true;
        }
        at.keep[1] = 0;
        switch (now.what) {
          case call::post:
            m->notify();
            break;
          case call::errand:
            m->post_to(0, now.work);
            break;
          case call::timer:
            m->start_from_outside(now.deadline);
            break;
          case call::stop:
            m->stop_workers();
            break;
          case call::completion:
            m->complete(now.work);
            break;
          case call::first_io:
            m->make_reactor();
            break;
        }
        return static_cast<std::size_t>(++at.keep[0]) != calls.size();
      });
    }
    of.at_rest([m, works, stops](const rest& at) { return m->wrong_at_rest(at, works, stops); });
  };
}

const std::vector<scenario>& small_ones() {
  static const std::vector<scenario> all = {
      {"one worker, two posts", parking_of({.workers = 1}, {{{call::post, 0}, {call::post, 1}}})},
      {"one worker, errands", parking_of({.workers = 1}, {{{call::errand, 0}, {call::errand, 1}}})},
      {"one worker, a timer", parking_of({.workers = 1, .time_outs = 1}, {{{call::timer, 0, 3}}})},
      {"one worker, stop", parking_of({.workers = 1}, {{{call::stop}}})},
      {"two workers, a worker's timer",
       parking_of({.time_outs = 1, .deeds = {deed::starts_timer}, .timer_of_work = 3, .starts_with_work = true}, {})},
      {"two workers, a timer in a turn without end",
       parking_of({.deeds = {deed::starts_timer_and_never_ends}, .timer_of_work = 3, .starts_with_work = true}, {})},
  };
  return all;
}

TEST(parking_model, nobody_sleeps_while_there_is_work) {  // R4, R3
  expect_right(small_ones());
  expect_right({
      {"one worker, two threads post", parking_of({.workers = 1}, {{{call::post, 0}}, {{call::post, 1}}})},
      {"one worker, post and timer", parking_of({.workers = 1}, {{{call::post, 0}}, {{call::timer, 0, 3}}})},
      {"two workers, stop", parking_of({}, {{{call::stop}}})},
      {"two workers, a timer", parking_of({}, {{{call::timer, 0, 3}}})},
      {"two workers, a timer after the watch", parking_of({.time_outs = 1}, {{{call::timer, 0, 7}}}), false, true},
      {"two workers, an errand, a time-out", parking_of({.time_outs = 1}, {{{call::errand, 0}}}), true, true},
  });
}

const scenario& endless() {
  static const scenario one = {"two workers, a turn without end",
                               parking_of({.deeds = {deed::never_ends}}, {{{call::post, 0}, {call::post, 1}}}), false,
                               true};
  return one;
}

TEST(parking_model, two_workers_and_posts) {  // R3, R4
  expect_right({{"two workers, an errand", parking_of({}, {{{call::errand, 0}}})},
                {"two workers, one post", parking_of({}, {{{call::post, 0}}}), true, true},
                endless()});
}

// The interruption that belongs to a token often comes late here: when the worker has taken the token without it, has
// run what it was woken for, and sleeps in the reactor again.
const std::vector<scenario>& ones_with_reactor() {
  static const std::vector<scenario> all = {
      {"reactor: one worker, two posts",
       parking_of({.workers = 1, .has_reactor = true}, {{{call::post, 0}, {call::post, 1}}})},
      {"reactor: one worker, errands",
       parking_of({.workers = 1, .has_reactor = true}, {{{call::errand, 0}, {call::errand, 1}}})},
      {"reactor: one worker, a timer",
       parking_of({.workers = 1, .time_outs = 1, .has_reactor = true}, {{{call::timer, 0, 3}}})},
      {"reactor: one worker, a completion", parking_of({.workers = 1, .has_reactor = true}, {{{call::completion, 0}}})},
      {"reactor: one worker, stop", parking_of({.workers = 1, .has_reactor = true}, {{{call::stop}}})},
      {"reactor: one worker, the first I/O", parking_of({.workers = 1}, {{{call::first_io}}})},
  };
  return all;
}

// A turn has no end: somebody else has to look after the reactor, now or soon.
const std::vector<scenario>& endless_with_reactor() {
  static const std::vector<scenario> all = {
      {"reactor: a turn without end, a completion",
       parking_of({.deeds = {deed::never_ends}, .starts_with_work = true, .has_reactor = true},
                  {{{call::completion, 1}}})},
      {"reactor: a turn without end, the first I/O",
       parking_of({.deeds = {deed::never_ends}, .starts_with_work = true}, {{{call::first_io}}})},
      {"reactor: a completion without end",
       parking_of({.deeds = {deed::never_ends}, .has_reactor = true}, {{{call::completion, 0}}})},
      {"reactor: a post without end",
       parking_of({.deeds = {deed::never_ends}, .has_reactor = true}, {{{call::post, 0}}}), false, true},
  };
  return all;
}

TEST(parking_model, nobody_sleeps_in_the_reactor_while_there_is_work) {  // R4, R3
  expect_right(ones_with_reactor());
  expect_right(endless_with_reactor());
  expect_right({{"reactor: one worker, completion and post",
                 parking_of({.workers = 1, .has_reactor = true}, {{{call::completion, 0}}, {{call::post, 1}}})},
                {"reactor: one worker, two threads post",
                 parking_of({.workers = 1, .has_reactor = true}, {{{call::post, 0}}, {{call::post, 1}}})},
                {"reactor: one worker, post and timer", parking_of({.workers = 1, .time_outs = 1, .has_reactor = true},
                                                                   {{{call::post, 0}}, {{call::timer, 0, 3}}})}});
}

setup two_completions() { return parking_of({.has_reactor = true}, {{{call::completion, 0}, {call::completion, 1}}}); }

TEST(parking_model, one_in_the_reactor_and_one_on_a_futex) {  // R3, R4
  expect_right({
      {"reactor: two workers, stop", parking_of({.has_reactor = true}, {{{call::stop}}}), true, true},
      {"reactor: two workers, an errand", parking_of({.has_reactor = true}, {{{call::errand, 0}}}), false, true},
      {"reactor: two workers, one post", parking_of({.has_reactor = true}, {{{call::post, 0}}}), false, true},
      {"reactor: two workers, the first I/O", parking_of({}, {{{call::first_io}}}), true, true},
      {"reactor: two workers, two completions", two_completions(), false, true},
  });
}

TEST(parking_model, mutants_are_caught) {
  const std::vector<scenario>& all = small_ones();
  const std::vector<scenario> late = {
      {"two workers, a timer after the watch", parking_of({.time_outs = 1}, {{{call::timer, 0, 7}}})}};
  const std::vector<scenario> long_turn = {endless()};
  // An order of the pairs that rule out a lost wake-up is weaker.
  expect_caught(all, weaker("push", "injector.size", action::store, release));
  expect_caught(all, weaker("insert", "w0.timers.next", action::store, release));
  expect_caught(all, weaker("announce_sleep", "sleeping", action::store, release));
  expect_caught(all, weaker("end_search", "searching", action::fetch_add, std::memory_order_acq_rel));
  expect_caught(all, weaker("wake_one", "searching", action::load, acquire));
  expect_caught(all, weaker("wake_one", "sleeping", action::load, acquire));
  expect_caught(all, weaker("look_once_more", "injector.size", action::load, acquire));
  expect_caught(late, weaker("watch_until", "watched", action::store, release));
  expect_caught(late, weaker("look_once_more", "w", action::load, acquire));
  expect_caught(all, weaker("wake", "w", action::exchange, acquire));
  expect_caught(all, weaker("wake_up", "w", action::exchange, release));
  // A step is left out.
  expect_caught(all, left_out("look_once_more", "injector.size", action::load));
  expect_caught(all, left_out("look_once_more", "w0.errands.size", action::load));
  expect_caught(all, left_out("look_once_more", "stopping", action::load));
  expect_caught(late, left_out("look_once_more", "w0.timers.next", action::load, never));
  expect_caught(long_turn, left_out("end_search", "injector.size", action::load));
  expect_caught(all, left_out("wake_one", "searching", action::fetch_add));
  expect_caught(all, left_out("post_to", "searching", action::fetch_add));
  expect_caught(all, left_out("wake", "w0.state", action::exchange, parker::on_futex));
  expect_caught(all, left_out("wake", "w0.state", action::futex_wake));
  mutant left_over = weaker("wake_up", "w0.state", action::exchange, acquire);
  left_over.name = "wake_up: the token is seen and not taken";
  left_over.change = [](operation& op) { op.what = action::load; };
  expect_caught(all, left_over);
  // Two steps are swapped.
  expect_caught(all, swapped("wake", "w0.state", action::exchange, parker::on_futex));
  expect_caught(all, swapped("announce_sleep", "sleeping", action::store));
}

TEST(parking_model, mutants_of_the_sleep_in_the_reactor_are_caught) {
  const std::vector<scenario>& all = ones_with_reactor();
  expect_caught(all, swapped("forget_interrupts", "reactor.ready", action::fetch_and));
  expect_caught(all, left_out("wait_in", "w0.state", action::load));
  expect_caught(all, swapped("wake", "w0.state", action::exchange, parker::in_reactor));
  expect_caught(all, left_out("wake", "w0.state", action::exchange, parker::in_reactor));
  expect_caught(all, left_out("interrupt", "reactor.ready", action::fetch_or));
  expect_caught(all, blind("fall_asleep", "w0.state"));
  // What runs beside others leaves somebody who looks after the reactor.
  expect_caught(endless_with_reactor(), left_out("leave_unannounced", "unwatched", action::load));
  if (ACTORS_TEST_SANITIZED != 0) return;  // the next model is large
  // What handlers leave for each other is seen by the next one, wherever it runs.
  const std::vector<scenario> handlers = {{"reactor: two workers, two completions", two_completions()}};
  expect_caught(handlers, weaker("try_hold", "reactor.held", action::exchange, relaxed));
  expect_caught(handlers, weaker("release", "reactor.held", action::store, relaxed));
}

TEST(parking_model, each_order_is_needed_or_its_reason_is_named) {
  const char* const one_more = "who does not see yet that somebody searches wakes one more";
  const char* const again = "whoever misses something here looks again before it sleeps";
  const char* const in_vain = "an old value makes somebody look at the sleepers in vain";
  const char* const larger = "needed in a larger model: see the mutants";
  const char* const its_lock = "stands for the lock of io_context";
  const char* const taken_later = "whoever takes the token does so with acquire";
  std::vector<scenario> all = small_ones();
  all.insert(all.end(), ones_with_reactor().begin(), ones_with_reactor().end());
  expect_needed(
      all, "parking_model.",
      {
          {"post_to: fetch_add seq_cst -> acq_rel", one_more},
          {"stop_workers: store seq_cst -> release", "the sleepers' lock, taken next, orders it"},
          {"stop_workers: fetch_add seq_cst -> acq_rel", one_more},
          {"wake_one: fetch_add seq_cst -> acq_rel", one_more},
          {"make_reactor: compare_exchange failure seq_cst -> relaxed", "who comes second uses what is there"},
          {"try_hold: exchange acquire -> relaxed", larger},
          {"release: store release -> relaxed", larger},
          {"wait: load acquire -> relaxed", its_lock},
          {"interrupt: fetch_or acq_rel -> release", its_lock},
          {"forget_interrupts: fetch_and acq_rel -> acquire", its_lock},
          {"complete: fetch_or acq_rel -> acquire", its_lock},
          {"complete: fetch_or acq_rel -> release", its_lock},
          {"take: fetch_and acq_rel -> acquire", its_lock},
          {"take: fetch_and acq_rel -> release", its_lock},
          {"wait: load acquire -> relaxed #2", taken_later},
          {"wait_in: load acquire -> relaxed", taken_later},
          {"wake: exchange acq_rel -> release", "the waker uses nothing of the sleeper but where it sleeps"},
          {"fall_asleep: compare_exchange acq_rel -> acquire", "the same"},
          {"fall_asleep: compare_exchange acq_rel -> release", taken_later},
          {"wake_up: exchange acq_rel -> acquire", "the same, and the sleepers' lock orders the rest"},
          {"pop: load seq_cst -> acquire", again},
          {"pop: store seq_cst -> release", in_vain},
          {"watch_until: store seq_cst -> release", larger},
          {"fire_due: load seq_cst -> acquire", again},
          {"fire_due: store seq_cst -> release", again},
          {"remove_sleeper: store seq_cst -> release", "the one that is woken looks at the timers itself"},
          {"remove_sleeper: store seq_cst -> release #2", in_vain},
          {"next: load seq_cst -> acquire", again},
          {"look: load seq_cst -> acquire", again},
          {"begin_search: fetch_add seq_cst -> acq_rel", one_more},
          {"end_search: load seq_cst -> acquire", again},
          {"look_once_more: load seq_cst -> acquire", larger},
          {"sleep: load seq_cst -> acquire", "decides only whether it looks at the others now and then"},
          {"sleep: load seq_cst -> acquire #2", again},
          {"turn: load acquire -> relaxed", "the end of the thread orders what comes after"},
          {"turn: load acquire -> relaxed #2", "the end of the thread orders what comes after"},
      });
}

}  // namespace
}  // namespace model::parking
