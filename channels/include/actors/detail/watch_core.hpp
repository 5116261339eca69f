// watch_core: what the endpoints of a watch channel share: the latest value and its number.
#pragma once

#include <actors/detail/shared_value.hpp>
#include <actors/detail/wait_source.hpp>

#include <cstddef>
#include <cstdint>

namespace actors::inline v1::detail {

/// A value and the number of its send; 0 is the initial one.
struct numbered_value {
  value_share value;
  std::uint64_t number = 0;
};

/// Invariants, under `lock_`: `number_` grows with each send; a receiver waits only while it has seen `number_`. What a
/// receiver has seen last is in it, and guarded by the lock. A value that was sent is never changed again: readers
/// share it without the lock.
class watch_core final : public wait_source {
 public:
  watch_core(value_share initial, const channel_birth& born)
      : wait_source{channel_type::watch, born}, latest_{std::move(initial)} {}
  ~watch_core() override = default;

  enum class put : std::uint8_t { done, closed, outrun };
  /// Makes `value` the latest one (and gives the one before it).
  put send(value_share& value) noexcept;
  /// The same where that with `number` is still the latest.
  put replace(value_share& value, std::uint64_t number) noexcept;

  numbered_value latest() const noexcept;
  /// The same; `seen` has seen it then.
  numbered_value latest_seen(std::uint64_t& seen) noexcept;
  bool is_newer(const std::uint64_t& seen) const noexcept;

  /// `done`: there is one that is newer than what was seen last (`*node.slot`, a number), and it has been seen now. Or
  /// lists `node` to wait for one.
  channel_step await_change(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept;

  /// With the lock: what `await_change` does where it need not wait.
  channel_step take(std::uint64_t& seen) noexcept;

  /// A receiver more, which has seen the latest value, or what `other` has.
  void subscribe(std::uint64_t& seen) noexcept;
  void subscribe_at(std::uint64_t& seen, const std::uint64_t& other) noexcept;
  void drop_receiver(const std::uint64_t& seen) noexcept;

 private:
  void publish(value_share& value, wake_batch& woken) noexcept;

  value_share latest_;
  std::uint64_t number_ = 0;
};

[[noreturn]] void throw_empty_watch();

}  // namespace actors::inline v1::detail
