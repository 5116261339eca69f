// pipeline: the actors and channels of a plan, ready to run.
#pragma once

#include <actors/config/plan.hpp>
#include <actors/metrics.hpp>
#include <actors/pipeline/stage.hpp>
#include <actors/team.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace actors::inline v1::pipeline {

/// A counter of an actor, summed over its replicas.
struct total {
  std::string actor;
  std::string counter;
  counter_unit unit = counter_unit::items;
  std::uint64_t number = 0;
};

/// Something a user should know about an actor although nothing failed.
struct stage_note {
  std::string actor;
  std::string text;
};

/// Built from a plan that config::load found to be in order. Runs once. Thread-safe: all but `run` and `notes`.
class pipeline {
 public:
  /// Makes the actors and connects them; nothing runs yet. Throws what the constructors of actors throw.
  explicit pipeline(const config::plan& plan);

  /// Runs until every actor has ended. As team::run: throws actor_failed for the first that failed.
  task<> run() { return team_.run(); }
  /// Ends the sources; what is under way is worked off, then `run` ends normally.
  void drain() { team_.drain(); }
  /// Cancels every actor; `run` throws `cancelled`.
  void stop() { team_.stop(); }

  /// The names of the actors that have not ended yet.
  std::vector<std::string> running() const { return team_.running(); }

  /// What the actors have counted so far, in the order of the plan.
  std::vector<total> totals() const;
  /// What the actors noted; after `run` has ended.
  std::vector<stage_note> notes() const;

 private:
  friend void collect_metrics(const pipeline& of, metric_sink& into, metric_labels with);
  using cells = std::vector<actors::detail::actor_cell*>;

  void add_actors(const config::plan& plan);
  void connect_input(const config::plan& plan, std::size_t to, const std::string& input);
  cells outputs_of(const config::plan& plan, std::size_t from, const std::string& output, std::string& port);

  struct member {
    std::string name;
    bool keep_order = false;
    cells replicas;
    std::vector<std::shared_ptr<const stage_report>> reports;
    std::vector<std::pair<std::string, actors::detail::actor_cell*>> collectors;  ///< by the output they stand for
  };

  team team_;
  std::vector<member> members_;
};

/// The metrics of its actors, as those of a team, and what they count by themselves, as `totals`. Any thread.
void collect_metrics(const pipeline& of, metric_sink& into, metric_labels with = {});

}  // namespace actors::inline v1::pipeline
