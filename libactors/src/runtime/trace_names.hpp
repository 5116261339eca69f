// trace_names: the texts and places that recorded events refer to by number.
#pragma once

#include <actors/detail/code_place.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace actors::inline v1::detail {

/// Texts are copied, so an event outlives the task that it names. A place is known by an address: of a coroutine that
/// of its code, of a line that of the name of its file, with the number of the line. Number 0 stands for none. There is
/// room for so many; what comes after that is counted, and has no name. Any thread.
class trace_names {
 public:
  static constexpr std::size_t most_text_bytes = std::size_t{1} << 20U;
  static constexpr std::size_t most_places = std::size_t{1} << 14U;

  std::uint32_t text(std::string_view name) noexcept;
  /// `place` refers to literals.
  std::uint32_t place(const void* key, const source_place& place) noexcept;
  /// 0 where it is not known.
  std::uint32_t known_place(const void* key) noexcept;
  /// How many places are known: who has looked for one in vain need not look again before this changes. Relaxed.
  std::uint32_t places() const noexcept { return place_count_.load(std::memory_order_relaxed); }

  struct copy {
    std::vector<std::string> texts;
    std::vector<source_place> places;
    std::uint64_t dropped = 0;
  };
  copy read() const;

 private:
  struct key_of_place {
    const void* address;
    unsigned line;
    bool operator==(const key_of_place&) const = default;
  };
  struct hash_of_place {
    std::size_t operator()(const key_of_place& key) const noexcept {
      return std::hash<const void*>{}(key.address) * 31 + key.line;
    }
  };
  static key_of_place key_for(const void* key, const source_place& place) noexcept {
    return {key, key == place.file ? place.line : 0};
  }

  mutable std::mutex lock_;  ///< guards what follows
  std::deque<std::string> texts_{std::string{}};
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
  std::size_t text_bytes_ = 0;
  std::vector<source_place> places_{source_place{}};
  std::unordered_map<key_of_place, std::uint32_t, hash_of_place> place_numbers_;
  std::uint64_t dropped_ = 0;
  std::atomic<std::uint32_t> place_count_{0};
};

}  // namespace actors::inline v1::detail
