// oneshot_state: what the two sides of a one-shot channel share.
#pragma once

#include <actors/detail/wait_source.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace actors::inline v1::detail {

/// The part that does not depend on the type of the value.
///
/// Invariants, under `lock_`: the channel is closed when the value was sent, when the sender is gone, and when nobody
/// will receive; `stored_` is set only while it is closed and somebody receives.
class oneshot_core : public wait_source {
 public:
  /// Nobody wants to receive any more, but what is stored; where `all` is set not that either: true where there was a
  /// value, which belongs to the caller now.
  bool refuse(bool all) noexcept;

  /// Takes the value: `done` means that it belongs to the caller, who moves it out of here. With the lock.
  channel_step take() noexcept {
    if (!stored_) return closed_ ? channel_step::closed : channel_step::not_ready;
    stored_ = false;
    return channel_step::done;
  }

 protected:
  explicit oneshot_core(const channel_birth& born) : wait_source{channel_type::oneshot, born} {}

  bool stored_ = false;
};

/// The value is moved in with the lock, where nobody waits for it; else, and out of here, by the one who owns it then,
/// without the lock. No value is destroyed with it.
template <class T>
class oneshot_state final : public oneshot_core {
 public:
  explicit oneshot_state(const channel_birth& born) : oneshot_core{born} {}
  ~oneshot_state() override {}  // NOLINT(modernize-use-equals-default)

  /// False where it can never be taken; else `value` is moved from. The sender is gone afterwards.
  bool send_last(T& value) noexcept {
    const bool sent = send(value);
    drop_owner();  // as the channel is closed in both cases
    return sent;
  }

  bool send(T& value) noexcept {
    wait_node* receiver = nullptr;
    wake_batch ended;
    {
      const wait_lock::hold guard{lock_};
      if (closed_) return false;
      receiver = waiting_.claim_front(lock_);
      if (receiver == nullptr) {
        ::new (static_cast<void*>(std::addressof(value_))) T(std::move(value));
        stored_ = true;
      }
      end(nullptr, ended);
    }
    if (receiver != nullptr) {
      static_cast<std::optional<T>*>(receiver->slot)->emplace(std::move(value));
      receiver->outcome = wait_outcome::delivered;
      receiver->who->wake();
    }
    ended.wake_all();
    return true;
  }

  channel_step try_receive(std::optional<T>& into) noexcept {
    channel_step step;
    {
      const wait_lock::hold guard{lock_};
      step = take();
    }
    if (step == channel_step::done) move_out(into);
    return step;
  }

  /// Receives into `*node.slot` (a std::optional<T>), or lists `node` to wait for the value.
  channel_step receive(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept {
    channel_step step;
    {
      waiter::wait_at_lock visit{who, lock_};
      step = take();
      if (step == channel_step::not_ready) return enlist(waiting_, wait_kind::receive_oneshot, node, visit, who, point);
    }
    if (step == channel_step::done) move_out(*static_cast<std::optional<T>*>(node.slot));
    return step;
  }

  void drop_receiver() noexcept {
    if (refuse(true)) value_.~T();
    drop_owner();
  }

  /// Of who has taken the value, when the lock is free again.
  void move_out(std::optional<T>& into) noexcept {
    into.emplace(std::move(value_));
    value_.~T();
  }

 private:
  union {
    T value_;  ///< lives from `send`, where it is stored, until somebody took it
  };
};

}  // namespace actors::inline v1::detail
