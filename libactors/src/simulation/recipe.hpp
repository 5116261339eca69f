// recipe: the text that repeats a schedule.
#pragma once

#include "chooser.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace actors::inline v1::detail {

/// A schedule, and what says whether it is the same again.
struct recipe {
  std::unique_ptr<chooser> strategy;
  std::optional<std::uint32_t> mark;
};

/// "random SEED", "pct SEED DEPTH LENGTH", "choices N+M N+M ..." (N times the first candidate, then the M-th after it);
/// then perhaps "#MARK" in hexadecimal digits. Throws usage_error for anything else.
recipe read_recipe(std::string_view text);

/// What `read_recipe` reads; the mark is taken from a fingerprint of the schedule.
std::string write_recipe(const chooser& strategy, std::uint64_t fingerprint);
std::uint32_t mark_of(std::uint64_t fingerprint) noexcept;

}  // namespace actors::inline v1::detail
