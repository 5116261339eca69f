// caf/end_watch: is told of the end of a CAF actor.
#pragma once

#include <actors/detail/invoke.hpp>

#include <caf/actor_control_block.hpp>
#include <caf/error.hpp>
#include <caf/weak_intrusive_ptr.hpp>

namespace actors::inline v1::detail {

/// Has a function called when an actor of CAF has ended, once, on the thread where that happens (at once where it has);
/// it must not throw. The function goes with the watch, or with the actor. Keeps nobody alive.
class end_watch {
 public:
  using told = unique_function<void(const ::caf::error&)>;

  end_watch(const ::caf::strong_actor_ptr& whom, told call);
  ~end_watch();
  end_watch(const end_watch&) = delete;
  end_watch& operator=(const end_watch&) = delete;

 private:
  const ::caf::weak_actor_ptr whom_;
};

}  // namespace actors::inline v1::detail
