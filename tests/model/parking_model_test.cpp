// Parking: nobody sleeps while there is work, whatever comes from outside and whenever.
#include "mutants.hpp"
#include "parking_model.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace model::parking {
namespace {

/// What a thread from outside does, one after the other.
struct call {
  enum kind : std::uint8_t { post, errand, timer, stop } what;
  unsigned work = 0;
  int deadline = never;
};

struct party {
  unsigned workers = 2;
  unsigned time_outs = 0;
  std::array<deed, 4> deeds{};
  int timer_of_work = never;
  bool starts_with_work = false;  ///< the first worker begins with running work 0
};

setup parking_of(const party& who, std::vector<std::vector<call>> outside) {
  return [=](checker& of) {
    bool timers = false;
    bool stops = false;
    unsigned works = who.starts_with_work ? 1 : 0;
    for (const auto& thread : outside) {
      for (const call& each : thread) {
        timers = timers || each.what == call::timer;
        stops = stops || each.what == call::stop;
        if (each.what == call::post || each.what == call::errand) works |= 1U << each.work;
      }
    }
    for (const deed each : who.deeds) timers = timers || each == deed::starts_timer;
    auto m = std::make_shared<scheduler>(of, who.workers, timers);
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
          case call::post: m->notify(); break;
          case call::errand: m->post_to(0, now.work); break;
          case call::timer: m->start_from_outside(now.deadline); break;
          case call::stop: m->stop_workers(); break;
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
      {"one worker, two threads post", parking_of({.workers = 1}, {{{call::post, 0}}, {{call::post, 1}}})},
      {"one worker, errands", parking_of({.workers = 1}, {{{call::errand, 0}, {call::errand, 1}}})},
      {"one worker, a timer", parking_of({.workers = 1, .time_outs = 1}, {{{call::timer, 0, 3}}})},
      {"one worker, stop", parking_of({.workers = 1}, {{{call::stop}}})},
      {"two workers, a worker's timer",
       parking_of({.deeds = {deed::starts_timer}, .timer_of_work = 3, .starts_with_work = true}, {})},
      {"two workers, an errand", parking_of({}, {{{call::errand, 0}}})},
  };
  return all;
}

TEST(parking_model, nobody_sleeps_while_there_is_work) {  // R4, R3
  expect_right(small_ones());
  expect_right({
      {"one worker, post and timer", parking_of({.workers = 1}, {{{call::post, 0}}, {{call::timer, 0, 3}}})},
      {"two workers, stop", parking_of({}, {{{call::stop}}})},
      {"two workers, a timer", parking_of({}, {{{call::timer, 0, 3}}})},
      {"two workers, an errand, time-outs", parking_of({.time_outs = 1}, {{{call::errand, 0}}})},
  });
}

TEST(parking_model, one_post_to_two_workers) {  // R4
  expect_right({{"two workers, one post", parking_of({}, {{{call::post, 0}}})}});
}

const scenario& endless() {
  static const scenario one = {"two workers, a turn without end",
                               parking_of({.deeds = {deed::never_ends}}, {{{call::post, 0}, {call::post, 1}}}), false};
  return one;
}

TEST(parking_model, work_does_not_wait_for_a_turn_without_end) {  // R3, R4
  expect_right({endless()});
}

TEST(parking_model, each_order_is_needed_or_its_reason_is_named) {
  expect_needed(small_ones(), "parking_model.", {});
}

}  // namespace
}  // namespace model::parking
