// Circles in a graph of actors.
#pragma once

#include <actors/config/source.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace actors::inline v1::config {

/// An edge of the file: `to` reads from `from`.
struct arrow {
  std::size_t from = 0;
  std::size_t to = 0;
  span where;
};

struct circle {
  std::vector<std::size_t> path;  ///< its actors in the direction of the items, each once
  arrow closing;                  ///< from the last of them to the first
};

/// The circles that a depth-first search closes, at least one of each connected group of them (Cormen et al.,
/// "Introduction to Algorithms", classification of edges). Follows actors and arrows in their order. No recursion.
std::vector<circle> find_cycles(std::size_t actors, std::span<const arrow> arrows);

}  // namespace actors::inline v1::config
