#include "source_ranges.hpp"

#include <link.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace actors::inline v1::detail {

namespace {
constexpr std::size_t longest_text = 64 * 1024;
}

source_ranges source_ranges::of_process() {
  source_ranges made;
  struct context {
    std::vector<range>& into;
    bool no_memory = false;
  } to{made.ranges_};
  // No exception may leave the function that is called back.
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* self) {
        auto& here = *static_cast<context*>(self);
        try {
          for (unsigned i = 0; i != info->dlpi_phnum; ++i) {
            const auto& part = info->dlpi_phdr[i];
            if (part.p_type != PT_LOAD || (part.p_flags & PF_R) == 0) continue;
            const std::uintptr_t begin = info->dlpi_addr + part.p_vaddr;
            here.into.push_back({begin, begin + part.p_memsz});
          }
        } catch (const std::bad_alloc&) {
          here.no_memory = true;
        }
        return 0;
      },
      &to);
  if (to.no_memory) throw std::bad_alloc{};
  std::sort(made.ranges_.begin(), made.ranges_.end(), [](const range& a, const range& b) { return a.begin < b.begin; });
  return made;
}

const source_ranges::range* source_ranges::range_of(const void* address) const noexcept {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  const auto behind = std::upper_bound(ranges_.begin(), ranges_.end(), at,
                                       [](std::uintptr_t value, const range& each) { return value < each.begin; });
  if (behind == ranges_.begin()) return nullptr;
  const range& found = *(behind - 1);
  return at < found.end ? &found : nullptr;
}

bool source_ranges::holds_text(const char* text) const noexcept {
  const range* const in = range_of(text);
  if (in == nullptr) return false;
  const std::size_t most = std::min<std::size_t>(in->end - reinterpret_cast<std::uintptr_t>(text), longest_text);
  return std::memchr(text, '\0', most) != nullptr;
}

place_ref source_ranges::known(place_ref place) const noexcept {
  const place_record* const record = place.record();
  if (record == nullptr || is_made_place(record)) return place;
  const range* const in = range_of(record);
  const auto at = reinterpret_cast<std::uintptr_t>(record);
  if (in == nullptr || at % alignof(place_record) != 0 || in->end - at < sizeof(place_record)) return {};
  return holds_text(record->file) && holds_text(record->function) ? place : place_ref{};
}

}  // namespace actors::inline v1::detail
