// delivery: a value of a channel that is received, and is lost to the channel only when it is acknowledged.
#pragma once

#include <actors/channel.hpp>
#include <actors/detail/open_receiving.hpp>
#include <actors/detail/shared_end.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace actors::inline v1 {

/// A value that was received, until it is acknowledged. One that is destroyed before gives its value back: it is the
/// next to be received, before all that was received after it. So what was being worked on when an actor failed goes to
/// its successor (at least once; whoever gets a value the second time sees that by `attempt`). Moves like a unique_ptr.
/// Not thread-safe by itself; may be moved to another thread. Outlives the endpoints of its channel; when no receiver
/// is left the value is destroyed instead.
///
///     while (auto next = co_await receive_delivery(jobs)) {
///       if (next->attempt() > 3) { log_and_drop(**next); next->acknowledge(); continue; }
///       co_await work_on(**next);  // may throw
///       next->acknowledge();
///     }
template <channel_value T>
class [[nodiscard("the value goes back where the delivery is destroyed")]] delivery {
 public:
  delivery() noexcept = default;
  delivery(detail::channel_state<T> & of, std::unique_ptr<detail::delivered_value<T>> item) noexcept
      : of_{&of}, item_{std::move(item)} {
    of.add_weak();
  }
  delivery(delivery &&) noexcept = default;
  delivery& operator=(delivery&& other) noexcept {
    delivery taken{std::move(other)};
    std::swap(of_, taken.of_);
    std::swap(item_, taken.item_);
    return *this;
  }
  ~delivery() { give_back(); }

  /// The value. Not to be used once it was given back.
  T& operator*() noexcept { return *item_->value; }
  const T& operator*() const noexcept { return *item_->value; }
  T* operator->() noexcept { return item_->value.operator->(); }
  const T* operator->() const noexcept { return item_->value.operator->(); }

  /// How often the value was received, this time included. 0 for an empty one.
  std::uint32_t attempt() const noexcept { return item_ != nullptr ? item_->attempt : 0; }

  /// The value is done with, and will not be received again. It can still be used, or moved out. Twice does nothing.
  void acknowledge(detail::code_place where = detail::code_place::here()) noexcept {
    const channel_end of = std::move(of_);
    if (of == nullptr) return;
    detail::note_step("acknowledge to channel", of->number(), where);
    of->acknowledge();
  }

  /// Gives the value back before the end of the scope. Does nothing for one that is acknowledged.
  void give_back(detail::code_place where = detail::code_place::here()) noexcept {
    const channel_end of = std::move(of_);
    if (of == nullptr) return;
    detail::note_step("give back to channel", of->number(), where);
    of->give_back(std::move(item_));
  }

  /// Whether it has a value.
  explicit operator bool() const noexcept { return item_ != nullptr; }

 private:
  using channel_end = detail::sole_end<detail::channel_state<T>, &detail::channel_core::drop_weak>;
  channel_end of_;  ///< empty when acknowledged
  std::unique_ptr<detail::delivered_value<T>> item_;
};

namespace detail {

template <class T>
struct opening_delivery {
  using result = delivery<T>;
  static constexpr wait_kind what = wait_kind::receive_delivery;

  void prepare() {
    open = {};
    open.acknowledges = true;
    if (item == nullptr) item = std::make_unique<delivered_value<T>>();
  }
  void restart() noexcept {}
  std::optional<T>& slot() noexcept { return item->value; }
  result take(channel_state<T>& from) noexcept {
    item->ticket = open.ticket;
    item->attempt = open.attempt;
    return {from, std::move(item)};
  }

  open_receive open;
  std::unique_ptr<delivered_value<T>> item;
};

}  // namespace detail

/// Awaitable; gives a std::optional<delivery<T>>. As `receiver::receive`, but the value counts as received only when it
/// is acknowledged. Empty result: closed, drained, and every delivery is acknowledged: so the last value is waited for
/// until it is done with. (A party that keeps a delivery and receives again waits for itself then.) A value that was
/// given back takes no room from senders. Allocates memory for the value. Throws as `receive`, and std::bad_alloc;
/// then nothing was received. `from` must outlive the wait.
template <channel_value T>
detail::open_receive_operation<T, detail::opening_delivery<T>> receive_delivery(const receiver<T>& from) {
  return detail::open_receive_operation<T, detail::opening_delivery<T>>{from};
}

/// Without waiting; an empty result where nothing is there.
template <channel_value T>
std::optional<delivery<T>> try_receive_delivery(const receiver<T>& from,
                                                detail::code_place where = detail::code_place::here()) {
  auto* const state = detail::channel_access::state(from);
  if (state == nullptr) return std::nullopt;
  detail::note_step("try_receive_delivery from channel", state->number(), where);
  state->need_rare_part();
  detail::opening_delivery<T> opening;
  opening.prepare();
  if (state->try_receive_open(opening.slot(), opening.open) != detail::channel_step::done) return std::nullopt;
  return opening.take(*state);
}

/// The case of a select: `handler(std::optional<delivery<T>>)`, with what `receive_delivery` would give.
template <channel_value T, class F = detail::give_back>
detail::open_receive_case<T, detail::opening_delivery<T>, F> on_delivery(const receiver<T>& from, F handler = {}) {
  return {detail::open_receive_wait<T, detail::opening_delivery<T>>{from}, std::move(handler)};
}

}  // namespace actors::inline v1
