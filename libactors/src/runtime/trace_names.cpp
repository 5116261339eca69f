#include "trace_names.hpp"

#include <new>

namespace actors::inline v1::detail {

std::uint32_t trace_names::text(std::string_view name) noexcept {
  if (name.empty()) return 0;
  const std::lock_guard guard{lock_};
  if (const auto known = numbers_.find(name); known != numbers_.end()) return known->second;
  if (text_bytes_ + name.size() > most_text_bytes || texts_.size() > most_text_bytes / 64) {
    ++dropped_;
    return 0;
  }
  try {
    const auto number = static_cast<std::uint32_t>(texts_.size());
    const std::string& kept = texts_.emplace_back(name);
    try {
      numbers_.emplace(kept, number);
    } catch (...) {
      texts_.pop_back();
      throw;
    }
    text_bytes_ += name.size();
    return number;
  } catch (const std::bad_alloc&) {
    ++dropped_;
    return 0;
  }
}

std::uint32_t trace_names::place(const void* key, const source_place& place) noexcept {
  const std::lock_guard guard{lock_};
  const key_of_place wanted = key_for(key, place);
  if (const auto known = place_numbers_.find(wanted); known != place_numbers_.end()) return known->second;
  if (places_.size() > most_places) {
    ++dropped_;
    return 0;
  }
  try {
    const auto number = static_cast<std::uint32_t>(places_.size());
    places_.push_back(place);
    try {
      place_numbers_.emplace(wanted, number);
    } catch (...) {
      places_.pop_back();
      throw;
    }
    place_count_.store(number, std::memory_order_relaxed);
    return number;
  } catch (const std::bad_alloc&) {
    ++dropped_;
    return 0;
  }
}

std::uint32_t trace_names::known_place(const void* key) noexcept {
  const std::lock_guard guard{lock_};
  const auto known = place_numbers_.find({key, 0});
  return known == place_numbers_.end() ? 0 : known->second;
}

trace_names::copy trace_names::read() const {
  const std::lock_guard guard{lock_};
  return {{texts_.begin(), texts_.end()}, places_, dropped_};
}

}  // namespace actors::inline v1::detail
