#include <actors/simulate.hpp>

#include "engine.hpp"
#include "run_once.hpp"

#include <algorithm>

namespace actors::inline v1 {

namespace detail {

namespace {

/// Adds one schedule to the report; true where exploration goes on.
bool add(exploration_report& report, simulated_body body, run_result result) {
  body.drop(body.what);
  ++report.schedules;
  report.points += result.points;
  report.failure = std::move(result.failure);
  return !report.failure;
}

void explore_random(const exploration_options& options, simulated_body body, exploration_report& report) {
  for (std::uint64_t i = 0; i != options.schedules; ++i) {
    random_chooser strategy{options.seed + i};
    if (!add(report, body, run_once(options.each, strategy, body, options.failed))) return;
  }
}

// How long a schedule is, is learnt from those before. The first one, without a change of priorities, tells.
void explore_pct(const exploration_options& options, simulated_body body, exploration_report& report) {
  std::uint64_t length = 1;
  for (std::uint64_t i = 0; i != options.schedules; ++i) {
    pct_chooser strategy{options.seed + i, i == 0 ? 1 : options.depth, length};
    const std::uint64_t before = report.points;
    if (!add(report, body, run_once(options.each, strategy, body, options.failed))) return;
    length = std::max(length, report.points - before);
  }
}

/// The next list of decisions after `taken`, in the order of a depth-first search: the last that can be raised is; none
/// where there is no other.
std::optional<std::vector<std::uint32_t>> after(const std::vector<listed_chooser::decision>& taken,
                                                unsigned preemptions) {
  // Preemptions before each decision.
  std::vector<unsigned> spent(taken.size() + 1, 0);
  for (std::size_t i = 0; i != taken.size(); ++i)
    spent[i + 1] = spent[i] + (taken[i].may_stay && taken[i].taken != 0 ? 1 : 0);
  for (std::size_t i = taken.size(); i-- != 0;) {
    if (taken[i].taken + 1 == taken[i].candidates) continue;
    if (taken[i].may_stay && spent[i] >= preemptions) continue;
    std::vector<std::uint32_t> next;
    next.reserve(i + 1);
    for (std::size_t k = 0; k != i; ++k) next.push_back(taken[k].taken);
    next.push_back(taken[i].taken + 1);
    return next;
  }
  return {};
}

void explore_all(const exploration_options& options, simulated_body body, exploration_report& report) {
  std::optional<std::vector<std::uint32_t>> decisions{std::in_place};
  for (std::uint64_t i = 0; i != options.schedules; ++i) {
    listed_chooser strategy{*std::move(decisions)};
    if (!add(report, body, run_once(options.each, strategy, body, options.failed))) return;
    decisions = after(strategy.taken(), options.preemptions);
    if (!decisions) {
      report.exhausted = true;
      return;
    }
  }
}

}  // namespace

exploration_report run_exploration(const exploration_options& options, simulated_body body) {
  check_simulation(options.each);
  if (!options.each.replay.empty())
    throw usage_error{"explore: each.replay is set, but explore chooses the schedules: repeat one with simulate()"};
  if (options.schedules == 0) throw usage_error{"explore: 0 schedules would find nothing"};
  if (options.depth == 0 || options.depth > most_depth)
    throw usage_error{"explore: a depth of " + std::to_string(options.depth) + ": expected 1 to " +
                      std::to_string(most_depth) + " events"};
  if (options.failed != nullptr && options.failed())
    throw usage_error{"explore: a check had failed before the first schedule, so none could be blamed for it"};
  exploration_report report;
  switch (options.strategy) {
    case strategy::random:
      explore_random(options, body, report);
      break;
    case strategy::pct:
      explore_pct(options, body, report);
      break;
    case strategy::exhaustive:
      explore_all(options, body, report);
      break;
  }
  return report;
}

}  // namespace detail

std::string exploration_report::text() const {
  std::string text = std::to_string(schedules) + (schedules == 1 ? " schedule" : " schedules");
  if (failure) return "schedule " + std::to_string(schedules) + " failed: " + failure->what();
  return text + (exhausted ? ", which are all there are: none failed" : ": none failed");
}

}  // namespace actors::inline v1
