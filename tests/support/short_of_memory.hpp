// short_of_memory: tests of what becomes of values where no memory is to be had. Their programs are made with
// short_of_memory.cpp, which replaces operator new.
#pragma once

namespace test {

/// While one lives every allocation of the calling thread fails. They do not nest.
class short_of_memory {
 public:
  short_of_memory() noexcept;
  ~short_of_memory();
  short_of_memory(const short_of_memory&) = delete;
  short_of_memory& operator=(const short_of_memory&) = delete;
};

}  // namespace test
