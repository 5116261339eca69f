// supervision: who is restarted when an actor fails, how often, and after how long.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace actors::inline v1 {

/// Which of a team's actors are stopped and started again when one of them is to be restarted. (The strategies of
/// Erlang/OTP's supervisor.)
enum class restart : std::uint8_t {
  one_for_one,   ///< that one
  one_for_all,   ///< all of them
  rest_for_one,  ///< that one, and those that were spawned after it
};

/// When an actor is restarted.
enum class lifetime : std::uint8_t {
  permanent,  ///< whenever it ends
  transient,  ///< when it fails; a normal end is final
  temporary,  ///< never: its failure is logged, and the others go on
};

/// How long a restart waits. The first one of an actor that has worked for a while waits for `first`, each further one
/// `factor` times as long, up to `longest`; each time is changed by up to `jitter` of it, at random, so that many
/// that failed together do not come back together.
struct backoff {
  std::chrono::milliseconds first{0};
  std::chrono::milliseconds longest{30'000};
  double factor = 2;
  double jitter = 0.2;
};

/// How a team treats failures.
///
///     actors::team work{{.strategy = actors::restart::one_for_one, .max = 5, .within = 10s}};
struct supervision {
  restart strategy = restart::one_for_one;
  /// So many restarts are made in any span of `within`; what would be one more is the failure of the team: all its
  /// actors are stopped, and `run` throws (in a team of teams, the upper one then decides).
  unsigned max = 3;
  std::chrono::milliseconds within{5'000};
  backoff pause{};
};

/// Where an actor is in its life.
enum class actor_state : std::uint8_t {
  made,        ///< its body has not started yet
  running,     ///<
  restarting,  ///< it has failed, and is started again when its back-off is over
  stopping,    ///< it was asked to stop
  ended,       ///< normally, or because it was asked to
  failed,      ///< for good
  abandoned,   ///< it did not stop, not even by force: its body still runs, its channels are closed
};

/// The word for it: "running".
const char* to_string(actor_state state) noexcept;

/// What can be told of one of a team's actors.
struct actor_report {
  std::string name;
  actor_state state = actor_state::made;
  unsigned restarts = 0;
  std::uint64_t lost = 0;  ///< items that it had received, and not done with, when it failed
  std::string last_error;  ///< what it last failed with; empty where it never did
};

}  // namespace actors::inline v1
