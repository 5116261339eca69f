// name_ranges: many names that differ in numbers, in a few words.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace actors::inline v1::detail {

/// Names have the same pattern where they differ in nothing but numbers: "worker #" of "worker 17".
std::string pattern_of(std::string_view name);

/// Whether `a` stands before `b` in a list for people: "worker 9" before "worker 10".
bool comes_before(std::string_view a, std::string_view b) noexcept;

/// Names of which each is the one before with a last number that is larger by one.
struct name_range {
  std::string_view first;
  std::string_view last;
  std::size_t count = 1;
};

/// The ranges of names that are all different, in order.
std::vector<name_range> ranges_of(std::vector<std::string_view> names);

/// The same of names in the order in which they stand: in a range the numbers may become smaller by one, too.
std::vector<name_range> ranges_in_order(const std::vector<std::string_view>& names);

/// "'worker 1' to 'worker 16', 'worker 18' and 12 more": at most so many ranges, and how many names are in none of
/// these. `quote` stands before and behind each name.
std::string text_of(const std::vector<name_range>& ranges, std::string_view quote, std::size_t most);

}  // namespace actors::inline v1::detail
