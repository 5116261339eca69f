// debugger_entry: where a debugger finds what. A script reads it, in a live process or a core file (tools/gdb).
#pragma once

#include <cstddef>
#include <cstdint>

namespace actors::inline v1::detail {

struct completion;
class task_state;

/// A line of such a table: an offset, a number or an address by its name. The first one, "entries", says how many there
/// are. All of it is constant data, so that programs need no debug information of the library, and nothing is done when
/// they start.
struct debugger_entry {
  template <std::size_t Size>
  constexpr debugger_entry(const char (&entry)[Size], std::uint64_t of) noexcept : value{of} {
    copy(entry);
  }
  template <std::size_t Size>
  constexpr debugger_entry(const char (&entry)[Size], const void* of) noexcept : address{of} {
    copy(entry);
  }
  template <std::size_t Size>
  constexpr debugger_entry(const char (&entry)[Size], bool (*of)(completion&, task_state&) noexcept) noexcept
      : function{of} {
    copy(entry);
  }

  char name[24]{};
  union {
    std::uint64_t value = 0;
    const void* address;
    bool (*function)(completion&, task_state&) noexcept;
  };

 private:
  template <std::size_t Size>
  constexpr void copy(const char (&from)[Size]) noexcept {
    static_assert(Size <= sizeof(name));
    for (std::size_t i = 0; i != Size; ++i) name[i] = from[i];
  }
};
static_assert(sizeof(debugger_entry) == 32);

// They fill in the tables, and may look into every class for that.
struct channel_offsets;
struct task_offsets;

}  // namespace actors::inline v1::detail

// By these names a script looks for them.
extern "C" const actors::detail::debugger_entry* const actors_debugger_channels;
extern "C" const actors::detail::debugger_entry* const actors_debugger_tasks;
extern "C" const actors::detail::debugger_entry* const actors_debugger_actors;
