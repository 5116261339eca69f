// watch: a channel that has the latest value only: a state that others follow. `watch<T>(initial)` gives its ends.
#pragma once

#include <actors/channel.hpp>
#include <actors/detail/source_case.hpp>
#include <actors/detail/watch_core.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string_view>
#include <utility>

namespace actors::inline v1 {

/// A share of a value of a watch channel, to read: it stays as it is, whatever is sent meanwhile, and is destroyed when
/// it is no longer the latest and nobody has a share of it. Copied like a std::shared_ptr; one that was moved from is
/// empty.
template <class T>
class watched {
 public:
  explicit watched(detail::value_share share) noexcept : share_{std::move(share)} {}

  const T& operator*() const noexcept { return static_cast<const detail::shared_value<T>*>(share_.get())->value; }
  const T* operator->() const noexcept { return std::addressof(**this); }
  explicit operator bool() const noexcept { return share_.get() != nullptr; }

 private:
  detail::value_share share_;
};

template <class T>
class watch_receiver;
template <class T>
class watch_sender;

namespace detail {
class watch_wait;
}

/// Knows a channel without keeping it open: as `weak_sender`.
template <class T>
using weak_watch_sender = detail::weak_end<watch_sender<T>, detail::watch_core>;

/// The awaiter of `watch_receiver::changed`. A coroutine that is suspended in it must not be destroyed.
template <class T>
class [[nodiscard("co_await it")]] watch_operation : public detail::wait_operation<watch_operation<T>> {
 public:
  /// `from` must outlive the operation, and stay where it is.
  explicit watch_operation(watch_receiver<T> & from) noexcept : from_{from} {}
  bool await_resume() { return this->served(); }

 private:
  friend class detail::wait_operation<watch_operation<T>>;
  static constexpr detail::wait_kind what = detail::wait_kind::watch_change;
  detail::watch_core* source() const noexcept { return from_.end_.get(); }
  detail::channel_step enter(node_place & place, waiter & who, std::coroutine_handle<> point) noexcept {
    wait_node& node = place.begin(who);
    node.slot = &from_.end_.place();
    return source()->await_change(node, who, point);
  }
  void withdraw(wait_node & node) noexcept { source()->withdraw_receiver(node); }

  watch_receiver<T>& from_;
};

/// The sending side. Copies share the channel; when the last sender is gone the channel is closed: its last value can
/// still be read. An empty sender (made by default, or moved from) sends as on a closed channel. Different copies may
/// be used from different threads at once, and so may one sender's const functions. None of them but
/// `until_no_receivers` suspends.
template <class T>
class watch_sender {
 public:
  using value_type = T;

  watch_sender() = default;
  explicit watch_sender(detail::watch_core* adopted) noexcept : end_{adopted} {}

  /// Makes `value` the latest one, also where nobody receives. Throws `channel_closed`, or the reason, where the
  /// channel is closed, and what the copy of `value` or the allocation throws; then the value before is the latest.
  /// Its cost grows with the number of those who wait for a change.
  void send(T&& value, detail::code_place where = detail::code_place::here()) const {
    send_shared(std::move(value), where);
  }
  void send(const T& value, detail::code_place where = detail::code_place::here()) const { send_shared(value, where); }

  /// Calls `change(T&)` on a copy of the latest value, which it then sends. Where another sender was faster, it does so
  /// again with the newer value, so that no change is lost: `change` may be called several times. Throws what `send`
  /// does, and what `change` throws; then nothing was sent. `change` may use the channel.
  template <class F>
  requires requires(F& change, T& value) { change(value); }
  void modify(F&& change, detail::code_place where = detail::code_place::here()) const {
    const auto always = [&change](T& value) {
      change(value);
      return true;
    };
    send_if_modified(always, where);
  }
  /// The same; sends nothing where `change` returns false. Gives what it returned.
  template <class F>
  requires requires(F& change, T& value) {
    { change(value) } -> std::convertible_to<bool>;
  }
  bool send_if_modified(F&& change, detail::code_place where = detail::code_place::here()) const {
    static_assert(std::copy_constructible<T>, "modify changes a copy of the latest value");
    if (end_ == nullptr) detail::throw_empty_sender();
    for (;;) {
      const detail::numbered_value before = end_->latest();
      auto* mine = new detail::shared_value<T>(*watched<T>{before.value});
      detail::value_share share{mine};
      if (!change(mine->value)) return false;
      detail::note_step("modify watch channel", end_->number(), where);
      const auto step = end_->replace(share, before.number);
      if (step == detail::watch_core::put::done) return true;
      if (step == detail::watch_core::put::closed) detail::throw_channel_closed(end_->reason());
    }
  }

