// shared_end: what an endpoint holds of its channel: one part in a count that says who is there, let go of with it.
#pragma once

#include <actors/detail/atomic.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace actors::inline v1::detail {

/// One more in a count of those who are there; false where nobody is any more. Relaxed, as a copy of one who is.
inline bool add_unless_none(atomic<std::uint32_t>& count) noexcept {
  std::uint32_t now = count.load(std::memory_order_relaxed);
  while (now != 0)
    if (count.compare_exchange_weak(now, now + 1, std::memory_order_relaxed, std::memory_order_relaxed)) return true;
  return false;
}

/// An end that only one has. `Drop` is the function of a `Channel` that ends it. Empty when made by default or moved
/// from; moved to itself it stays as it is.
template <class Channel, auto Drop>
class sole_end {
 public:
  sole_end() = default;
  /// Of one that was counted already.
  explicit sole_end(Channel* adopted) noexcept : of_{adopted} {}
  sole_end(sole_end&& other) noexcept : of_{other.release()} {}
  sole_end& operator=(sole_end&& other) noexcept {
    sole_end taken{std::move(other)};
    std::swap(of_, taken.of_);
    return *this;
  }
  ~sole_end() {
    if (of_ != nullptr) (of_->*Drop)();
  }

  Channel* get() const noexcept { return of_; }
  Channel* operator->() const noexcept { return of_; }
  explicit operator bool() const noexcept { return of_ != nullptr; }
  friend bool operator==(const sole_end& end, std::nullptr_t) noexcept { return end.of_ == nullptr; }
  /// The part in the count is the caller's then.
  Channel* release() noexcept { return std::exchange(of_, nullptr); }

 private:
  Channel* of_ = nullptr;
};

/// One that can be copied: `Add` counts the copy.
template <class Channel, auto Add, auto Drop>
class shared_end : public sole_end<Channel, Drop> {
  using base = sole_end<Channel, Drop>;

 public:
  using base::base;
  shared_end() = default;
  shared_end(const shared_end& other) noexcept : base{counted(other.get())} {}
  shared_end(shared_end&&) noexcept = default;
  shared_end& operator=(const shared_end& other) noexcept { return *this = shared_end{other}; }
  shared_end& operator=(shared_end&&) noexcept = default;
  ~shared_end() = default;

  /// One more, of a channel that the caller has an end of; an empty one of none.
  static shared_end another(Channel* of) noexcept { return shared_end{counted(of)}; }

 private:
  static Channel* counted(Channel* of) noexcept {
    if (of != nullptr) (of->*Add)();
    return of;
  }
};

/// A receiver with a place of its own in what its channel is sent, which the channel counts: `subscribe(place)` and
/// `subscribe_at(place, other)` of a `Channel` add one, `drop_receiver(place)` ends it.
template <class Channel, class Place>
class placed_end {
 public:
  placed_end() = default;
  /// Of one that was counted already, at the first place.
  explicit placed_end(Channel* adopted) noexcept : of_{adopted} {}
  placed_end(const placed_end& other) noexcept : of_{other.of_} {
    if (of_ != nullptr) of_->subscribe_at(place_, other.place_);
  }
  placed_end(placed_end&& other) noexcept
      : of_{std::exchange(other.of_, nullptr)}, place_{std::exchange(other.place_, {})} {}
  placed_end& operator=(const placed_end& other) noexcept { return *this = placed_end{other}; }
  placed_end& operator=(placed_end&& other) noexcept {
    placed_end taken{std::move(other)};
    std::swap(of_, taken.of_);
    std::swap(place_, taken.place_);
    return *this;
  }
  ~placed_end() {
    if (of_ != nullptr) of_->drop_receiver(place_);
  }

  /// One more, at the latest place; an empty one of none.
  static placed_end subscribed(Channel* to) noexcept {
    placed_end fresh;
    if (to != nullptr) to->subscribe(fresh.place_);
    fresh.of_ = to;
    return fresh;
  }

  Channel* get() const noexcept { return of_; }
  Channel* operator->() const noexcept { return of_; }
  explicit operator bool() const noexcept { return of_ != nullptr; }
  friend bool operator==(const placed_end& end, std::nullptr_t) noexcept { return end.of_ == nullptr; }
  Place& place() noexcept { return place_; }
  const Place& place() const noexcept { return place_; }

 private:
  Channel* of_ = nullptr;
  Place place_{};
};

/// Knows a channel without keeping it open: for those who send now and then to a channel that others own. `Sender` is a
/// sender of it. Copies share the channel; different ones may be used from different threads at once.
template <class Sender, class Channel>
class weak_end {
 public:
  weak_end() = default;
  /// Of a channel that the caller has an end of, or of none.
  explicit weak_end(Channel* known) noexcept : end_{end::another(known)} {}

  /// A sender of the channel; an empty one where the last is gone. One of a channel that was closed by a call is given.
  Sender upgrade() const noexcept {
    return end_ != nullptr && end_->add_sender_if_open() ? Sender{end_.get()} : Sender{};
  }

 private:
  using end = shared_end<Channel, &Channel::add_weak, &Channel::drop_weak>;
  end end_;
};

}  // namespace actors::inline v1::detail
