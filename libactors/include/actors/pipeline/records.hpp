// records: a batch of values, with the memory they refer to.
#pragma once

#include <actors/channel.hpp>
#include <actors/pipeline/value.hpp>

#include <cstddef>
#include <memory>
#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

namespace actors::inline v1::pipeline {

/// Port type "records". An item is a value. A batch keeps alive what its values refer to: memory it was told to `keep`,
/// and what it copied. Copying a batch copies its values but not that memory. Not thread-safe; batches that share
/// memory may be used from different threads.
class records {
 public:
  records() = default;
  records(const records& other);
  records(records&& other) noexcept;
  records& operator=(const records& other) { return *this = records{other}; }
  records& operator=(records&& other) noexcept;
  ~records() = default;

  std::size_t size() const noexcept { return items_.size() - first_; }
  bool empty() const noexcept { return size() == 0; }
  const value* begin() const noexcept { return items_.data() + first_; }
  const value* end() const noexcept { return items_.data() + items_.size(); }
  const value& operator[](std::size_t index) const noexcept { return items_[first_ + index]; }

  void reserve(std::size_t items) { items_.reserve(first_ + items); }
  /// Appends a value that refers only to memory this batch keeps.
  void push_back(value item) { items_.push_back(item); }
  /// Appends a deep copy.
  void adopt(const value& item) { items_.push_back(copy(item)); }

  /// Keeps `memory` alive as long as this batch or a copy of it.
  void keep(std::shared_ptr<const void> memory);
  /// Keeps everything that `other` keeps.
  void keep_all_of(const records& other);

  /// Copies into memory of this batch.
  value copy(const value& item);
  value copy(std::string_view characters);
  value copy(std::span<const field> fields);

  /// Removes and returns the first `count` values.
  records take_front(std::size_t count);

 private:
  std::pmr::monotonic_buffer_resource& memory();

  std::vector<value> items_;
  std::size_t first_ = 0;  ///< the items before it were taken
  // Allocated from by one batch only; copies merely keep it.
  std::shared_ptr<std::pmr::monotonic_buffer_resource> own_;
  std::vector<std::shared_ptr<const void>> kept_;
};

}  // namespace actors::inline v1::pipeline

namespace actors::inline v1 {

template <>
struct item_weight<pipeline::records> {
  static std::size_t of(const pipeline::records& batch) noexcept { return batch.size(); }
  static pipeline::records take_front(pipeline::records& batch, std::size_t items) { return batch.take_front(items); }
};

}  // namespace actors::inline v1
