// segments: the endless array of cells that a segment queue runs on; segments that all are done with are used again.
#pragma once

#include <actors/detail/atomic.hpp>
#include <actors/detail/spin_lock.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

namespace bench::cores {

/// Cells 0, 1, 2, ..., `Size` in each segment; `Cell` has `reset()`. A segment is made when the first of its cells is
/// asked for, and put aside for a later one when `done` was called for each of its cells, and for all cells before
/// them.
///
/// A `cursor` is where a side of a queue found its last cell. Another cell of the same segment costs one look at it:
/// memory of segments is not freed before the end, and a segment that has the right number is the right one, as its
/// number is set (release) after its cells were reset, read with acquire, and not changed while a cell of it is not
/// done. All else is under `lock_`: taken some times for each segment, and where two threads of a side are in two
/// segments at once.
template <class Cell, std::uint32_t Size>
class segments {
 public:
  static constexpr std::uint32_t size = Size;

  struct segment {
    actors::detail::atomic<std::uint64_t> number{nothing};
    actors::detail::atomic<std::uint32_t> left{0};
    std::array<Cell, size> cells;
  };

  struct alignas(64) cursor {
    actors::detail::atomic<segment*> at;
  };

  segments() : origin_{take_unused(0)} { live_.push_back(origin_); }
  segments(const segments&) = delete;
  segments& operator=(const segments&) = delete;

  void start(cursor& at) noexcept { at.at.store(origin_, std::memory_order_release); }

  /// The segment of cell `index`, which is not done. Throws std::bad_alloc.
  segment& find(cursor& from, std::uint64_t index) {
    segment* found = from.at.load(std::memory_order_acquire);
    if (found->number.load(std::memory_order_acquire) == index / size) [[likely]]
      return *found;
    found = &look_up(index / size);
    from.at.store(found, std::memory_order_release);
    return *found;
  }
  /// How many there are that were not put aside. While nobody uses them.
  std::size_t in_use() const noexcept { return live_.size(); }

  static Cell& cell_of(segment& in, std::uint64_t index) noexcept { return in.cells[index % size]; }

  /// Once for each cell, by the last one who is to look at it, or before `index` is out of reach for who may be late.
  /// acq_rel: the last one has seen what the others did there.
  void done(segment& in) noexcept {
    if (in.left.fetch_sub(1, std::memory_order_acq_rel) == 1) put_aside();
  }

 private:
  static constexpr std::uint64_t nothing = ~std::uint64_t{0};

  [[gnu::noinline]] segment& look_up(std::uint64_t number) {
    const std::lock_guard guard{lock_};
    while (first_ + live_.size() <= number) live_.push_back(take_unused(first_ + live_.size()));
    return *live_[number - first_];
  }

  [[gnu::noinline]] void put_aside() noexcept {
    const std::lock_guard guard{lock_};
    // One stays: nobody may have asked for the first cell of the next one yet.
    while (live_.size() > 1 && live_.front()->left.load(std::memory_order_acquire) == 0) {
      unused_.push_back(live_.front());
      live_.pop_front();
      ++first_;
    }
  }

  segment* take_unused(std::uint64_t number) {
    segment* taken = nullptr;
    if (unused_.empty()) {
      all_.push_back(std::make_unique<segment>());
      unused_.reserve(all_.size());  // so that putting aside does not fail
      taken = all_.back().get();
    } else {
      taken = unused_.back();
      unused_.pop_back();
      for (Cell& each : taken->cells) each.reset();
    }
    taken->left.store(size, std::memory_order_relaxed);
    taken->number.store(number, std::memory_order_release);
    return taken;
  }

  actors::detail::spin_lock lock_;
  std::vector<std::unique_ptr<segment>> all_;
  std::vector<segment*> unused_;
  std::deque<segment*> live_;
  std::uint64_t first_ = 0;  ///< the number of the front of `live_`
  segment* const origin_;
};

}  // namespace bench::cores
