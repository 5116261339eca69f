// folder: a directory of a test's own, with files in it; gone when it goes out of scope.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace test {

class folder {
 public:
  folder() {
    std::string name = (std::filesystem::temp_directory_path() / "actors-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"cannot make a directory for the test"};
    root_ = name;
  }
  ~folder() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  folder(const folder&) = delete;
  folder& operator=(const folder&) = delete;

  std::string path() const { return root_.string(); }
  std::string path(std::string_view name) const { return (root_ / name).string(); }

  /// Writes a file, with the directories above it; gives its path.
  std::string write(std::string_view name, std::string_view content) const {
    const auto file = root_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream out{file, std::ios::binary};
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    if (!out) throw std::runtime_error{"cannot write " + file.string()};
    return file.string();
  }

 private:
  std::filesystem::path root_;
};

}  // namespace test
