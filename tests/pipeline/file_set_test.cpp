// Which files a path, a directory or a pattern means.
#include "file_set.hpp"

#include "folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

namespace {

using actors::pipeline::file_fault;
using actors::pipeline::find_files;
using actors::pipeline::why_no_files;
using names = std::vector<std::string>;

// The files that a pattern below the folder finds, as paths relative to it.
names found(const test::folder& in, const std::string& pattern, names* faults = nullptr) {
  names all;
  find_files(
      in.path(pattern),
      [&](const std::string& path) {
        all.push_back(std::filesystem::path{path}.lexically_normal().lexically_relative(in.path()).string());
        return true;
      },
      [&](const file_fault& fault) {
        EXPECT_NE(faults, nullptr) << fault.path << ": " << fault.reason;
        if (faults != nullptr) faults->push_back(fault.reason);
      });
  return all;
}

class file_set : public ::testing::Test {
 protected:
  file_set() {
    for (const char* name : {"b.txt", "a.txt", "c.log", ".hidden.txt", "dir/x.txt", "dir/y.hpp", "dir/deep/z.txt",
                             "dir/deep/deeper/w.txt", "dir/.git/config.txt", "a dir/[odd] name?.txt"})
      files.write(name, name);
  }
  test::folder files;
};

TEST_F(file_set, a_file_is_that_file) { EXPECT_EQ(found(files, "b.txt"), names{"b.txt"}); }

TEST_F(file_set, a_directory_is_every_file_below_it_in_the_order_of_the_names) {
  EXPECT_EQ(found(files, "dir"),
            (names{"dir/.git/config.txt", "dir/deep/deeper/w.txt", "dir/deep/z.txt", "dir/x.txt", "dir/y.hpp"}));
  EXPECT_EQ(found(files, "").size(), 10U);
}

TEST_F(file_set, a_pattern_matches_within_one_name) {
  EXPECT_EQ(found(files, "*.txt"), (names{"a.txt", "b.txt"}));
  EXPECT_EQ(found(files, "?.txt"), (names{"a.txt", "b.txt"}));
  EXPECT_EQ(found(files, "[b-z].*"), (names{"b.txt", "c.log"}));
  EXPECT_EQ(found(files, "[!b]*.txt"), names{"a.txt"});
  EXPECT_EQ(found(files, "*/*.txt"), (names{"a dir/[odd] name?.txt", "dir/x.txt"}));
  EXPECT_EQ(found(files, "dir/d*/z.txt"), names{"dir/deep/z.txt"});
  EXPECT_EQ(found(files, "*.none"), names{});
}

TEST_F(file_set, a_leading_dot_must_be_written) {
  EXPECT_EQ(found(files, ".*.txt"), names{".hidden.txt"});
  EXPECT_EQ(found(files, "dir/.git/*.txt"), names{"dir/.git/config.txt"});
  EXPECT_EQ(found(files, "dir/*/config.txt"), names{});
}

TEST_F(file_set, two_stars_match_any_number_of_directories) {
  EXPECT_EQ(found(files, "**/z.txt"), names{"dir/deep/z.txt"});
  EXPECT_EQ(found(files, "dir/**/*.txt"), (names{"dir/x.txt", "dir/deep/z.txt", "dir/deep/deeper/w.txt"}));
  EXPECT_EQ(found(files, "**/*.hpp"), names{"dir/y.hpp"});
}

TEST_F(file_set, two_stars_at_the_end_match_every_file_below) {
  EXPECT_EQ(found(files, "dir/deep/**"), (names{"dir/deep/z.txt", "dir/deep/deeper/w.txt"}));
  EXPECT_EQ(found(files, "dir/**").size(), 4U);  // not what is hidden
}

TEST_F(file_set, each_file_is_found_once) {
  EXPECT_EQ(found(files, "**/**/*.txt"), found(files, "**/*.txt"));
  EXPECT_EQ(found(files, "**/dir/**/w.txt"), names{"dir/deep/deeper/w.txt"});
  EXPECT_EQ(found(files, "**/deep*/**/w.txt"), names{"dir/deep/deeper/w.txt"});
  EXPECT_EQ(found(files, "**/**").size(), 8U);
}

TEST_F(file_set, a_file_whose_name_looks_like_a_pattern_is_that_file) {
  EXPECT_EQ(found(files, "a dir/[odd] name?.txt"), names{"a dir/[odd] name?.txt"});
}

TEST_F(file_set, repeated_and_last_slashes_do_not_matter) {
  EXPECT_EQ(found(files, "dir//deep///*.txt"), names{"dir/deep/z.txt"});
  EXPECT_EQ(found(files, "dir/deep/"), (names{"dir/deep/deeper/w.txt", "dir/deep/z.txt"}));
}

TEST_F(file_set, below_a_directory_links_are_not_followed_but_a_pattern_may_name_them) {
  std::filesystem::create_symlink("../b.txt", files.path("dir/link.txt"));
  std::filesystem::create_directory_symlink("..", files.path("dir/up"));
  std::filesystem::create_symlink("nowhere", files.path("dir/dangling.txt"));
  EXPECT_EQ(found(files, "dir").size(), 5U);
  EXPECT_EQ(found(files, "dir/*.txt"), (names{"dir/link.txt", "dir/x.txt"}));
  EXPECT_EQ(found(files, "dir/up/b.txt"), names{"dir/up/b.txt"});
  EXPECT_EQ(found(files, "dir/**/b.txt"), names{});
}

TEST_F(file_set, loops_of_links_end) {
  std::filesystem::create_directory_symlink(".", files.path("dir/self"));
  std::filesystem::create_symlink("loop", files.path("dir/loop"));
  EXPECT_EQ(found(files, "dir/**/z.txt"), names{"dir/deep/z.txt"});
  EXPECT_EQ(found(files, "dir/*/x.txt"), names{"dir/self/x.txt"});
  EXPECT_EQ(found(files, "dir").size(), 5U);
}

TEST_F(file_set, what_is_no_regular_file_is_left_out_of_directories_and_patterns) {
  ASSERT_EQ(::mkfifo(files.path("dir/pipe").c_str(), 0600), 0);
  EXPECT_EQ(found(files, "dir").size(), 5U);
  EXPECT_EQ(found(files, "dir/p*"), names{});
  EXPECT_EQ(found(files, "dir/pipe"), names{"dir/pipe"});  // named itself: whoever names it wants it
}

TEST_F(file_set, finding_stops_when_the_caller_has_enough) {
  int calls = 0;
  for (const std::string& path : {files.path(), files.path("**/*")}) {
    calls = 0;
    find_files(
        path, [&](const std::string&) { return ++calls < 2; }, [](const file_fault&) { ADD_FAILURE(); });
    EXPECT_EQ(calls, 2);
  }
}

TEST_F(file_set, relative_paths_stay_relative) {
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(files.path());
  names all;
  for (const char* path : {"a.txt", "*.log", "./dir/*.hpp", "dir/deep", "**/z*"})
    find_files(
        path,
        [&](const std::string& file) {
          all.push_back(file);
          return true;
        },
        [](const file_fault&) { ADD_FAILURE(); });
  std::filesystem::current_path(before);
  EXPECT_EQ(all, (names{"a.txt", "c.log", "./dir/y.hpp", "dir/deep/deeper/w.txt", "dir/deep/z.txt", "dir/deep/z.txt"}));
}

// A path that cannot be looked at, whoever asks.
TEST_F(file_set, what_cannot_be_looked_at_is_a_fault) {
  names faults;
  EXPECT_EQ(found(files, "a.txt/below", &faults), names{});
  ASSERT_EQ(faults.size(), 1U);
  std::filesystem::create_symlink("loop", files.path("loop"));
  EXPECT_EQ(found(files, "loop", &faults), names{});
  ASSERT_EQ(faults.size(), 2U);
  EXPECT_EQ(found(files, "none", &faults), names{});
  EXPECT_EQ(faults.size(), 3U);
  EXPECT_EQ(found(files, "*/none", &faults), names{});  // a pattern that matches nothing is none
  EXPECT_EQ(faults.size(), 3U);
}

TEST_F(file_set, why_there_are_no_files_is_said_in_words) {
  EXPECT_EQ(why_no_files(files.path("a.txt")), std::nullopt);
  EXPECT_EQ(why_no_files(files.path()), std::nullopt);
  EXPECT_EQ(why_no_files(files.path("**/*.hpp")), std::nullopt);
  EXPECT_EQ(why_no_files(""), "an empty path names no file");
  EXPECT_EQ(why_no_files(files.path("none")), "'" + files.path("none") + "' does not exist");
  EXPECT_EQ(why_no_files(files.path("*.none")), "'" + files.path("*.none") + "' matches no file");
  std::filesystem::create_directories(files.path("empty/inner"));
  EXPECT_EQ(why_no_files(files.path("empty")), "there is no file below '" + files.path("empty") + "'");
  std::filesystem::create_symlink("loop", files.path("loop"));
  EXPECT_EQ(why_no_files(files.path("loop")),
            "'" + files.path("loop") + "' cannot be read: Too many levels of symbolic links");
}

}  // namespace
