// caf/child: an actor of CAF in a team of ours: supervised, and restarted, as all others.
#pragma once

#include <actors/actor.hpp>
#include <actors/actor_ref.hpp>
#include <actors/caf/as_caf.hpp>
#include <actors/detail/threads.hpp>
#include <actors/sync/event.hpp>
#include <actors/task.hpp>
#include <actors/team.hpp>

#include <caf/actor.hpp>

#include <functional>
#include <memory>
#include <utility>

namespace actors::inline v1 {

namespace detail {

/// The CAF actor that is a child at the moment: between its runs there is none.
class caf_place {
 public:
  void enter(::caf::actor now);
  void leave();
  ::caf::actor current() const;

  event is_taken;

 private:
  mutable mutex lock_;
  ::caf::actor now_;
};

}  // namespace detail

/// One of ours whose run is the life of an actor of CAF. Made by `spawn_caf`.
class caf_child final : public actor {
 public:
  using factory = std::function<::caf::actor()>;
  caf_child(factory make, std::shared_ptr<detail::caf_place> place)
      : make_{std::move(make)}, place_{std::move(place)} {}
  task<> run() override;

 private:
  factory make_;
  std::shared_ptr<detail::caf_place> place_;
};

/// A supervised actor of CAF, whichever it is at the moment. A counted reference; any thread.
class caf_child_ref : public actor_ref<caf_child> {
 public:
  caf_child_ref(actor_ref<caf_child> one, std::shared_ptr<detail::caf_place> place) noexcept
      : actor_ref{std::move(one)}, place_{std::move(place)} {}

  /// Empty where there is none: before the start, between an end and the restart, and after the end for good.
  ::caf::actor current() const { return place_->current(); }
  /// Waits until there is one, through restarts. Throws `unanswered` where it has ended for good. Any task.
  task<::caf::actor> running() const;

 private:
  std::shared_ptr<detail::caf_place> place_;
};

/// Adds an actor of CAF to a team: `make` spawns it, at the start and at each restart, on a worker.
///
///     auto child = spawn_caf(work, {.name = "parser"}, [&] { return caf::actor{system.spawn(parse)}; });
///
/// It fails, and is restarted as any other, where it ends with an error (`to_exception`), or where `make` throws. To
/// end without an error, or with exit_reason::user_shutdown, is normal. When it is to stop, it is sent an exit message,
/// exit_reason::user_shutdown; when its `stop_timeout` is over, exit_reason::kill; with another error than these it has
/// failed all the same. The team holds it while it runs, and
/// has to end before its system. As `team::spawn` otherwise.
caf_child_ref spawn_caf(team& in, const actor_options& options, caf_child::factory make);

}  // namespace actors::inline v1
