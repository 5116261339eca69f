#include <actors/detail/wait_lock.hpp>

#include <array>
#include <cstddef>

namespace actors::inline v1::detail {

namespace {

struct alignas(64) counter {
  atomic<std::uint32_t> visitors{0};
};

constexpr std::size_t counters = 64;
constinit std::array<counter, counters> all_visitors{};

}  // namespace

atomic<std::uint32_t>& wait_lock::visitors_of(const wait_lock* lock) noexcept {
  // Sources are 64 bytes and more apart, and often a power of two: all bits of the address take part.
  const auto address = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(lock));
  return all_visitors[(address * 0x9e3779b97f4a7c15U) >> 58].visitors;
}

void wait_lock::await_visitors() noexcept {
  atomic<std::uint32_t>& visitors = visitors_of(this);
  if (visitors.fetch_add(0, std::memory_order_acq_rel) == 0) return;
  for (unsigned round = 0; visitors.load(std::memory_order_acquire) != 0; ++round) give_way(round);
}

}  // namespace actors::inline v1::detail
