// port_cell: the part of a port that stays when an actor's object is replaced: its name, its channels, its counts.
#pragma once

#include <actors/channel.hpp>
#include <actors/detail/invoke.hpp>
#include <actors/detail/spin_lock.hpp>
#include <actors/select.hpp>
#include <actors/task.hpp>

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <typeindex>
#include <utility>
#include <vector>

namespace actors::inline v1::detail {

/// Of the channel between two ports, where nothing is said.
inline constexpr std::size_t default_capacity = 256;

enum class port_direction : std::uint8_t { in, out };

/// A channel whose type is known at run time: both ends, held while ports are wired.
struct any_channel {
  virtual ~any_channel() = default;
};

template <channel_value T>
struct typed_channel final : any_channel {
  explicit typed_channel(std::size_t capacity, place_ref where = place_ref::here())
      : ends{channel<T>(capacity, overflow::wait, where)} {}
  std::pair<sender<T>, receiver<T>> ends;
};

/// Wired before the actor's body starts, used by its body alone, closed after it: these steps follow each other, so the
/// channels need no lock. The count is read by others meanwhile (relaxed: it orders nothing).
class port_cell {
 public:
  virtual ~port_cell() = default;
  port_cell(const port_cell&) = delete;
  port_cell& operator=(const port_cell&) = delete;

  const std::string& name() const noexcept { return name_; }
  port_direction direction() const noexcept { return direction_; }
  std::type_index type() const noexcept { return type_; }

  virtual std::unique_ptr<any_channel> make_channel(std::size_t capacity) const = 0;
  /// Takes this port's end of the channel. Precondition: the channel's type is `type()`. Throws usage_error for a
  /// second channel of an `in` port, and for a second one of an `out` port whose values cannot be copied.
  virtual void attach(any_channel& through) = 0;
  virtual bool attached() const noexcept = 0;
  /// An output sends an empty message, which weighs nothing and so never waits: "that was all of the last item".
  virtual void mark() noexcept {}
  /// Nothing will be connected any more.
  virtual void finish_wiring() noexcept {}
  /// Gives the channels up: the peers see their end.
  virtual void close() noexcept = 0;
  /// Closes the channels, for everybody, beside a body that still uses this port.
  virtual void close_channels() noexcept = 0;
  /// An object that is being made has it. False where it has it twice: two of its ports have one name.
  bool claim() noexcept { return !std::exchange(is_claimed_, true); }
  void unclaim() noexcept { is_claimed_ = false; }

  /// The body has a number of items in hand until it asks for the next ones.
  void take_in_hand(std::size_t items) noexcept { in_hand_ = items; }
  /// A run of the body is over. What was in hand where it failed is lost.
  void end_run(bool failed) noexcept {
    if (failed) note_lost(in_hand_);
    in_hand_ = 0;
  }
  std::uint64_t lost() const noexcept { return lost_.load(std::memory_order_relaxed); }

  std::uint64_t items() const noexcept { return items_.load(std::memory_order_relaxed); }
  void note_lost(std::size_t items) noexcept {
    lost_.store(lost_.load(std::memory_order_relaxed) + items, std::memory_order_relaxed);
  }
  void count(std::size_t more) noexcept {
    items_.store(items_.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  }

 protected:
  port_cell(std::string name, port_direction direction, std::type_index type)
      : name_{std::move(name)}, direction_{direction}, type_{type} {}

 private:
  std::string name_;
  port_direction direction_;
  std::type_index type_;
  std::atomic<std::uint64_t> items_{0};
  std::atomic<std::uint64_t> lost_{0};
  std::size_t in_hand_ = 0;
  bool is_claimed_ = false;
};

[[noreturn]] void throw_second_input(const std::string& port);
[[noreturn]] void throw_not_copyable(const std::string& port);
[[noreturn]] void throw_not_one_channel(const std::string& port, bool too_large);

template <channel_value T>
class in_cell final : public port_cell {
 public:
  explicit in_cell(std::string port_name) : port_cell{std::move(port_name), port_direction::in, typeid(T)} {}

  std::unique_ptr<any_channel> make_channel(std::size_t capacity) const override {
    return std::make_unique<typed_channel<T>>(capacity);
  }
  void attach(any_channel& through) override { attach_receiver(static_cast<typed_channel<T>&>(through).ends.second); }
  void attach_receiver(receiver<T> from) {
    if (from_) throw_second_input(name());
    from_ = std::move(from);
    known_ = weak_sender<T>{channel_access::state(from_)};
  }
  bool attached() const noexcept override { return static_cast<bool>(from_); }
  void finish_wiring() noexcept override { wiring_.reset(); }
  void close() noexcept override {
    wiring_.reset();
    from_ = {};
    {
      // The channel goes after the lock was let go of.
      weak_sender<T> known;
      const std::lock_guard guard{known_lock_};
      std::swap(known, known_);
    }
    if (held_) {
      note_lost(item_weight<T>::of(*held_));
      held_.reset();
    }
  }
  void close_channels() noexcept override {
    if (!from_) return;
    from_.close();
    // Whoever waits for an answer to something in there is not to wait any longer.
    while (auto left = from_.try_receive()) note_lost(item_weight<T>::of(*left));
  }

