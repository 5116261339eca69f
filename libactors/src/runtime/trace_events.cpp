#include "trace_events.hpp"

#include <actors/trace.hpp>

#include "traced_thread.hpp"

#include <bit>
#include <cmath>

namespace actors::inline v1::detail {

void record_worker_event(trace_kind kind, std::uint64_t object) noexcept {
  traced_thread* const here = traced_thread::here();
  if (here != nullptr && here->workers) here->record({.object = object, .kind = kind});
}

void traced_call::begin(const source_place& submitted_at) noexcept {
  traced_thread* const here = traced_thread::here();
  if (here == nullptr || !here->calls) return;
  const bool known = *submitted_at.file != '\0';
  here->record({.place = known ? here->place(submitted_at.file, submitted_at) : 0, .kind = trace_kind::call_begin});
  begun_ = true;
}

void traced_call::end() noexcept {
  if (traced_thread* const here = traced_thread::here()) here->record({.kind = trace_kind::call_end});
}

void traced_stay::begin(std::string_view name, kind of) noexcept {
  traced_thread* const here = traced_thread::here();
  if (here == nullptr || !here->actors) return;
  number_ = here->next_slice();
  here->record({.object = number_,
                .name = here->text(name),
                .kind = trace_kind::stay_begin,
                .status = static_cast<std::uint8_t>(of)});
}

void traced_stay::end() noexcept {
  if (traced_thread* const here = traced_thread::here())
    here->record({.object = number_, .kind = trace_kind::stay_end});
}

// ---- of the program ------------------------------------------------------------------------------------------------

[[gnu::noinline]] std::uint64_t begin_trace_slice(std::string_view name) noexcept {
  traced_thread* const here = traced_thread::here();
  if (here == nullptr || !here->program) return 0;
  const std::uint64_t number = here->next_slice();
  here->record({.object = number, .name = here->text(name), .kind = trace_kind::slice_begin});
  return number;
}

[[gnu::noinline]] void end_trace_slice(std::uint64_t number) noexcept {
  if (traced_thread* const here = traced_thread::here())
    here->record({.object = number, .kind = trace_kind::slice_end});
}

[[gnu::noinline]] void record_trace_event(std::string_view name) noexcept {
  traced_thread* const here = traced_thread::here();
  if (here != nullptr && here->program) here->record({.name = here->text(name), .kind = trace_kind::instant});
}

[[gnu::noinline]] void record_trace_counter(std::string_view name, double value) noexcept {
  traced_thread* const here = traced_thread::here();
  if (here == nullptr || !here->program || !std::isfinite(value)) return;
  here->record({.object = std::bit_cast<std::uint64_t>(value), .name = here->text(name), .kind = trace_kind::counter});
}

}  // namespace actors::inline v1::detail
