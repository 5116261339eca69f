// deadlocks: what a program says that ends by one.
#pragma once

#include <actors/actors.hpp>

#include "support/child.hpp"

#include <cstdio>
#include <string_view>

namespace test {

/// What `run` of that task says in a process of its own, which ends with 3 where that is a deadlock.
template <class Main>
child_end ends(Main main, actors::runtime_options options = {.workers = 2}) {
  return run_in_child([&] {
    try {
      actors::run(main(), options);
      return 0;
    } catch (const actors::deadlock& found) {
      std::fputs(found.what(), stderr);
      return 3;
    }
  });
}

inline bool says(const child_end& end, std::string_view what) { return end.said.find(what) != std::string::npos; }

}  // namespace test
