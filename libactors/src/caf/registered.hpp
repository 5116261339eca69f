// registered: actors of ours that CAF's registry may hold, and that end with their system.
#pragma once

#include <caf/actor_config.hpp>
#include <caf/fwd.hpp>
#include <caf/monitorable_actor.hpp>

namespace actors::inline v1::detail {

/// Whoever is known to another node is held by the registry until it ends. It has to end before the registry goes,
/// which cannot let go of anybody while it is being destroyed.
class registered_actor : public ::caf::monitorable_actor {
 public:
  ~registered_actor() override;
  registered_actor(const registered_actor&) = delete;
  registered_actor& operator=(const registered_actor&) = delete;

  /// Any thread; also after it has ended.
  virtual void end() = 0;
  /// From now on the end of its system ends it. Once, before anybody else knows it.
  void end_with_system();

 protected:
  explicit registered_actor(::caf::actor_config& config) : monitorable_actor{config} {}

 private:
  bool is_listed_ = false;
};

/// Ends those of a system that is about to end.
void end_registered_of(const ::caf::actor_system& system);

}  // namespace actors::inline v1::detail
