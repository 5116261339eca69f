// batch, throttle: stages that hold items for a while.
#pragma once

#include <actors/cases.hpp>
#include <actors/select.hpp>
#include <actors/sleep.hpp>
#include <actors/stages/stream.hpp>
#include <actors/stages/transform.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace actors::inline v1 {

/// For `batch`: it leaves before its time only where it is full.
struct unhurried_t {
  explicit unhurried_t() = default;
};
inline constexpr unhurried_t unhurried{};

namespace detail {

using steady_point = std::chrono::steady_clock::time_point;

/// The clock of the calling task's runtime; under simulation a virtual one.
steady_point time_now() noexcept;

struct batching {
  std::size_t most;
  std::chrono::nanoseconds longest;  ///< max(): as long as it takes
  bool hurries;
};

/// What it holds stays when its actor is restarted.
template <class T>
class batch_stage final : public simple_stage<batch_stage<T>, T, std::vector<T>> {
 public:
  batch_stage(plan& its, std::vector<outlet<T>*> from, const arrow& how, const batching& of)
      : simple_stage<batch_stage, T, std::vector<T>>{its, "batch", std::move(from), how}, made{*this}, how_{of} {}

  task<> work(in<T>& from, out<std::vector<T>>& to) {
    const auto noted = this->drops_of(from);
    bool open = true;
    while (open) {
      if (held_.size() >= how_.most)  // also the one that was full when the actor was made anew
        co_await send(to);
      else if (held_.empty())
        open = co_await begin(from);
      else
        open = co_await wait_for_more(from, to);
    }
    if (!held_.empty()) co_await send(to);
  }

  outlet<std::vector<T>> made;

 private:
  // The first item, and what else is there. False: there are no more.
  task<bool> begin(in<T>& from) {
    held_.reserve(std::min<std::size_t>(how_.most, 1024));
    const std::size_t got = co_await from.cell().from().receive_many(held_, how_.most);
    if (got == 0) co_return false;
    from.cell().count(got);
    if (how_.longest != std::chrono::nanoseconds::max()) due_ = saturating_add(time_now(), how_.longest);
    co_return true;
  }

  // Until the next item comes, the reader is idle, or the time is over.
  task<bool> wait_for_more(in<T>& from, out<std::vector<T>>& to) {
    const receiver<T>& source = from.cell().from();
    const sender<std::vector<T>>& reader = to.cell().targets().front();
    bool open = true;
    bool due = false;
    bool gone = false;
    const auto add = [&](std::optional<T> item) {
      open = item.has_value();
      if (!item) return;
      from.cell().count(1);
      held_.push_back(std::move(*item));
    };
    const auto is_due = [&] { due = true; };
    const auto is_gone = [&] { gone = true; };
    const bool has_end = how_.longest != std::chrono::nanoseconds::max();
    co_await select(biased, on_receive(source, add), when(how_.hurries, on_send(reader, held_, is_gone)),
                    when(has_end, at(due_, is_due)));
    if (gone) {
      to.cell().count(1);
      held_.clear();
    }
    if (due) co_await send(to);
    co_return open;
  }

  // In a select: where it is cancelled the batch stays.
  task<> send(out<std::vector<T>>& to) {
    const sender<std::vector<T>>& reader = to.cell().targets().front();
    co_await select(on_send(reader, held_));
    to.cell().count(1);
    held_.clear();
  }

  const batching how_;
  std::vector<T> held_;
  steady_point due_{};
};

class batch_verb : public verb {
 public:
  explicit batch_verb(const batching& how) noexcept : how_{how} {}
  template <class T>
  auto onto(stream<T>&& from) && {
    auto made = put_behind<batch_stage<T>, std::vector<T>>(std::move(from), how_);
    // A buffer would take each batch at once: who hurries is to see whether the reader has nothing to do.
    if (how_.hurries) stream_access::next(made).capacity = 0;
    return made;
  }