  /// The latest value. Throws usage_error where this sender is empty.
  watched<T> borrow() const {
    if (end_ == nullptr) detail::throw_empty_watch();
    return watched<T>{end_->latest().value};
  }
  /// A copy of it. Throws what the copy throws.
  T get() const { return *borrow(); }

  /// A sender that does not keep the channel open.
  weak_watch_sender<T> downgrade() const noexcept { return weak_watch_sender<T>{end_.get()}; }

  /// A receiver that has seen the latest value; an empty one of an empty sender.
  watch_receiver<T> subscribe() const noexcept;

  /// Closes the channel for all senders. Closing twice does nothing.
  void close(detail::code_place where = detail::code_place::here()) const noexcept { poison(nullptr, where); }
  /// The same with an error, which receivers that have seen the last value throw then, and senders from now on (null:
  /// `close`).
  void poison(std::exception_ptr reason, detail::code_place where = detail::code_place::here()) const noexcept {
    if (end_ == nullptr) return;
    detail::note_step("close watch channel", end_->number(), where);
    end_->close(std::move(reason));
  }
  bool closed() const noexcept { return end_ == nullptr || end_->closed(); }
  /// The error of `poison`; null where there is none.
  std::exception_ptr reason() const noexcept { return end_ == nullptr ? nullptr : end_->current_reason(); }

  /// How many receivers there are.
  std::size_t receivers() const noexcept { return end_ == nullptr ? 0 : end_->receivers(); }
  /// Awaitable: suspends until there is no receiver (there may be others later); of an empty sender it does not. Throws
  /// `cancelled` when the task is cancelled while it waits, and at every 128th operation that need not wait.
  detail::desertion_operation until_no_receivers() const noexcept { return detail::desertion_operation{end_.get()}; }

  explicit operator bool() const noexcept { return end_ != nullptr; }

 private:
  template <class U>
  void send_shared(U&& value, detail::code_place where) const {
    if (end_ == nullptr) detail::throw_empty_sender();
    detail::note_step("send to watch channel", end_->number(), where);
    detail::value_share share{new detail::shared_value<T>(std::forward<U>(value))};
    if (end_->send(share) != detail::watch_core::put::done) detail::throw_channel_closed(end_->reason());
  }

  friend struct detail::channel_access;
  detail::shared_end<detail::watch_core, &detail::wait_source::add_sender, &detail::wait_source::drop_sender> end_;
};

/// The receiving side: the latest value, and the number of the one that it has seen last. A copy is a receiver of its
/// own, which has seen the same. An empty one (made by default, or moved from) waits as at a closed channel. Any
/// thread; several tasks may wait at one, and all of them are woken by a change. It must not be moved while it waits.
template <class T>
class watch_receiver {
 public:
  using value_type = T;

  watch_receiver() = default;
  /// Has seen the initial value.
  explicit watch_receiver(detail::watch_core* adopted) noexcept : end_{adopted} {}

  /// Awaitable; gives a bool. True: there is a value that is newer than what this receiver had seen, and it has seen it
  /// now. Suspends until then. False: closed, and the last value was seen, for ever. Throws the reason in place of that
  /// where the channel was poisoned, `cancelled` when the task is cancelled while it waits, and at every 128th
  /// operation that need not wait; then nothing was seen.
  watch_operation<T> changed() noexcept { return watch_operation<T>{*this}; }

  /// Whether `changed` would return true at once.
  bool has_changed() const noexcept { return end_ != nullptr && end_->is_newer(end_.place()); }

