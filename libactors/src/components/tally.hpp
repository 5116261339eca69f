// tally: how often each key came in; what count_by, top_k and merge_counts have in common.
#pragma once

#include <actors/pipeline/counts.hpp>
#include <actors/pipeline/records.hpp>

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

namespace actors::inline v1::pipeline {

/// Keys are copied once, when they first come in, into memory that the tally hands on with its entries.
class tally {
 public:
  void add(std::string_view key, std::uint64_t number) {
    const auto place = numbers_.find(key);
    if (place != numbers_.end()) [[likely]]
      place->second += number;
    else
      numbers_.emplace(keep(key), number);
  }
  void add(const counts& part) {
    for (const counts::entry& each : part.entries) add(each.key, each.number);
    if (key_name_ == nullptr) key_name_ = part.key_name;
  }

  std::size_t size() const noexcept { return numbers_.size(); }
  void name_key(std::string name) { key_name_ = std::make_shared<const std::string>(std::move(name)); }

  /// Everything, as one part in no order; the tally is empty afterwards.
  counts take();
  /// The `most` keys with the highest numbers, highest first, equal ones in the order of the keys, as records
  /// {<key name>: ..., count: ...}.
  records top(std::size_t most) const;

 private:
  std::string_view keep(std::string_view key);

  std::shared_ptr<std::pmr::monotonic_buffer_resource> memory_ =
      std::make_shared<std::pmr::monotonic_buffer_resource>(std::size_t{64 * 1024});
  std::shared_ptr<const std::string> key_name_;
  boost::unordered_flat_map<std::string_view, std::uint64_t> numbers_;
};

}  // namespace actors::inline v1::pipeline
