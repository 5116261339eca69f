#include <actors/detail/channel_core.hpp>
#include <actors/errors.hpp>
#include <actors/select_set.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <numeric>
#include <string>
#include <utility>

namespace actors::inline v1 {

namespace {

// Of a vector that grows with others: so that what comes after cannot fail.
template <class T>
void make_room_for_one(std::vector<T>& in) {
  if (in.size() == in.capacity()) in.reserve(2 * in.size() + 4);
}

}  // namespace

select_key select_set::insert(std::unique_ptr<detail::kept_case> one) {
  need_no_wait("add");
  if (kept_.size() == UINT16_MAX)
    throw usage_error{"a select_set has 65535 cases at most, and this one has as many: spread them over several sets"};
  make_room_for_one(kept_);
  make_room_for_one(cases_);
  make_room_for_one(order_);
  make_room_for_one(locks_);
  one->key = select_key{++keys_};
  order_.push_back(static_cast<std::uint16_t>(kept_.size()));
  cases_.push_back(&one->at());
  locks_.push_back({});
  kept_.push_back(std::move(one));
  return kept_.back()->key;
}

std::size_t select_set::find(select_key which) const noexcept {
  const auto place = std::lower_bound(kept_.begin(), kept_.end(), which,
                                      [](const auto& each, select_key key) { return each->key < key; });
  return place != kept_.end() && (*place)->key == which ? static_cast<std::size_t>(place - kept_.begin())
                                                        : kept_.size();
}

std::unique_ptr<detail::kept_case> select_set::take_out(std::size_t index) noexcept {
  const auto offset = static_cast<std::ptrdiff_t>(index);
  std::unique_ptr<detail::kept_case> one = std::move(kept_[index]);
  kept_.erase(kept_.begin() + offset);
  cases_.erase(cases_.begin() + offset);
  locks_.pop_back();
  order_.pop_back();
  std::iota(order_.begin(), order_.end(), std::uint16_t{0});
  return one;
}

bool select_set::remove(select_key which) {
  need_no_wait("remove");
  const std::size_t index = find(which);
  if (index == kept_.size()) return false;
  std::unique_ptr<detail::kept_case> gone = take_out(index);
  if (gone.get() == running_) leaving_ = std::move(gone);
  return true;
}

bool select_set::enable(select_key which, bool on) {
  need_no_wait("enable");
  const std::size_t index = find(which);
  if (index == kept_.size()) return false;
  cases_[index]->enabled = on;
  return true;
}

select_key select_set::current() const {
  if (running_ == nullptr)
    throw usage_error{"select_set::current: no handler of the set runs: outside of handlers use the key that add gave"};
  return running_->key;
}

void select_set::need_no_wait(const char* call) const {
  if (phase_.load(std::memory_order_relaxed) != phase::waiting) return;
  throw usage_error{std::string{"select_set::"} + call +
                    ": somebody waits in next(), and a set is for one party at a time: change it between two waits, or "
                    "in a handler"};
}

select_next select_set::next() {
  if (kept_.empty())
    throw usage_error{"select_set::next: the set has no case, so that the wait would never end: add one first"};
  return select_next{*this};
}

/// The end of a call of next(), in whatever way.
struct select_next::ending {
  explicit ending(select_next& now) noexcept : that{now} {}
  ~ending() {
    if (that.won_ != nullptr) that.won_->restart();
    that.of_.running_ = nullptr;
    that.of_.leaving_.reset();
    that.of_.phase_.store(select_set::phase::idle, std::memory_order_release);
  }
  ending(const ending&) = delete;
  ending& operator=(const ending&) = delete;
  select_next& that;
};

void select_next::begin(waiter& who) {
  auto now = select_set::phase::idle;
  if (!of_.phase_.compare_exchange_strong(now, select_set::phase::waiting, std::memory_order_acquire,
                                          std::memory_order_relaxed))
    throw usage_error{now == select_set::phase::waiting
                          ? "select_set::next: somebody waits in the set, and it is for one party at a time"
                          : "select_set::next: a handler of the set has not returned yet: it cannot wait for the next"};
  who_ = &who;
  core_.emplace(of_.cases_.data(), of_.order_.data(), of_.locks_.data(), of_.cases_.size(), of_.biased_);
}

// Whether there is a winner. From then on nobody waits in the set.
bool select_next::settle() noexcept {
  if (won_ != nullptr) return true;
  const std::uint32_t winner = core_->winner();
  if (winner == detail::select_core::nobody) return false;
  won_ = of_.running_ = of_.kept_[winner].get();
  if (won_->once) of_.leaving_ = of_.take_out(winner);
  of_.phase_.store(select_set::phase::handling, std::memory_order_relaxed);
  return true;
}

bool select_next::suspend(waiter& who, std::coroutine_handle<> point) {
  begin(who);
  resume = &on_wake;
  const bool last_of_turn = who.spend();
  if (last_of_turn && who.cancel_pending()) return false;
  try {
    if (!core_->try_apart(who)) {
      who.suspend_at(point, *this);
      if (core_->wait(who, false)) return true;
      core_->finish();
    }
    if (!settle()) return false;
    if (!last_of_turn) return won_->descend(who, point);
  } catch (...) {  // thrown by await_resume, when the set is free again
    failure_ = std::current_exception();
    return false;
  }
  who.suspend_at(point, *this);
  who.home->post_last(who);
  return true;
}

bool select_next::on_wake(wake_filter& self, waiter& who) noexcept {
  auto& that = static_cast<select_next&>(self);
  that.core_->finish();
  if (!that.settle()) return true;
  try {
    that.resume_point = that.won_->enter(who, that.resume_point);
  } catch (...) {
    that.failure_ = std::current_exception();
  }
  return true;
}

select_key select_next::await_resume(detail::source_place where) {
  const ending after{*this};
  if (failure_) std::rethrow_exception(failure_);
  if (won_ == nullptr) detail::throw_cancelled(*who_);
  const select_key key = won_->key;
  won_->finish(where);
  return key;
}

}  // namespace actors::inline v1