  /// The latest value, also after the close. It may be newer than the one that `changed` told of, which then tells of
  /// it again; `borrow_and_update` marks what it gives as seen. Throws usage_error where this receiver is empty.
  watched<T> borrow() const {
    if (end_ == nullptr) detail::throw_empty_watch();
    return watched<T>{end_->latest().value};
  }
  watched<T> borrow_and_update() {
    if (end_ == nullptr) detail::throw_empty_watch();
    return watched<T>{end_->latest_seen(end_.place()).value};
  }
  /// A copy of the latest value. Throws what the copy throws.
  T get() const { return *borrow(); }

  /// A receiver that has seen the latest value; an empty one of an empty receiver.
  watch_receiver subscribe() const noexcept { return watch_receiver{placed::subscribed(end_.get())}; }

  bool closed() const noexcept { return end_ == nullptr || end_->closed(); }
  /// The error of `poison`; null where there is none.
  std::exception_ptr reason() const noexcept { return end_ == nullptr ? nullptr : end_->current_reason(); }
  explicit operator bool() const noexcept { return end_ != nullptr; }

 private:
  using placed = detail::placed_end<detail::watch_core, std::uint64_t>;
  explicit watch_receiver(placed fresh) noexcept : end_{std::move(fresh)} {}

  friend class watch_operation<T>;
  friend class watch_sender<T>;
  friend class detail::watch_wait;
  placed end_;
};

template <class T>
watch_receiver<T> watch_sender<T>::subscribe() const noexcept {
  return watch_receiver<T>{watch_receiver<T>::placed::subscribed(end_.get())};
}

namespace detail {

/// For a newer value, in a select.
class watch_wait : public source_party<watch_core> {
 public:
  using given = bool;
  template <bool Fits>
  static constexpr bool need() {
    static_assert(
        Fits, "on_change(in, handler): the handler is called with a bool; false: closed, and the last value was seen");
    return true;
  }
  template <class T>
  explicit watch_wait(watch_receiver<T>& from) noexcept : source_party{from.end_.get()}, seen_{&from.end_.place()} {}

  channel_step take(wake_batch&) noexcept { return source_->take(*seen_); }
  bool list(wait_node& node) noexcept { return source_party::list(node, seen_); }
  bool result(wait_outcome how) { return served(how); }

 private:
  std::uint64_t* seen_;
};

}  // namespace detail

/// A case of a select: calls `handler(bool)` with what `changed` gives: true when there is a value that is newer than
/// what `from` had seen, which it has seen then; false when the channel is closed, and the last value was seen. Where
/// it was poisoned the select throws the reason. `from` must outlive the select, and stay where it is; an empty
/// receiver is never ready. Without a handler the select gives the bool.
template <class T, class F = detail::give_back>
detail::source_case<detail::watch_wait, F> on_change(watch_receiver<T>& from, F handler = {}) {
  return {detail::watch_wait{from}, std::move(handler)};
}

/// A case: calls `handler()` when there is no receiver. An empty sender is never ready.
template <class T, class F = detail::give_nothing>
detail::source_case<detail::desertion_wait, F> on_no_receivers(const watch_sender<T>& of, F handler = {}) {
  return {detail::desertion_wait{detail::channel_access::state(of)}, std::move(handler)};
}

/// Makes a watch channel, with its first value. `name`: what reports call it.
template <channel_value T>
std::pair<watch_sender<T>, watch_receiver<T>> watch(T&& initial, std::string_view name = {},
                                                    detail::place_ref where = detail::place_ref::here()) {
  detail::value_share share{new detail::shared_value<T>(std::move(initial))};
  auto* core = new detail::watch_core(std::move(share), {name, where});
  core->enter_register();
  return {watch_sender<T>{core}, watch_receiver<T>{core}};
}
template <channel_value T>
std::pair<watch_sender<T>, watch_receiver<T>> watch(const T& initial, std::string_view name = {},
                                                    detail::place_ref where = detail::place_ref::here()) {
  return watch<T>(T(initial), name, where);
}

}  // namespace actors::inline v1
