// broadcast_core: what the endpoints of a broadcast channel share: the ring of values, and where each receiver is in
// it.
#pragma once

#include <actors/detail/ring_buffer.hpp>
#include <actors/detail/shared_value.hpp>
#include <actors/detail/wait_source.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace actors::inline v1::detail {

/// Where a receiver is. Lives in it; guarded by the channel's lock, but for `held` and `missed`, which belong to the
/// receiving party while it does not wait.
struct broadcast_cursor {
  std::uint64_t next = 0;             ///< the number of the value that it takes next
  std::uint64_t missed = 0;           ///< values that it lost, not yet told
  shared_value_base* held = nullptr;  ///< a value that it has taken, not yet copied out
  bool waits = false;
};

/// Values are numbered in the order in which they are sent; the ring has those that somebody has still to take, at most
/// `capacity`. With each of them is how many receivers take it next, so that each step but a send is O(1), whatever
/// their number: to take a value moves a receiver from one count to the next, and values go when the count at the front
/// is zero.
///
/// Invariants, under `lock_`, with the numbers `tail_` (of the next send) and head (`tail_` less the ring's size):
///   - the count of the value with number n is that of receivers with `next == n`, at the front with `next <= n`;
///     `at_tail_` is that of those with `next == tail_`; all together are `receivers_`;
///   - the count at the front is not zero;
///   - a receiver waits only at the tail.
/// The ring has one share of each of its values. Values are moved in before the lock is taken, and copied out after it.
class broadcast_core final : public wait_source {
 public:
  /// Throws usage_error for a capacity of 0.
  broadcast_core(std::size_t capacity, const channel_birth& born);
  ~broadcast_core() override = default;

  /// Hands `value` to all who receive; gives their number, or nothing where the channel is closed. Takes the share over
  /// where there are any. Throws std::bad_alloc; nothing was sent then.
  std::optional<std::size_t> send(value_share& value);

  /// `done`: a value is in `cursor.held`.
  channel_step try_receive(broadcast_cursor& cursor) noexcept;
  /// The same, or lists `node` to wait for a value. `node.slot` is the cursor.
  channel_step receive(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept;

  /// The same for who holds the lock.
  channel_step take(broadcast_cursor& cursor) noexcept;

  /// A receiver more, which takes what is sent from now on.
  void subscribe(broadcast_cursor& cursor) noexcept;
  /// A receiver more, at the place of `other`.
  void subscribe_at(broadcast_cursor& cursor, const broadcast_cursor& other) noexcept;
  void drop_receiver(broadcast_cursor& cursor) noexcept;

  std::size_t capacity() const noexcept { return capacity_; }
  /// How many values wait for this receiver.
  std::size_t size(const broadcast_cursor& cursor) const noexcept;

 private:
  struct entry {
    shared_value_base* value;
    std::uint32_t next_of;  ///< receivers that take it next
  };

  void evict_front(std::uint32_t& behind, dropped_values& dropped) noexcept;
  std::uint64_t head() const noexcept { return tail_ - values_.size(); }
  /// Of the receivers with that `next`; of those that were left behind, that at the front.
  std::uint32_t& count_at(std::uint64_t next) noexcept {
    if (next == tail_) return at_tail_;
    return next < head() ? values_.front().next_of : values_[static_cast<std::size_t>(next - head())].next_of;
  }

  const std::size_t capacity_;
  ring_buffer<entry> values_;
  std::uint64_t tail_ = 0;
  std::uint32_t at_tail_ = 1;
};

[[noreturn]] void throw_receiver_in_use();

}  // namespace actors::inline v1::detail
