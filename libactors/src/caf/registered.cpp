#include "registered.hpp"

#include <actors/detail/threads.hpp>

#include <caf/actor_control_block.hpp>
#include <caf/weak_intrusive_ptr.hpp>

#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace actors::inline v1::detail {

namespace {

struct listed_actors {
  mutex lock;
  std::map<std::pair<const ::caf::actor_system*, const registered_actor*>, ::caf::weak_actor_ptr> all;
};

// Never destroyed: a system may be a static, too.
listed_actors& listed() {
  static auto& known = *new listed_actors;
  return known;
}

}  // namespace

void registered_actor::end_with_system() {
  listed_actors& known = listed();
  const std::lock_guard guard{known.lock};
  known.all.emplace(std::pair{&home_system(), this}, ::caf::weak_actor_ptr{ctrl()});
  is_listed_ = true;
}

// The weak reference is not the last one: what is destroyed here is kept by it.
registered_actor::~registered_actor() {
  if (!is_listed_) return;
  listed_actors& known = listed();
  const std::lock_guard guard{known.lock};
  known.all.erase({&home_system(), this});
}

void end_registered_of(const ::caf::actor_system& system) {
  std::vector<::caf::strong_actor_ptr> found;
  {
    listed_actors& known = listed();
    const std::lock_guard guard{known.lock};
    for (auto at = known.all.lower_bound({&system, nullptr}); at != known.all.end() && at->first.first == &system; ++at)
      if (::caf::strong_actor_ptr one = at->second.lock()) found.push_back(std::move(one));
  }
  for (const ::caf::strong_actor_ptr& each : found) static_cast<registered_actor*>(each->get())->end();
}

}  // namespace actors::inline v1::detail