 private:
  batching how_;
};

/// The generic cell rate algorithm (ITU-T I.371) with an exact clock: an item may leave when, at the rate, no more than
/// `burst` are ahead of their times.
template <class T>
class throttle_stage final : public simple_stage<throttle_stage<T>, T, T> {
 public:
  throttle_stage(plan& its, std::vector<outlet<T>*> from, const arrow& how, std::chrono::nanoseconds between,
                 std::size_t burst)
      : simple_stage<throttle_stage, T, T>{its, "throttle", std::move(from), how},
        made{*this},
        between_{std::min(between, longest_ahead / 2)},
        ahead_{between_.count() == 0 ? between_ : between_ * in_advance(burst)} {
    this->end_when_unwanted();
  }

  task<> work(in<T>& from, out<T>& to) {
    while (auto item = co_await from.receive()) {
      const auto noted = this->drops_of(from);
      const steady_point now = time_now();
      if (due_ < now) due_ = now;
      const bool waits = due_ - now > ahead_;
      if (waits) co_await sleep_until(due_ - ahead_);
      const steady_point ready = waits ? time_now() : now;
      co_await pass(to, std::move(*item));
      // What its reader held it up is not caught up; what a timer came late is.
      const steady_point left = (waits ? due_ - ahead_ : now) + (time_now() - ready);
      due_ = std::max(due_, left) + between_;
    }
  }

  outlet<T> made;

 private:
  // 146 years: a time that is so far ahead of now can be said yet.
  static constexpr std::chrono::nanoseconds longest_ahead = std::chrono::nanoseconds::max() / 2;

  // How many more than the first leave at once.
  std::int64_t in_advance(std::size_t burst) const noexcept {
    if (burst == 0) return 0;
    return static_cast<std::int64_t>(
        std::min<std::uint64_t>(burst - 1, static_cast<std::uint64_t>(longest_ahead / between_)));
  }

  const std::chrono::nanoseconds between_;
  const std::chrono::nanoseconds ahead_;
  steady_point due_{};
};

class throttle_verb : public verb {
 public:
  throttle_verb(std::chrono::nanoseconds between, std::size_t burst) noexcept : between_{between}, burst_{burst} {}
  template <class T>
  auto onto(stream<T>&& from) && {
    return put_behind<throttle_stage<T>, T>(std::move(from), between_, burst_);
  }

 private:
  std::chrono::nanoseconds between_;
  std::size_t burst_;
};

}  // namespace detail

/// A stage that makes vectors of up to `most` items. One leaves when it is full, when its reader waits for it and there
/// is nothing more to put in, or when `longest` (a duration) has passed since its first item came; what is left at the
/// end leaves, too. So an idle pipeline passes items on at once, one by one, and a busy one in large batches. The arrow
/// behind it has no buffer; with a `capacity` of its own, room in that counts as a reader who waits.
template <class Rep, class Period>
detail::batch_verb batch(std::size_t most, const std::chrono::duration<Rep, Period>& longest) noexcept {
  return detail::batch_verb{{most == 0 ? 1 : most, detail::to_nanoseconds(longest), true}};
}
/// The same, but a batch that is not full waits for its time also where its reader waits: `batch(500, 1s, unhurried)`.
template <class Rep, class Period>
detail::batch_verb batch(std::size_t most, const std::chrono::duration<Rep, Period>& longest, unhurried_t) noexcept {
  return detail::batch_verb{{most == 0 ? 1 : most, detail::to_nanoseconds(longest), false}};
}
/// Vectors of `most` items, however long that takes; the last one has what is left.
inline detail::batch_verb batch(std::size_t most) noexcept {
  return detail::batch_verb{{most == 0 ? 1 : most, std::chrono::nanoseconds::max(), false}};
}

/// A stage that passes on `items` (at least one) in each `time` (a duration), evenly: each leaves at least `time /
/// items` after the one before. After a pause up to `burst` leave at once. It does not wait for an item's time where
/// nobody wants the item any more.
template <class Rep, class Period>
detail::throttle_verb throttle(std::size_t items, const std::chrono::duration<Rep, Period>& time,
                               std::size_t burst = 1) noexcept {
  const auto in_all = static_cast<std::uint64_t>(detail::to_nanoseconds(time).count());
  const std::uint64_t each = items == 0 ? 1 : items;
  // Rounded up.
  const std::uint64_t between = in_all / each + (in_all % each == 0 ? 0 : 1);
  return detail::throttle_verb{std::chrono::nanoseconds{static_cast<std::int64_t>(between)}, burst};
}

}  // namespace actors::inline v1
