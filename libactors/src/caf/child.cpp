#include <actors/caf/child.hpp>
#include <actors/caf/end_watch.hpp>
#include <actors/cases.hpp>
#include <actors/errors.hpp>
#include <actors/oneshot.hpp>
#include <actors/select.hpp>

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <mutex>
#include <optional>

namespace actors::inline v1 {

namespace detail {

void caf_place::enter(::caf::actor now) {
  const std::lock_guard guard{lock_};
  now_ = std::move(now);
  is_taken.set();
}

void caf_place::leave() {
  ::caf::actor last;  // goes without the lock
  const std::lock_guard guard{lock_};
  last.swap(now_);
  is_taken.clear();
}

::caf::actor caf_place::current() const {
  const std::lock_guard guard{lock_};
  return now_;
}

namespace {

struct stay {
  explicit stay(caf_place& at, ::caf::actor who) : place{at} { place.enter(std::move(who)); }
  ~stay() { place.leave(); }
  stay(const stay&) = delete;
  stay& operator=(const stay&) = delete;
  caf_place& place;
};

struct tell_end {
  std::shared_ptr<caf_place> place;  ///< which nobody is to find it at any more
  oneshot_sender<::caf::error> to;
  void operator()(const ::caf::error& reason) {
    place->leave();
    static_cast<void>(to.try_send(::caf::error{reason}));
  }
};

}  // namespace

}  // namespace detail

// Each time it is asked to end, it asks CAF's actor: the first time to end, then, when its time is over, by force.
task<> caf_child::run() {
  const ::caf::actor child = make_();
  if (!child) throw usage_error{"spawn_caf: the function that makes the actor gave an empty handle"};
  const ::caf::actor_system& system = child->home_system();
  auto [to, end] = oneshot<::caf::error>();
  const detail::stay here{*place_, child};
  const detail::end_watch watch{::caf::actor_cast<::caf::strong_actor_ptr>(child),
                                detail::tell_end{place_, std::move(to)}};
  std::optional<::caf::error> reason;
  bool was_asked = false;
  while (!reason) {
    bool asks = false;
    try {
      reason = co_await end.receive();
    } catch (const cancelled&) {
      asks = true;
    }
    if (asks) {
      ::caf::anon_send_exit(child, was_asked ? ::caf::exit_reason::kill : ::caf::exit_reason::user_shutdown);
      was_asked = true;
    }
  }
  const bool ends_as_asked =
      !*reason || *reason == ::caf::exit_reason::user_shutdown || *reason == ::caf::exit_reason::kill;
  if (was_asked && ends_as_asked) throw cancelled{};
  if (*reason && *reason != ::caf::exit_reason::user_shutdown) std::rethrow_exception(to_exception(*reason, &system));
}

task<::caf::actor> caf_child_ref::running() const {
  const caf_child_ref self = *this;
  for (;;) {
    if (::caf::actor now = self.current()) co_return now;
    if (self.end().is_set()) throw unanswered{"actor '" + self.name() + "' has ended: there is none of CAF's any more"};
    co_await select(on_set(self.place_->is_taken), on_set(self.end()));
  }
}

caf_child_ref spawn_caf(team& in, const actor_options& options, caf_child::factory make) {
  auto place = std::make_shared<detail::caf_place>();
  actor_ref<caf_child> one = in.spawn<caf_child>(options, std::move(make), place);
  return {std::move(one), std::move(place)};
}

}  // namespace actors::inline v1
