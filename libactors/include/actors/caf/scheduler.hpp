// caf/scheduler: classic CAF 0.17 actors run on the workers of a runtime, beside its tasks.
#pragma once

#include <actors/runtime.hpp>

#include <caf/fwd.hpp>

namespace actors::inline v1 {

/// Makes every `caf::actor_system` that is built from `config` afterwards run its actors on the workers of `on`, with
/// the timers of `on` as its clock:
///
///     caf::actor_system_config config;
///     actors::load_scheduler(config, runtime);
///     caf::actor_system system{config};
///
/// Event-based and typed actors then run on threads named "actors-N"; CAF starts no worker and no clock of its own.
/// Detached and blocking actors, CAF's printer and its middleman keep threads of their own. Several systems may share a
/// runtime, and actors of one may talk to actors of another.
///
/// Settings: `scheduler.max-throughput` is honoured (messages per turn; CAF's default is no limit: set it where actors
/// that are never idle share the workers with tasks). `scheduler.max-threads` is ignored, since the workers are the
/// runtime's: `system.scheduler().num_workers()` gives their number. `scheduler.policy` and the profiling options
/// belong to CAF's own schedulers. Thread hooks of the configuration run once on every worker, before the constructor
/// of the system has ended and again in its destructor, as well as on CAF's own threads.
///
/// Preconditions: the runtime outlives the system. The system is neither built nor destroyed on a worker of a runtime:
/// both wait for workers. Building it there throws usage_error, destroying it there ends the program with a message.
/// (Spawning, sending and so on are for any thread, workers and tasks included.) Whoever uses the system has stopped
/// when its destructor begins, as with CAF's own scheduler.
///
/// A thread that is no worker and that used `spawn` or a `caf::scoped_actor` keeps CAF's logger of that system alive
/// until the thread ends (CAF 0.17), and the system's destructor waits for it: join such threads first.
void load_scheduler(::caf::actor_system_config& config, runtime& on);

}  // namespace actors::inline v1
