#include <actors/detail/code_place.hpp>
#include <actors/detail/wait_kind.hpp>

#include <array>
#include <cstddef>
#include <mutex>
#include <new>
#include <set>
#include <tuple>

namespace actors::inline v1::detail {

namespace {

struct in_order {
  bool operator()(const place_record& a, const place_record& b) const noexcept {
    return std::tie(a.file, a.function, a.line) < std::tie(b.file, b.function, b.line);
  }
};

// Never destroyed: destructors of static objects may still spawn. The lock is no point where a simulation switches, as
// what is in the table depends on what ran before.
struct place_table {
  std::mutex lock;
  std::set<place_record, in_order> all;
  std::set<const place_record*> addresses;
};
place_table& known_places() {
  static auto* const table = new place_table;
  return *table;
}

}  // namespace

// By the addresses of the texts: the same place of another translation unit is another one, which does no harm.
place_ref::place_ref(const source_place& place) noexcept {
  const place_record wanted{place.file, place.function, place.line, 0};
  thread_local const place_record* last = nullptr;
  if (last != nullptr && !in_order{}(*last, wanted) && !in_order{}(wanted, *last)) {
    record_ = last;
    return;
  }
  try {
    place_table& table = known_places();
    const std::lock_guard guard{table.lock};
    const place_record* const made = &*table.all.insert(wanted).first;
    table.addresses.insert(made);
    record_ = last = made;
  } catch (const std::bad_alloc&) {
    record_ = nullptr;
  }
}

bool is_made_place(const place_record* record) noexcept {
  place_table& table = known_places();
  const std::lock_guard guard{table.lock};
  return table.addresses.contains(record);
}

constinit const std::array<const char*, static_cast<std::size_t>(wait_kind::count)> wait_texts{
    "wait",
    "send to channel",
    "receive from channel",
    "reserve a place in channel",
    "meet a sender at channel",
    "receive a delivery from channel",
    "receive from one-shot channel",
    "receive from broadcast channel",
    "wait for change of watch channel",
    "wait until nobody receives from channel",
    "select",
    "next of select_set",
    "lock mutex",
    "lock shared_mutex to read",
    "lock shared_mutex to write",
    "acquire semaphore",
    "wait for event",
    "wait for latch",
    "arrive at barrier",
    "wait for condition",
    "put into queue",
    "get from queue",
    "join queue",
    "wait for the end of task",
    "done callback: wait for the end of task",
    "gather: wait for the end of task",
    "wait: wait for the end of task",
    "race: wait for the end of task",
    "shield: wait for the end of task",
    "as_completed: wait for the end of task",
    "wait for the children of a group",
    "sleep",
    "wait for a tick",
    "wait for a blocking call",
    "wait for room in the queue of a pool",
    "wait for I/O",
};

const char* text_of(wait_kind kind) noexcept {
  const auto index = static_cast<std::size_t>(kind);
  return wait_texts[index < wait_texts.size() ? index : 0];
}

}  // namespace actors::inline v1::detail
