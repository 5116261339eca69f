#include "file_set.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

namespace actors::inline v1::pipeline {

namespace {

namespace fs = std::filesystem;

bool is_pattern(std::string_view name) noexcept { return name.find_first_of("*?[") != std::string_view::npos; }

/// One walk: what it found goes to the caller until the caller has enough.
class walk {
 public:
  walk(const std::function<bool(std::string)>& found, const std::function<void(file_fault)>& fault)
      : found_{found}, fault_{fault} {}

  /// Every regular file below `directory`.
  void all_below(const fs::path& directory) {
    for (const fs::directory_entry& entry : entries(directory)) {
      if (!more_) return;
      std::error_code error;
      const fs::file_status status = entry.symlink_status(error);
      if (error)
        fault_({entry.path().string(), error.message()});
      else if (fs::is_directory(status))
        all_below(entry.path());
      else if (fs::is_regular_file(status))
        more_ = found_(entry.path().string());
    }
  }

  /// Everything below `base` that matches the parts of a pattern from `at` on.
  void matching(const fs::path& base, const std::vector<std::string>& parts, std::size_t at) {
    if (!more_) return;
    if (at == parts.size()) return file(base);
    const std::string& part = parts[at];
    if (part == "**") {
      matching(base, parts, at + 1);
      for (const fs::directory_entry& entry : entries(base)) {
        std::error_code error;
        if (entry.path().filename().string().starts_with('.')) continue;
        if (fs::is_directory(entry.symlink_status(error))) matching(entry.path(), parts, at);
      }
    } else if (!is_pattern(part)) {
      std::error_code error;
      if (fs::exists(base / part, error))
        matching(base / part, parts, at + 1);
      else if (error == std::errc::permission_denied)
        fault_({(base / part).string(), error.message()});
    } else {
      for (const fs::directory_entry& entry : entries(base)) {
        if (fnmatch(part.c_str(), entry.path().filename().c_str(), FNM_PERIOD) == 0)
          matching(entry.path(), parts, at + 1);
      }
    }
  }

 private:
  void file(const fs::path& path) {
    std::error_code error;
    // Two `**` can come to one file in several ways.
    if (fs::is_regular_file(path, error) && seen_.insert(path.string()).second) more_ = found_(path.string());
  }

  // An empty path is where a relative pattern starts.
  std::vector<fs::directory_entry> entries(const fs::path& directory) {
    std::vector<fs::directory_entry> all;
    std::error_code error;
    const fs::path looked_at = directory.empty() ? "." : directory;
    if (!fs::is_directory(looked_at, error)) return all;
    fs::directory_iterator at{looked_at, error};
    while (!error && at != fs::directory_iterator{}) {
      std::error_code gone;
      all.push_back(directory.empty() ? fs::directory_entry{at->path().filename(), gone} : *at);
      at.increment(error);
    }
    if (error) fault_({directory.string(), error.message()});
    std::sort(all.begin(), all.end());
    return all;
  }

  const std::function<bool(std::string)>& found_;
  const std::function<void(file_fault)>& fault_;
  std::set<std::string> seen_;  ///< files that matched a pattern
  bool more_ = true;
};

// The names of a pattern; behind a last `**` stands "every file": `*`.
std::vector<std::string> split(const std::string& pattern) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= pattern.size();) {
    const std::size_t end = std::min(pattern.find('/', at), pattern.size());
    if (end != at) parts.push_back(pattern.substr(at, end - at));
    at = end + 1;
  }
  if (!parts.empty() && parts.back() == "**") parts.push_back("*");
  return parts;
}

}  // namespace

void find_files(const std::string& path, const std::function<bool(std::string)>& found,
                const std::function<void(file_fault)>& fault) {
  walk files{found, fault};
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::is_directory(status)) return files.all_below(path);
  // A file whose name looks like a pattern is that file.
  if (fs::exists(status)) {
    found(path);
    return;
  }
  if (is_pattern(path)) return files.matching(path.starts_with('/') ? "/" : "", split(path), 0);
  fault({path, error ? error.message() : "no such file or directory"});
}

std::optional<std::string> why_no_files(const std::string& path) {
  if (path.empty()) return "an empty path names no file";
  bool any = false;
  std::optional<file_fault> first;
  find_files(
      path,
      [&](const std::string&) {
        any = true;
        return false;
      },
      [&](file_fault fault) {
        if (!first) first = std::move(fault);
      });
  if (any) return std::nullopt;
  std::error_code error;
  if (is_pattern(path) && !fs::exists(path, error)) {
    if (first) return "'" + path + "' matches no file; '" + first->path + "' cannot be read: " + first->reason;
    return "'" + path + "' matches no file";
  }
  if (first && first->path != path) return "'" + path + "': '" + first->path + "' cannot be read: " + first->reason;
  if (fs::is_directory(path, error))
    return first ? "'" + path + "' cannot be read: " + first->reason : "there is no file below '" + path + "'";
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) return "'" + path + "' does not exist";
  return "'" + path + "' cannot be read: " + error.message();
}

}  // namespace actors::inline v1::pipeline
