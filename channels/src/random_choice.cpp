#include <actors/detail/code_place.hpp>
#include <actors/detail/random_choice.hpp>

#if !ACTORS_SIMULATION  // else the simulation chooses (simulated_threads.cpp)

namespace actors::inline v1::detail {

namespace {

constinit thread_local std::uint64_t state = 0;

}  // namespace

// A linear congruential generator with the factor of Knuth's MMIX ("The Art of Computer Programming", volume 2), of
// whose state the high bits are good enough for a choice among few. The address of the state is the increment, so that
// each thread has a sequence of its own. The range comes from a multiplication (Lemire, "Fast Random Integer Generation
// in an Interval", 2019).
[[gnu::noinline]] std::uint32_t random_choice(std::uint32_t count) noexcept {
  state = state * 6364136223846793005U + (reinterpret_cast<std::uintptr_t>(&state) | 1U);
  return static_cast<std::uint32_t>((state >> 32) * count >> 32);
}

}  // namespace actors::inline v1::detail

#endif
