// fiber_sanitizer: what AddressSanitizer, LeakSanitizer and ThreadSanitizer are told about stacks; nothing in other
// builds.
#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define ACTORS_FIBER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ACTORS_FIBER_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define ACTORS_FIBER_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define ACTORS_FIBER_TSAN 1
#endif
#endif

#if defined(ACTORS_FIBER_ASAN)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif
#if defined(ACTORS_FIBER_TSAN)
#include <sanitizer/tsan_interface.h>
#endif

namespace actors::inline v1::detail::fiber_sanitizer {

#if defined(ACTORS_FIBER_ASAN)
/// Before a switch: `keep` is where the leaving fiber finds its state again (null: it will not come back).
inline void leaving(void** keep, const void* stack, std::size_t bytes) noexcept {
  __sanitizer_start_switch_fiber(keep, stack, bytes);
}
/// After it: `state` of the fiber that arrives; the stack that was left.
inline void arrived(void* state, const void** stack, std::size_t* bytes) noexcept {
  __sanitizer_finish_switch_fiber(state, stack, bytes);
}
inline void unpoison(void* stack, std::size_t bytes) noexcept { __asan_unpoison_memory_region(stack, bytes); }
inline void add_leak_root(void* memory, std::size_t bytes) noexcept { __lsan_register_root_region(memory, bytes); }
#else
inline void leaving(void**, const void*, std::size_t) noexcept {}
inline void arrived(void*, const void**, std::size_t*) noexcept {}
inline void unpoison(void*, std::size_t) noexcept {}
inline void add_leak_root(void*, std::size_t) noexcept {}
#endif

#if defined(ACTORS_FIBER_TSAN)
inline void* this_fiber() noexcept { return __tsan_get_current_fiber(); }
inline void* new_fiber() noexcept { return __tsan_create_fiber(0); }
inline void end_fiber(void* fiber) noexcept { __tsan_destroy_fiber(fiber); }
/// What happened before on any fiber happens before what this one does: a simulation runs one step after the other.
inline void switching_to(void* fiber) noexcept { __tsan_switch_to_fiber(fiber, 0); }
#else
inline void* this_fiber() noexcept { return nullptr; }
inline void* new_fiber() noexcept { return nullptr; }
inline void end_fiber(void*) noexcept {}
inline void switching_to(void*) noexcept {}
#endif

}  // namespace actors::inline v1::detail::fiber_sanitizer
