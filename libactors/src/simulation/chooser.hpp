// chooser: who goes on at a scheduling point: the strategies of a simulation.
#pragma once

#include "random_source.hpp"
#include "virtual_thread.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace actors::inline v1::detail {

/// A scheduling point with more than one thread that can go on.
struct choice {
  std::span<virtual_thread* const> candidates;  ///< the running one first, where it can go on
  bool may_stay = false;                        ///< the first candidate is the running thread
  std::size_t spinners = 0;                     ///< so many at the end only look whether something has changed
  std::uint64_t point = 0;                      ///< the number of this scheduling point
};

class chooser {
 public:
  chooser() = default;
  chooser(const chooser&) = delete;
  chooser& operator=(const chooser&) = delete;
  virtual ~chooser() = default;

  /// The index of the candidate that goes on.
  virtual std::size_t choose(const choice& at) noexcept = 0;
  /// One of `count` (at least 2) that are all the same to the strategy.
  virtual std::size_t choose_any(std::size_t count) noexcept = 0;
  /// A thread had its share: those who go by priorities put it behind all others.
  virtual void put_back(const virtual_thread&) noexcept {}
  /// The running thread has come to a point, the one with this number. Gives how long it took since the one before, in
  /// nanoseconds.
  virtual std::uint64_t step(const virtual_thread& running, std::uint64_t point) noexcept = 0;
  /// Whether a compare_exchange_weak fails without cause.
  virtual bool fails_without_cause() noexcept { return false; }
  /// What repeats this schedule, see simulation_options::replay.
  virtual std::string recipe() const = 0;
};

/// Time that does not come from the strategy: what a machine does to a program. Most steps take the same time, drawn
/// once; few take a hundred times that, as if the thread had been interrupted.
class disturbance {
 public:
  explicit disturbance(std::uint64_t seed) noexcept;
  std::uint64_t step_time() noexcept;
  bool fails_without_cause() noexcept { return random_.once_in(256); }

 private:
  random_source random_;
  std::uint64_t usual_;
};

/// Switches at random. How often is drawn once: a schedule in which threads hardly ever switch finds other errors than
/// one in which they switch all the time.
class random_chooser final : public chooser {
 public:
  explicit random_chooser(std::uint64_t seed) noexcept;
  std::size_t choose(const choice& at) noexcept override;
  std::size_t choose_any(std::size_t count) noexcept override;
  std::uint64_t step(const virtual_thread&, std::uint64_t) noexcept override { return disturbance_.step_time(); }
  bool fails_without_cause() noexcept override { return disturbance_.fails_without_cause(); }
  std::string recipe() const override;

 private:
  const std::uint64_t seed_;
  random_source random_;
  disturbance disturbance_;
  std::uint32_t switch_once_in_;
};

inline constexpr unsigned most_depth = 1000;

/// Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte: "A Randomized Scheduler with
/// Probabilistic Guarantees of Finding Bugs", ASPLOS 2010). Threads have random priorities and the highest goes on; at
/// depth - 1 points, drawn from the first `length`, the running one falls below all others, and below or above those
/// that fell before, as drawn. An error that needs an order of `depth` events is found with a probability of at least
/// 1 / (threads * length^(depth - 1)) in each schedule.
class pct_chooser final : public chooser {
 public:
  pct_chooser(std::uint64_t seed, unsigned depth, std::uint64_t length);
  std::size_t choose(const choice& at) noexcept override;
  std::size_t choose_any(std::size_t count) noexcept override;
  void put_back(const virtual_thread& thread) noexcept override;
  std::uint64_t step(const virtual_thread& running, std::uint64_t point) noexcept override;
  bool fails_without_cause() noexcept override { return disturbance_.fails_without_cause(); }
  std::string recipe() const override;

 private:
  std::int64_t& priority_of(const virtual_thread& thread) noexcept;

  const std::uint64_t seed_;
  const unsigned depth_;
  const std::uint64_t length_;
  random_source random_;
  disturbance disturbance_;
  struct change {
    std::uint64_t point;
    std::int64_t priority;
  };
  std::vector<change> changes_;           ///< at which the running thread falls, and how far; the soonest is the last
  std::vector<std::int64_t> priorities_;  ///< by the number of the thread; drawn ones are positive
  std::int64_t lowest_ = 0;               ///< below all priorities there are
};

/// Takes a list of decisions, then always the first candidate: the running thread goes on until it waits. Decisions are
/// counted from the first point that has a choice.
class listed_chooser final : public chooser {
 public:
  struct decision {
    std::uint32_t taken;
    std::uint32_t candidates;
    bool may_stay;
  };

  explicit listed_chooser(std::vector<std::uint32_t> decisions) noexcept : given_{std::move(decisions)} {}
  std::size_t choose(const choice& at) noexcept override { return decide(at.candidates.size(), at.may_stay); }
  std::size_t choose_any(std::size_t count) noexcept override { return decide(count, false); }
  std::uint64_t step(const virtual_thread&, std::uint64_t) noexcept override { return 20; }
  std::string recipe() const override;

  const std::vector<decision>& taken() const noexcept { return taken_; }
  /// A decision that was given could not be taken, or was not asked for: it is not the same program, or not one that
  /// repeats itself. To be asked when the program has ended.
  bool astray() const noexcept { return astray_ || taken_.size() < given_.size(); }

 private:
  std::size_t decide(std::size_t candidates, bool may_stay) noexcept;

  const std::vector<std::uint32_t> given_;
  std::vector<decision> taken_;
  bool astray_ = false;
};

}  // namespace actors::inline v1::detail
