#include "wait_sources.hpp"

#include <actors/detail/channel_core.hpp>
#include <actors/detail/wait_source.hpp>
#include <actors/sync/mutex.hpp>

namespace actors::inline v1::detail {

namespace {

const char* type_of(wait_kind what) noexcept {
  switch (what) {
    case wait_kind::lock_shared:
    case wait_kind::lock_exclusive:
      return "shared_mutex";
    case wait_kind::acquire_semaphore:
      return "semaphore";
    case wait_kind::event:
      return "event";
    case wait_kind::latch:
      return "latch";
    case wait_kind::barrier:
      return "barrier";
    case wait_kind::condition:
      return "condition";
    case wait_kind::put_queue:
    case wait_kind::get_queue:
    case wait_kind::join_queue:
      return "queue";
    default:
      return "";
  }
}

}  // namespace

void describe_source(wait_kind what, const wait_lock& lock, source_report& into) noexcept {
  switch (what) {
    case wait_kind::send:
    case wait_kind::receive:
    case wait_kind::reserve:
    case wait_kind::receive_extended:
    case wait_kind::receive_delivery:
      return channel_core::of(lock).describe(into);
    case wait_kind::receive_oneshot:
    case wait_kind::receive_broadcast:
    case wait_kind::watch_change:
    case wait_kind::desertion:
      return wait_source::of(lock).describe(into);
    case wait_kind::lock_mutex:
      return describe_mutex(lock, into);
    default:
      // Others have neither names nor figures: what tells them apart is where their lock is.
      into.type = type_of(what);
      if (*into.type != '\0') into.address = &lock;
  }
}

}  // namespace actors::inline v1::detail
