// stage_sources: what the tests of pipelines begin with, and a thing that only moves.
#pragma once

#include <actors/actors.hpp>
#include <actors/stages.hpp>

#include <memory>
#include <numeric>
#include <optional>
#include <vector>

namespace test {

inline std::vector<int> below(int count) {
  std::vector<int> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

/// 0, 1, 2 ... without an end; counts in `made` how many it gave.
inline auto endless(int& made) {
  return [&made]() -> std::optional<int> { return made++; };
}

inline std::vector<std::unique_ptr<int>> movable_below(int count) {
  std::vector<std::unique_ptr<int>> all;
  for (int i = 0; i != count; ++i) all.push_back(std::make_unique<int>(i));
  return all;
}

}  // namespace test
