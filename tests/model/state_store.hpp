// state_store: the encoded states that were reached, each once, in the order in which they were found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace model {

/// Holds the states themselves, not only their hashes: two states are never taken for one.
class state_store {
 public:
  using index = std::uint32_t;
  static constexpr index none = UINT32_MAX;

  state_store() : table_(1U << 12, none) {}

  std::size_t size() const noexcept { return starts_.size(); }
  const std::uint8_t* at(index state) const { return bytes_.data() + starts_[state]; }
  index parent(index state) const { return parents_[state]; }

  /// True when the state is new.
  bool insert(const std::vector<std::uint8_t>& state, index parent) {
    if (2 * size() >= table_.size()) grow();
    std::size_t place = hash(state.data(), state.size()) & (table_.size() - 1);
    for (; table_[place] != none; place = (place + 1) & (table_.size() - 1))
      if (equal(table_[place], state)) return false;
    table_[place] = static_cast<index>(size());
    starts_.push_back(bytes_.size());
    parents_.push_back(parent);
    bytes_.insert(bytes_.end(), state.begin(), state.end());
    return true;
  }

  bool equal(index known, const std::vector<std::uint8_t>& state) const {
    return length(known) == state.size() && std::memcmp(at(known), state.data(), state.size()) == 0;
  }

 private:
  std::size_t length(index state) const {
    return (state + 1 == starts_.size() ? bytes_.size() : starts_[state + 1]) - starts_[state];
  }

  static std::size_t hash(const std::uint8_t* from, std::size_t count) {  // by eights, each mixed as in splitmix64
    std::uint64_t value = count;
    for (std::size_t i = 0; i < count; i += 8) {
      std::uint64_t eight = 0;
      std::memcpy(&eight, from + i, count - i < 8 ? count - i : 8);
      value = (value ^ eight) * 0xbf58476d1ce4e5b9U;
      value ^= value >> 31;
    }
    return static_cast<std::size_t>(value);
  }

  void grow() {
    table_.assign(2 * table_.size(), none);
    for (index each = 0; each != size(); ++each) {
      std::size_t place = hash(at(each), length(each)) & (table_.size() - 1);
      while (table_[place] != none) place = (place + 1) & (table_.size() - 1);
      table_[place] = each;
    }
  }

  std::vector<std::uint8_t> bytes_;
  std::vector<std::size_t> starts_;
  std::vector<index> parents_;
  std::vector<index> table_;
};

}  // namespace model