  /// The channel into this port, made when first asked for. Kept until the wiring is finished, since its sending end
  /// would close it.
  typed_channel<T>& channel_for_wiring(std::size_t capacity, place_ref where = place_ref::here()) {
    if (!wiring_) {
      wiring_.emplace(capacity, where);
      attach(*wiring_);
    }
    return *wiring_;
  }

  const receiver<T>& from() const noexcept { return from_; }
  /// For those who find the actor; empty where nothing can be sent any more. Any thread, once it is wired.
  sender<T> another_sender() noexcept {
    sender<T> another;
    {
      const std::lock_guard guard{known_lock_};
      another = known_.upgrade();
    }
    return another.closed() ? sender<T>{} : std::move(another);
  }

  /// Calls `done`, where there is something, when the body is done with an item. It is filled before the body starts.
  void tell_when_done(const unique_function<void()>& done) noexcept { is_told_ = &done; }
  bool tells_when_done() const noexcept { return is_told_ != nullptr && *is_told_; }
  // The body's alone, as all below.
  void finish_item() noexcept {
    if (tells_when_done()) (*is_told_)();
    take_in_hand(0);
  }

  // An item that was received, and is not lost where the body fails: the next one gets it again. A request
  // that was answered before the body failed is done with.
  bool holds() noexcept {
    if constexpr (requires { held_->is_answered(); }) {
      if (held_ && held_->is_answered()) held_.reset();
    }
    return held_.has_value();
  }
  /// Those who were given an item know it by its number; 0 is none.
  bool holds(std::uint64_t number) const noexcept { return held_.has_value() && number == number_; }
  std::uint64_t number() const noexcept { return number_; }
  T& held() noexcept { return *held_; }
  void hold(T&& item) {
    held_.emplace(std::move(item));
    ++number_;
    deliveries_ = 0;
  }
  T release() {
    T item = std::move(*held_);
    held_.reset();
    return item;
  }
  void drop_held() noexcept { held_.reset(); }
  unsigned deliver() noexcept { return ++deliveries_; }
  unsigned deliveries() const noexcept { return deliveries_; }

 private:
  receiver<T> from_;
  spin_lock known_lock_;
  weak_sender<T> known_;  ///< of the same channel; from the wiring to the end under the lock
  const unique_function<void()>* is_told_ = nullptr;
  std::optional<typed_channel<T>> wiring_;
  std::optional<T> held_;
  std::uint64_t number_ = 0;  ///< of `held_`, or the last one
  unsigned deliveries_ = 0;   ///< of `held_`
};

/// Whether a value that carries several items can be cut: `item_weight<T>::take_front(value, n)` removes and returns
/// its first n items.
template <class T>
concept divisible = requires(T& value) {
  { item_weight<T>::take_front(value, std::size_t{1}) } -> std::same_as<T>;
};

template <channel_value T>
class out_cell final : public port_cell {
 public:
  explicit out_cell(std::string port_name) : port_cell{std::move(port_name), port_direction::out, typeid(T)} {}

  std::unique_ptr<any_channel> make_channel(std::size_t capacity) const override {
    return std::make_unique<typed_channel<T>>(capacity);
  }
  void attach(any_channel& through) override { attach_sender(static_cast<typed_channel<T>&>(through).ends.first); }
  void attach_sender(sender<T> to) {
    if (!targets_.empty() && !choose_ && !std::is_copy_constructible_v<T>) throw_not_copyable(name());
    targets_.push_back(std::move(to));
    single_ = targets_.size() == 1 ? channel_access::state(targets_.front()) : nullptr;
    const std::size_t capacity = targets_.back().capacity();
    if (capacity != 0 && capacity < piece_) piece_ = capacity;
  }
  bool attached() const noexcept override { return !targets_.empty(); }
  void mark() noexcept override {
    if constexpr (divisible<T> && std::is_default_constructible_v<T>) {
      for (const sender<T>& each : targets_) static_cast<void>(each.try_send(T{}));  // closed: nobody cares any more
    }
  }
  void close() noexcept override {
    single_ = nullptr;
    targets_.clear();
  }
  void close_channels() noexcept override {
    for (const sender<T>& each : targets_) each.close();
  }

