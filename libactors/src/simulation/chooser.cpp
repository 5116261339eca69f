#include "chooser.hpp"

#include <algorithm>

namespace actors::inline v1::detail {

namespace {
constexpr std::uint64_t long_step = 100;
constexpr std::uint32_t long_step_once_in = 4096;
// Two streams of numbers from one seed, so that how time passes does not depend on who was chosen.
constexpr std::uint64_t other_stream = 0x5851f42d4c957f2d;
}  // namespace

disturbance::disturbance(std::uint64_t seed) noexcept
    : random_{seed ^ other_stream}, usual_{std::uint64_t{5} << random_.below(10)} {}

std::uint64_t disturbance::step_time() noexcept {
  return random_.once_in(long_step_once_in) ? usual_ * long_step : usual_;
}

random_chooser::random_chooser(std::uint64_t seed) noexcept
    : seed_{seed}, random_{seed}, disturbance_{seed}, switch_once_in_{std::uint32_t{1} << random_.below(7)} {}

std::size_t random_chooser::choose(const choice& at) noexcept {
  if (at.may_stay && switch_once_in_ > 1 && !random_.once_in(switch_once_in_)) return 0;
  // Those who spin would only look again, most of the time.
  std::size_t count = at.candidates.size();
  if (count != at.spinners && !random_.once_in(4)) count -= at.spinners;
  return random_.below(static_cast<std::uint32_t>(count));
}

std::size_t random_chooser::choose_any(std::size_t count) noexcept {
  return random_.below(static_cast<std::uint32_t>(count));
}

std::string random_chooser::recipe() const { return "random " + std::to_string(seed_); }

pct_chooser::pct_chooser(std::uint64_t seed, unsigned depth, std::uint64_t length)
    : seed_{seed}, depth_{depth}, length_{length}, random_{seed}, disturbance_{seed} {
  for (unsigned i = 1; i < depth; ++i) changes_.push_back({1 + random_.next() % length, --lowest_});
  std::sort(changes_.begin(), changes_.end(), [](const change& a, const change& b) { return a.point > b.point; });
}

std::int64_t& pct_chooser::priority_of(const virtual_thread& thread) noexcept {
  while (priorities_.size() <= thread.number) priorities_.push_back(static_cast<std::int64_t>(random_.next() >> 2) + 1);
  return priorities_[thread.number];
}

std::uint64_t pct_chooser::step(const virtual_thread& running, std::uint64_t point) noexcept {
  for (; !changes_.empty() && changes_.back().point <= point; changes_.pop_back())
    priority_of(running) = changes_.back().priority;
  return disturbance_.step_time();
}

std::size_t pct_chooser::choose(const choice& at) noexcept {
  std::size_t best = 0;
  for (std::size_t i = 1; i != at.candidates.size(); ++i) {
    if (priority_of(*at.candidates[i]) > priority_of(*at.candidates[best])) best = i;
  }
  return best;
}

std::size_t pct_chooser::choose_any(std::size_t count) noexcept {
  return random_.below(static_cast<std::uint32_t>(count));
}

void pct_chooser::put_back(const virtual_thread& thread) noexcept { priority_of(thread) = --lowest_; }

std::string pct_chooser::recipe() const {
  return "pct " + std::to_string(seed_) + ' ' + std::to_string(depth_) + ' ' + std::to_string(length_);
}

std::size_t listed_chooser::decide(std::size_t candidates, bool may_stay) noexcept {
  std::size_t wanted = taken_.size() < given_.size() ? given_[taken_.size()] : 0;
  if (wanted >= candidates) {
    astray_ = true;
    wanted = 0;
  }
  taken_.push_back({static_cast<std::uint32_t>(wanted), static_cast<std::uint32_t>(candidates), may_stay});
  return wanted;
}

// Only the decisions that are not the first candidate, each behind the number of those before it that are.
std::string listed_chooser::recipe() const {
  std::string text = "choices";
  std::size_t first = 0;
  for (const std::uint32_t taken : given_) {
    if (taken == 0) {
      ++first;
      continue;
    }
    text += ' ' + std::to_string(first) + '+' + std::to_string(taken);
    first = 0;
  }
  return text;
}

}  // namespace actors::inline v1::detail
