#include <actors/detail/code_place.hpp>
#include <actors/detail/random_choice.hpp>
#include <actors/detail/random_source.hpp>

#if !ACTORS_SIMULATION  // else the simulation chooses (simulated_threads.cpp)

namespace actors::inline v1::detail {

namespace {

// Its own address tells a thread from others that run now, and mostly from those of the next run.
thread_local random_source numbers{reinterpret_cast<std::uintptr_t>(&numbers)};

}  // namespace

[[gnu::noinline]] std::uint32_t random_choice(std::uint32_t count) noexcept { return numbers.below(count); }

}  // namespace actors::inline v1::detail

#endif
