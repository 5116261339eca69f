// file_set: which files a list of paths, directories and patterns means.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace actors::inline v1::pipeline {

/// A path that could not be looked at, and why.
struct file_fault {
  std::string path;
  std::string reason;
};

/// Finds the files that `path` means, sorted within each directory, and gives them to `found` until it returns false:
///   - a file: that file;
///   - a directory: every regular file below it; symbolic links are not followed;
///   - a pattern with `*`, `?`, `[...]` (within a name; a leading dot must be written) or `**` (any number of
///     directories; at its end: every file below): every file that matches, once.
/// What cannot be read goes to `fault`. Blocks on the file system.
void find_files(const std::string& path, const std::function<bool(std::string)>& found,
                const std::function<void(file_fault)>& fault);

/// Why `path` cannot be used as it stands, in words for a user; empty where it means at least one file.
/// Blocks on the file system.
std::optional<std::string> why_no_files(const std::string& path);

}  // namespace actors::inline v1::pipeline
