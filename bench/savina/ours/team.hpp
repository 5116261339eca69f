// team: how our programs of the suite are run.
#pragma once

#include <actors/actors.hpp>

#include "../savina.hpp"

#include <chrono>

namespace bench::savina {

/// Calls `wire`, which makes the first actors, runs the team, and gives the time until all have ended.
template <class F>
actors::task<std::chrono::nanoseconds> time_of_team(F& wire) {
  const stopwatch watch;
  {
    actors::team team;
    wire(team);
    co_await team.run();
  }
  co_return watch.elapsed();
}
template <class F>
std::chrono::nanoseconds run_team(const settings& s, F&& wire) {
  return actors::run(time_of_team(wire), {.workers = s.threads});
}

}  // namespace bench::savina
