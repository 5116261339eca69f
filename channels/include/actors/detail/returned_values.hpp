// returned_values: what was received from a channel and given back, in the order in which it was received first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace actors::inline v1::detail {

/// A value of a channel that somebody has received and not acknowledged, or that was given back.
struct returned_value {
  returned_value() = default;
  returned_value(const returned_value&) = delete;
  returned_value& operator=(const returned_value&) = delete;
  virtual ~returned_value() = default;

  std::uint64_t ticket = 0;   ///< counted for each value of the channel when it is received for the first time
  std::uint32_t attempt = 1;  ///< how often it was received, this time included
  returned_value* child = nullptr;
  returned_value* sibling = nullptr;
};

/// A pairing heap (Fredman, Sedgewick, Sleator, Tarjan, 1986): `push` takes constant time and no memory, `pop` a time
/// that is logarithmic over many calls. Not synchronised. Owns what is in it.
class returned_values {
 public:
  returned_values() = default;
  returned_values(returned_values&& other) noexcept
      : first_{std::exchange(other.first_, nullptr)}, count_{std::exchange(other.count_, 0)} {}
  returned_values& operator=(returned_values&& other) noexcept {
    returned_values taken{std::move(other)};
    std::swap(first_, taken.first_);
    std::swap(count_, taken.count_);
    return *this;
  }
  ~returned_values() {
    while (first_ != nullptr) pop();
  }

  std::size_t size() const noexcept { return count_; }

  void push(std::unique_ptr<returned_value> value) noexcept;
  /// The one with the lowest ticket; null where there is none.
  std::unique_ptr<returned_value> pop() noexcept;

 private:
  returned_value* first_ = nullptr;
  std::size_t count_ = 0;
};

}  // namespace actors::inline v1::detail
