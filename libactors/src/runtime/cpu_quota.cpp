#include "cpu_quota.hpp"

#include "thread_placement.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace actors::inline v1::detail {

namespace {

using words = std::vector<std::string_view>;

/// A tree of control groups that limits CPU time: v2 has one tree for everything, v1 one for each controller.
struct hierarchy {
  std::string own;  ///< the group of this process, as /proc/self/cgroup says it; empty: not a member of this tree
  struct mount {
    std::string top;    ///< the group that is seen at `point`; a container often sees only its own part of the tree
    std::string point;  ///< a folder
  };
  std::vector<mount> mounts;
  std::optional<unsigned> (*quota_in)(const std::string& folder);
};

words split(std::string_view text, char at) {
  words parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(at), text.size());
    if (end != 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

bool has(const words& list, std::string_view what) { return std::find(list.begin(), list.end(), what) != list.end(); }

/// The words of the first line of a small file; none where it cannot be read.
std::vector<std::string> first_line_of(const std::string& file) {
  std::ifstream in{file};
  std::string line;
  std::getline(in, line);
  std::vector<std::string> found;
  for (const std::string_view word : split(line, ' ')) found.emplace_back(word);
  return found;
}

std::optional<std::int64_t> positive(std::string_view text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, value);
  if (fault != std::errc{} || stop != end || value <= 0) return {};
  return value;
}

/// Both in microseconds. A quota of "max" (v2) or -1 (v1) is not positive: no limit.
std::optional<unsigned> to_cpus(std::string_view quota, std::string_view period) {
  const auto allowed = positive(quota);
  const auto in = positive(period);
  if (!allowed || !in) return {};
  const std::int64_t rounded_up = (*allowed - 1) / *in + 1;
  return static_cast<unsigned>(std::min<std::int64_t>(rounded_up, std::numeric_limits<unsigned>::max()));
}

/// One line: "QUOTA PERIOD", with "max" for no quota.
std::optional<unsigned> quota_of_v2(const std::string& folder) {
  const auto line = first_line_of(folder + "/cpu.max");
  if (line.size() != 2) return {};
  return to_cpus(line[0], line[1]);
}

std::optional<unsigned> quota_of_v1(const std::string& folder) {
  const auto quota = first_line_of(folder + "/cpu.cfs_quota_us");
  const auto period = first_line_of(folder + "/cpu.cfs_period_us");
  if (quota.size() != 1 || period.size() != 1) return {};
  return to_cpus(quota[0], period[0]);
}

/// Reads lines ID:CONTROLLERS:GROUP; v2 is the line with the ID 0.
void read_own_groups(const std::string& file, hierarchy& v2, hierarchy& v1) {
  std::ifstream in{file};
  for (std::string line; std::getline(in, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string_view text{line};
    const std::string_view controllers = text.substr(first + 1, second - first - 1);
    if (text.substr(0, first) == "0" && controllers.empty())
      v2.own = text.substr(second + 1);
    else if (has(split(controllers, ','), "cpu"))
      v1.own = text.substr(second + 1);
  }
}

/// In mountinfo a space, a tab, a newline and a backslash of a path are written as a backslash and three octal digits.
std::string unescape(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    int code = 0;
    if (text.front() == '\\' && text.size() >= 4) {
      const auto [stop, fault] = std::from_chars(text.data() + 1, text.data() + 4, code, 8);
      if (fault == std::errc{} && stop == text.data() + 4) {
        plain += static_cast<char>(code);
        text.remove_prefix(4);
        continue;
      }
    }
    plain += text.front();
    text.remove_prefix(1);
  }
  return plain;
}

/// Reads lines "ID PARENT DEVICE TOP POINT OPTIONS [TAG...] - TYPE SOURCE SUPER_OPTIONS" (proc_pid_mountinfo(5)).
void read_mounts(const std::string& file, hierarchy& v2, hierarchy& v1) {
  std::ifstream in{file};
  for (std::string line; std::getline(in, line);) {
    const words fields = split(line, ' ');
    if (fields.size() < 10) continue;
    const auto dash = std::find(fields.begin() + 6, fields.end(), "-");
    if (fields.end() - dash < 4) continue;
    hierarchy* seen = nullptr;
    if (dash[1] == "cgroup2") seen = &v2;
    if (dash[1] == "cgroup" && has(split(dash[3], ','), "cpu")) seen = &v1;
    if (seen != nullptr) seen->mounts.push_back({unescape(fields[3]), unescape(fields[4])});
  }
}

/// The way from group `top` down to `group`, name by name; nothing where `group` is not below `top` or not itself. A
/// group outside of a container's own view has a path that begins with "/..", at whichever side of the two.
std::optional<words> way_down(std::string_view top, std::string_view group) {
  const words above = split(top, '/');
  words names = split(group, '/');
  if (above.size() > names.size() || !std::equal(above.begin(), above.end(), names.begin())) return {};
  names.erase(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(above.size()));
  if (has(names, "..")) return {};
  return names;
}

void keep_smallest(std::optional<unsigned>& smallest, std::optional<unsigned> found) {
  if (found && (!smallest || *found < *smallest)) smallest = found;
}

/// A group's limit holds for all below it. Folders that are not there (a group that was deleted, or one that the
/// container cannot see) have no quota, those above them may.
std::optional<unsigned> smallest_quota(const hierarchy& tree, const std::string& root) {
  std::optional<unsigned> smallest;
  bool seen = false;
  for (const auto& each : tree.mounts) {
    const auto way = way_down(each.top, tree.own);
    if (!way) continue;
    seen = true;
    std::string folder = root + each.point;
    keep_smallest(smallest, tree.quota_in(folder));
    for (const std::string_view name : *way) {
      folder += '/';
      folder += name;
      keep_smallest(smallest, tree.quota_in(folder));
    }
  }
  // No mount shows this process's group: what is mounted is then the group of the container, or one above it.
  if (!seen)
    for (const auto& each : tree.mounts) keep_smallest(smallest, tree.quota_in(root + each.point));
  return smallest;
}

}  // namespace

std::optional<unsigned> cpu_quota(const std::filesystem::path& root) {
  hierarchy v2{{}, {}, &quota_of_v2};
  hierarchy v1{{}, {}, &quota_of_v1};
  std::string prefix = root.string();
  if (prefix.ends_with('/')) prefix.pop_back();
  read_own_groups(prefix + "/proc/self/cgroup", v2, v1);
  read_mounts(prefix + "/proc/self/mountinfo", v2, v1);
  std::optional<unsigned> smallest;
  for (const hierarchy* tree : std::array{&v2, &v1})
    if (!tree->own.empty()) keep_smallest(smallest, smallest_quota(*tree, prefix));
  return smallest;
}

unsigned usable_cpus(const std::filesystem::path& root) {
  const unsigned allowed = std::max(1U, cpu_mask::of_this_thread().count());
  return std::min(allowed, cpu_quota(root).value_or(allowed));
}

}  // namespace actors::inline v1::detail
