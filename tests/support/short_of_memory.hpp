// short_of_memory: tests of what becomes of values where no memory is to be had. Their programs are made with
// short_of_memory.cpp, which replaces operator new.
#pragma once

#include <cstddef>

namespace test {

/// While one lives every allocation of the calling thread fails, after the first `good` ones. They do not nest.
class short_of_memory {
 public:
  explicit short_of_memory(std::size_t good = 0) noexcept;
  ~short_of_memory();
  short_of_memory(const short_of_memory&) = delete;
  short_of_memory& operator=(const short_of_memory&) = delete;
};

}  // namespace test
