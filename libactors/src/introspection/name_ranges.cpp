#include "name_ranges.hpp"

#include <algorithm>

namespace actors::inline v1::detail {

namespace {

bool is_digit(char each) noexcept { return each >= '0' && each <= '9'; }

/// A name at its last number: "worker ", "17", "".
struct parts {
  std::string_view before;
  std::string_view number;
  std::string_view behind;
};

parts parts_of(std::string_view name) noexcept {
  std::size_t end = name.size();
  while (end != 0 && !is_digit(name[end - 1])) --end;
  std::size_t begin = end;
  while (begin != 0 && is_digit(name[begin - 1])) --begin;
  return {name.substr(0, begin), name.substr(begin, end - begin), name.substr(end)};
}

// Of any length, so that nothing is computed: "17" and "18", "199" and "200", "07" and "08".
bool is_next_number(std::string_view a, std::string_view b) noexcept {
  const std::size_t nines = a.size() - std::min(a.find_last_not_of('9') + 1, a.size());
  if (nines == a.size())
    return !a.empty() && b.size() == a.size() + 1 && b.front() == '1' && b.find_first_not_of('0', 1) == b.npos;
  const std::size_t raised = a.size() - nines - 1;
  return b.size() == a.size() && b.substr(0, raised) == a.substr(0, raised) && b[raised] == a[raised] + 1 &&
         b.find_first_not_of('0', raised + 1) == b.npos;
}

bool follows(std::string_view a, std::string_view b) noexcept {
  const parts one = parts_of(a);
  const parts next = parts_of(b);
  return one.before == next.before && one.behind == next.behind && is_next_number(one.number, next.number);
}

}  // namespace

std::string pattern_of(std::string_view name) {
  std::string pattern;
  for (std::size_t i = 0; i != name.size(); ++i)
    if (!is_digit(name[i]))
      pattern += name[i];
    else if (i == 0 || !is_digit(name[i - 1]))
      pattern += '#';
  return pattern;
}

bool comes_before(std::string_view a, std::string_view b) noexcept {
  while (!a.empty() && !b.empty()) {
    if (!is_digit(a.front()) || !is_digit(b.front())) {
      if (a.front() != b.front()) return a.front() < b.front();
      a.remove_prefix(1);
      b.remove_prefix(1);
      continue;
    }
    const auto number_of = [](std::string_view text) { return text.substr(0, text.find_first_not_of("0123456789")); };
    const std::string_view one = number_of(a);
    const std::string_view other = number_of(b);
    if (one.size() != other.size()) return one.size() < other.size();
    if (one != other) return one < other;
    a.remove_prefix(one.size());
    b.remove_prefix(other.size());
  }
  return a.size() < b.size();
}

std::vector<name_range> ranges_of(std::vector<std::string_view> names) {
  std::sort(names.begin(), names.end(), &comes_before);
  std::vector<name_range> ranges;
  for (const std::string_view each : names) {
    if (!ranges.empty() && follows(ranges.back().last, each)) {
      ranges.back().last = each;
      ++ranges.back().count;
    } else {
      ranges.push_back({each, each});
    }
  }
  return ranges;
}

std::vector<name_range> ranges_in_order(const std::vector<std::string_view>& names) {
  std::vector<name_range> ranges;
  int direction = 0;  // of the last range: 0 while it has one name
  for (const std::string_view each : names) {
    int step = 0;
    if (!ranges.empty()) step = follows(ranges.back().last, each) ? 1 : follows(each, ranges.back().last) ? -1 : 0;
    if (step != 0 && (direction == 0 || direction == step)) {
      ranges.back().last = each;
      ++ranges.back().count;
      direction = step;
    } else {
      ranges.push_back({each, each});
      direction = 0;
    }
  }
  return ranges;
}

std::string text_of(const std::vector<name_range>& ranges, std::string_view quote, std::size_t most) {
  std::string text;
  std::size_t left_out = 0;
  for (std::size_t i = 0; i != ranges.size(); ++i) {
    const name_range& each = ranges[i];
    if (i >= most) {
      left_out += each.count;
      continue;
    }
    text += (i == 0 ? "" : ", ") + std::string{quote}.append(each.first).append(quote);
    if (each.count != 1) text += (each.count == 2 ? ", " : " to ") + std::string{quote}.append(each.last).append(quote);
  }
  return left_out == 0 ? text : text + " and " + std::to_string(left_out) + " more";
}

}  // namespace actors::inline v1::detail
