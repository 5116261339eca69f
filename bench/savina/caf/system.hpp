// system: where CAF's programs of the suite run, and the words of their messages.
#pragma once

#include <actors/caf/scheduler.hpp>
#include <actors/runtime.hpp>

#include "../savina.hpp"

#include <caf/all.hpp>

#include <chrono>
#include <optional>

namespace bench::savina {

/// CAF with so many workers: its own, or those of a runtime of ours.
class caf_system {
 public:
  explicit caf_system(const settings& s) {
    if (s.actors == actors_of::caf_on_ours) {
      runtime_.emplace(actors::runtime_options{.workers = s.threads});
      actors::load_scheduler(config_, *runtime_);
    } else {
      config_.set("scheduler.max-threads", s.threads);
    }
    system_.emplace(config_);
  }

  caf::actor_system& operator*() noexcept { return *system_; }

 private:
  std::optional<actors::runtime> runtime_;
  caf::actor_system_config config_;
  std::optional<caf::actor_system> system_;
};

/// Calls `start`, which makes the first actors, and gives the time until all have ended.
template <class F>
std::chrono::nanoseconds run_actors(const settings& s, F&& start) {
  caf_system on{s};
  const stopwatch watch;
  start(*on);
  (*on).await_all_actors_done();
  return watch.elapsed();
}

using start_word = caf::atom_constant<caf::atom("start")>;
using stop_word = caf::atom_constant<caf::atom("stop")>;
using ping_word = caf::atom_constant<caf::atom("ping")>;
using pong_word = caf::atom_constant<caf::atom("pong")>;
using next_word = caf::atom_constant<caf::atom("next")>;
using done_word = caf::atom_constant<caf::atom("done")>;
using enter_word = caf::atom_constant<caf::atom("enter")>;
using full_word = caf::atom_constant<caf::atom("full")>;
using wait_word = caf::atom_constant<caf::atom("wait")>;
using hungry_word = caf::atom_constant<caf::atom("hungry")>;
using eat_word = caf::atom_constant<caf::atom("eat")>;
using denied_word = caf::atom_constant<caf::atom("denied")>;
using credit_word = caf::atom_constant<caf::atom("credit")>;
using debit_word = caf::atom_constant<caf::atom("debit")>;
using grant_word = caf::atom_constant<caf::atom("grant")>;

/// What every actor of the suite is: an event-based one, whose state are its members.
class caf_actor : public caf::event_based_actor {
 public:
  using caf::event_based_actor::event_based_actor;

 protected:
  /// Who sent the message that is being handled.
  caf::actor asker() { return caf::actor_cast<caf::actor>(current_sender()); }
};

}  // namespace bench::savina