  /// Each item goes to one target: that of the number which this gives for it, modulo their count, or the next one that
  /// is not closed.
  void deal(unique_function<std::size_t(const T&)> choose) { choose_ = std::move(choose); }
  bool deals() const noexcept { return choose_ && targets_.size() > 1; }

  const std::vector<sender<T>>& targets() const noexcept { return targets_; }
  /// The only channel; null where there are none, or several.
  channel_state<T>* single() const noexcept { return single_; }
  /// Where a value goes that is sent whole or not at all; null: nowhere. Throws usage_error where it would be copied or
  /// cut.
  channel_state<T>* only_channel_of(const T& value) const {
    if (targets_.empty()) return nullptr;
    if constexpr (divisible<T>) {
      const std::size_t weight = item_weight<T>::of(value);
      if (weight == 0) return nullptr;
      if (weight > piece_) throw_not_one_channel(name(), true);
    }
    if (single_ != nullptr) return single_;
    if (!choose_) throw_not_one_channel(name(), false);
    const std::size_t first = choose_(value);
    for (std::size_t i = 0; i + 1 != targets_.size(); ++i) {
      const sender<T>& each = targets_[(first + i) % targets_.size()];
      if (!each.closed()) return channel_access::state(each);
    }
    return channel_access::state(targets_[(first + targets_.size() - 1) % targets_.size()]);
  }
  /// Of an output that deals: sends without waiting, or gives the number that was chosen.
  std::optional<std::size_t> deal_at_once(T& value) {
    const std::size_t first = choose_(value);
    for (std::size_t i = 0; i != targets_.size(); ++i) {
      const channel_status sent = targets_[(first + i) % targets_.size()].try_send(std::move(value));
      if (sent == channel_status::ok) return std::nullopt;
      if (sent == channel_status::full) break;
    }
    return first;
  }
  /// The same for a task, which waits. Throws channel_closed where all are closed.
  task<> deal_from(std::size_t first, T value) {
    for (std::size_t i = 0; i != targets_.size(); ++i) {
      channel_status sent = channel_status::ok;
      const sender<T>& to = targets_[(first + i) % targets_.size()];
      co_await select(on_send(to, value, [&](channel_status how) { sent = how; }));
      if (sent == channel_status::ok) co_return;
    }
    throw_closed(targets_[first % targets_.size()]);
  }
  /// The most items that one message may carry: the smallest capacity behind this port.
  std::size_t piece() const noexcept { return piece_; }

  /// Sends to every target, in pieces that fit, by `send(target, piece)`, which takes the piece, or gives false where
  /// the target is closed.
  template <class Send>
  void send_by(T value, Send send) {
    if constexpr (divisible<T>) {
      while (item_weight<T>::of(value) > piece_) {
        T front = item_weight<T>::take_front(value, piece_);
        send_piece_by(front, send);
      }
    }
    send_piece_by(value, send);
  }

  /// The same for a task.
  task<> send_to_all(T value) {
    if constexpr (divisible<T>) {
      while (item_weight<T>::of(value) > piece_) {
        T front = item_weight<T>::take_front(value, piece_);
        co_await send_piece(std::move(front));
      }
    }
    co_await send_piece(std::move(value));
  }

 private:
  template <class Send>
  void send_piece_by(T& value, Send& send) {
    if (deals()) {
      const std::size_t first = choose_(value);
      for (std::size_t i = 0; i != targets_.size(); ++i)
        if (send(targets_[(first + i) % targets_.size()], value)) return;
      throw_closed(targets_[first % targets_.size()]);
    }
    if constexpr (std::is_copy_constructible_v<T>) {
      for (std::size_t i = 0; i + 1 < targets_.size(); ++i) {
        T copy = value;
        if (!send(targets_[i], copy)) throw_closed(targets_[i]);
      }
    }
    if (!send(targets_.back(), value)) throw_closed(targets_.back());
  }
  // Or what it was poisoned with.
  [[noreturn]] static void throw_closed(const sender<T>& to) {
    throw_channel_closed(channel_access::state(to)->reason());
  }

  task<> send_piece(T value) {
    if (deals()) {
      const std::size_t first = choose_(value);
      co_await deal_from(first, std::move(value));
      co_return;
    }
    if constexpr (std::is_copy_constructible_v<T>) {
      for (std::size_t i = 0; i + 1 < targets_.size(); ++i) {
        T copy = value;
        co_await targets_[i].send(std::move(copy));
      }
    }
    co_await targets_.back().send(std::move(value));
  }

  std::vector<sender<T>> targets_;
  channel_state<T>* single_ = nullptr;  ///< of the only target
  unique_function<std::size_t(const T&)> choose_;
  std::size_t piece_ = unbounded;
};

}  // namespace actors::inline v1::detail
