#include "traced_thread.hpp"

#include <actors/trace.hpp>

#include "platform.hpp"
#include "thread_context.hpp"
#include "trace_session.hpp"

#include <pthread.h>

#include <new>
#include <utility>

namespace actors::inline v1::detail {

namespace {

std::string name_of_this_thread() {
  char name[16] = "";
  pthread_getname_np(pthread_self(), name, sizeof name);
  return name;
}

int index_of_worker() noexcept {
  const thread_context& here = this_thread();
  return here.where != nullptr ? static_cast<int>(here.slot) : -1;
}

// The events of a thread are kept when it ends. Objects of the thread that are destroyed after this one record nothing.
struct own_thread {
  std::shared_ptr<traced_thread> kept;
  ~own_thread();
};
thread_local constinit traced_thread* own = nullptr;
thread_local constinit std::uint32_t refused_by = 0;  ///< the recording that had no room for this thread
thread_local constinit bool is_ending = false;
thread_local own_thread owner;

own_thread::~own_thread() {
  own = nullptr;
  is_ending = true;
  if (kept != nullptr) kept->ended.store(true, std::memory_order_relaxed);
}

}  // namespace

traced_thread::traced_thread(const trace_options& options, std::uint32_t of_session, std::uint32_t of_thread,
                             std::shared_ptr<trace_names> names)
    : session{of_session},
      number{of_thread},
      worker{index_of_worker()},
      name{name_of_this_thread()},
      turns{options.turns},
      wakes{options.wakes},
      workers{options.workers},
      channels{options.channels},
      calls{options.calls},
      actors{options.actors},
      program{options.program},
      ring{options.bytes_per_thread, options.when_full == trace_overflow::drop_newest},
      names_{std::move(names)} {}

[[gnu::noinline]] traced_thread* traced_thread::here() noexcept {
  const std::uint32_t running = trace_session::running_number();
  if (running == 0) return nullptr;
  if (own != nullptr && own->session == running) return own;
  return join(running);
}

traced_thread* traced_thread::join(std::uint32_t session) noexcept {
  if (is_ending || refused_by == session) return nullptr;
  std::shared_ptr<traced_thread> fresh = trace_session::add_this_thread();
  if (fresh == nullptr) {
    refused_by = session;
    return nullptr;
  }
  own = fresh.get();
  owner.kept = std::move(fresh);
  return own;
}

void traced_thread::record(const trace_event_data& event) noexcept {
  trace_event_data timed = event;
  timed.time = cycle_count();
  ring.write(timed);
}

void traced_thread::end_turn() noexcept {
  const wait_kind what = std::exchange(waits_for_, wait_kind::unknown);
  record({.object = reinterpret_cast<std::uintptr_t>(waits_at_),
          .name = what == wait_kind::unknown ? 0 : text(text_of(what)),
          .kind = trace_kind::turn_end});
}

std::uint32_t traced_thread::text(std::string_view of) noexcept {
  known_text& known = texts_[std::hash<std::string_view>{}(of) % texts_.size()];
  if (known.number != 0 && known.text == of) return known.number;
  const std::uint32_t found = names_->text(of);
  known.number = 0;
  if (found == 0) return 0;
  try {
    known.text = of;
    known.number = found;
  } catch (const std::bad_alloc&) {  // it is looked for again
  }
  return found;
}

std::size_t traced_thread::slot_of(const void* key) noexcept {
  const auto address = reinterpret_cast<std::uintptr_t>(key);
  return (address >> 4U ^ address >> 11U) % std::tuple_size_v<decltype(places_)>;
}

std::uint32_t traced_thread::place(const void* key, const source_place& at) noexcept {
  known_place_entry& known = places_[slot_of(key)];
  const unsigned line = key == at.file ? at.line : 0;
  if (known.key == key && known.line == line && known.number != 0) return known.number;
  const std::uint32_t found = names_->place(key, at);
  known = {key, line, found, 0};
  return found;
}

std::uint32_t traced_thread::known_place(const void* key) noexcept {
  known_place_entry& known = places_[slot_of(key)];
  const std::uint32_t places = names_->places();
  if (known.key == key && known.line == 0 && (known.number != 0 || known.places == places)) return known.number;
  known = {key, 0, names_->known_place(key), places};
  return known.number;
}

}  // namespace actors::inline v1::detail
