#include "tally.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <utility>

namespace actors::inline v1::pipeline {

std::string_view tally::keep(std::string_view key) {
  if (key.empty()) return {};
  auto* copy = static_cast<char*>(memory_->allocate(key.size(), 1));
  std::memcpy(copy, key.data(), key.size());
  return {copy, key.size()};
}

counts tally::take() {
  counts all{memory_, key_name_, {}};
  all.entries.reserve(numbers_.size());
  for (const auto& [key, number] : numbers_) all.entries.push_back({key, number});
  numbers_.clear();
  memory_ = std::make_shared<std::pmr::monotonic_buffer_resource>(std::size_t{64 * 1024});
  return all;
}

records tally::top(std::size_t most) const {
  std::vector<counts::entry> ranked;
  ranked.reserve(numbers_.size());
  for (const auto& [key, number] : numbers_) ranked.push_back({key, number});
  const auto before = [](const counts::entry& a, const counts::entry& b) {
    return a.number != b.number ? a.number > b.number : a.key < b.key;
  };
  const auto end = ranked.begin() + static_cast<std::ptrdiff_t>(std::min(most, ranked.size()));
  if (end == ranked.end())
    std::sort(ranked.begin(), end, before);  // partial_sort is a heap sort: several times slower for all of it
  else
    std::partial_sort(ranked.begin(), end, ranked.end(), before);

  records rows;
  const value key_name = rows.copy(std::string_view{key_name_ != nullptr ? *key_name_ : "value"});
  for (auto each = ranked.begin(); each != end; ++each) {
    const std::array<field, 2> row{field{key_name.as_text(), value{each->key}},
                                   field{"count", value{static_cast<std::int64_t>(each->number)}}};
    rows.push_back(rows.copy(std::span<const field>{row}));
  }
  return rows;
}

}  // namespace actors::inline v1::pipeline
