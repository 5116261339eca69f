// counted: a value that keeps books on its life, to show that nothing is lost, doubled or destroyed twice.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <utility>

namespace test {

/// The books of all `counted` values made for it. Outlives them.
struct ledger {
  std::atomic<long> constructed{0};  ///< by any constructor
  std::atomic<long> destroyed{0};
  std::atomic<long> copied{0};
  std::atomic<long> moved{0};
  std::atomic<long> faults{0};            ///< destroyed twice, or used after destruction
  std::atomic<long> values_destroyed{0};  ///< destroyed while they held a value (had not been moved from)

  long alive() const { return constructed - destroyed; }
  void expect_settled() const {
    EXPECT_EQ(alive(), 0) << "values that were never destroyed";
    EXPECT_EQ(faults, 0) << "values that were destroyed twice";
  }
};

/// Holds a number until it is moved from.
class counted {
 public:
  counted(ledger& books, int number) noexcept : books_{&books}, number_{number}, holds_{true} { enter(); }
  counted(const counted& other) noexcept : books_{other.books_}, number_{other.number_}, holds_{other.holds_} {
    other.check();
    ++books_->copied;
    enter();
  }
  counted(counted&& other) noexcept
      : books_{other.books_}, number_{other.number_}, holds_{std::exchange(other.holds_, false)} {
    other.check();
    ++books_->moved;
    enter();
  }
  counted& operator=(const counted& other) noexcept {
    number_ = other.number_;
    holds_ = other.holds_;
    ++books_->copied;
    return *this;
  }
  counted& operator=(counted&& other) noexcept {
    if (holds_) ++books_->values_destroyed;
    number_ = other.number_;
    holds_ = std::exchange(other.holds_, false);
    ++books_->moved;
    return *this;
  }
  ~counted() {
    check();
    mark_ = gone;
    if (holds_) ++books_->values_destroyed;
    ++books_->destroyed;
  }

  int number() const noexcept { return number_; }
  bool holds() const noexcept { return holds_; }

 private:
  static constexpr std::uint32_t alive = 0xa11fe;
  static constexpr std::uint32_t gone = 0xdead;
  void enter() noexcept { ++books_->constructed; }
  void check() const noexcept {
    if (mark_ != alive) ++books_->faults;
  }

  ledger* books_;
  int number_;
  bool holds_;
  volatile std::uint32_t mark_ = alive;  // volatile: the store in the destructor must be made
};

/// The same without copies.
class counted_unique : private counted {
 public:
  using counted::counted;
  counted_unique(counted_unique&&) noexcept = default;
  counted_unique& operator=(counted_unique&&) noexcept = default;
  counted_unique(const counted_unique&) = delete;
  counted_unique& operator=(const counted_unique&) = delete;
  ~counted_unique() = default;
  using counted::holds;
  using counted::number;
};

}  // namespace test
