// frame_sanitizer: what the frame pool tells AddressSanitizer and LeakSanitizer; nothing in other builds.
#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define ACTORS_FRAME_POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ACTORS_FRAME_POISON 1
#endif
#endif
#ifndef ACTORS_FRAME_POISON
#define ACTORS_FRAME_POISON 0
#endif

#if ACTORS_FRAME_POISON
#include <sanitizer/asan_interface.h>
#include <sanitizer/lsan_interface.h>
#endif

namespace actors::inline v1::detail {

#if ACTORS_FRAME_POISON
/// The last block that was freed is not the next one that is handed out, so that a use after free is found.
inline constexpr bool delays_reuse = true;
inline void poison(void* from, std::size_t bytes) noexcept { __asan_poison_memory_region(from, bytes); }
inline void unpoison(void* from, std::size_t bytes) noexcept { __asan_unpoison_memory_region(from, bytes); }
/// Frames point to other memory: they count as roots when leaks are looked for.
inline void add_leak_root(void* from, std::size_t bytes) noexcept { __lsan_register_root_region(from, bytes); }
inline void remove_leak_root(void* from, std::size_t bytes) noexcept { __lsan_unregister_root_region(from, bytes); }
#else
inline constexpr bool delays_reuse = false;
inline void poison(void*, std::size_t) noexcept {}
inline void unpoison(void*, std::size_t) noexcept {}
inline void add_leak_root(void*, std::size_t) noexcept {}
inline void remove_leak_root(void*, std::size_t) noexcept {}
#endif

}  // namespace actors::inline v1::detail
