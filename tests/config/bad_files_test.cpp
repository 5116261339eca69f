// Each file of tests/bad holds one kind of mistake; beside it stands what `actors check` says about it.
#include "loading.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace {

namespace fs = std::filesystem;
namespace cf = actors::config;

std::vector<std::string> bad_files() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator{ACTORS_TEST_BAD_DIR})
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  std::ranges::sort(names);
  return names;
}

std::string content(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}};
}

class bad_file : public testing::TestWithParam<std::string> {};

TEST_P(bad_file, gets_the_diagnostics_beside_it) {
  const fs::path folder{ACTORS_TEST_BAD_DIR};
  cf::load_options options;
  options.environment = [](const std::string&) { return std::optional<std::string>{}; };
  const auto components = test::fake_registry();
  const std::string name = GetParam() + ".yaml";
  const auto result = cf::load_text(name, content(folder / name), options, components);
  EXPECT_EQ(cf::render(result.diagnostics), content(folder / (GetParam() + ".expected")));
  const bool errors =
      std::ranges::any_of(result.diagnostics, [](const auto& d) { return d.level == cf::severity::error; });
  EXPECT_EQ(result.plan.has_value(), !errors);
}

INSTANTIATE_TEST_SUITE_P(tests_bad, bad_file, testing::ValuesIn(bad_files()),
                         [](const auto& tested) { return tested.param; });

TEST(bad_files, show_every_code_that_a_file_alone_can_have) {
  std::string all;
  for (const auto& name : bad_files()) all += content(fs::path{ACTORS_TEST_BAD_DIR} / (name + ".expected"));
  // The command line, too many findings, and a port for rejected items that no built-in component has.
  const std::set<std::string_view> elsewhere{"E027", "E029", "W003"};
  for (const auto& e : cf::explanations())
    EXPECT_EQ(all.find(std::string{e.code}.append("]")) != std::string::npos, !elsewhere.contains(e.code)) << e.code;
}

}  // namespace
