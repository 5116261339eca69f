// vars, the environment, and --set.
#include "loading.hpp"

#include <gtest/gtest.h>

namespace {

using test::load;
using test::option_of;
using test::places;

std::string file(const std::string& vars, const std::string& options) {
  return "version: 1\nvars: {" + vars + "}\nactors:\n  k: {type: knobs, with: {" + options +
         "}}\n  show: {type: stdout, from: k}\n";
}
std::string text_of(const std::string& vars, const std::string& text,
                    std::map<std::string, std::string> environment = {}) {
  const auto r = load(file(vars, "text: " + text), {}, std::move(environment));
  EXPECT_EQ(test::rendered(r), "");
  return std::get<std::string>(option_of(r, "text"));
}
using list = std::vector<std::string>;

TEST(variables, stand_for_their_value_anywhere_in_a_scalar) {
  EXPECT_EQ(text_of("a: x, b: 5", "\"<$(a)-$(b)>\""), "<x-5>");
  EXPECT_EQ(text_of("a: '$(b)/y', b: x", "$(a)"), "x/y");  // in any order
}

TEST(variables, a_dollar_that_starts_no_reference_is_plain) {
  EXPECT_EQ(text_of("", "'^a$|$5|$|$$'"), "^a$|$5|$|$$");
  EXPECT_EQ(text_of("", "'$$(a) $${B} $$$(c)'"), "$(a) ${B} $$(c)");
}

TEST(variables, the_environment_has_defaults_and_messages) {
  EXPECT_EQ(text_of("", "'${A}/${B:-b}'", {{"A", "x"}}), "x/b");
  EXPECT_EQ(text_of("", "'${A:-b:-c}'", {{"A", ""}}), "b:-c");
  EXPECT_EQ(text_of("", "'${A:?needed}'", {{"A", "x"}}), "x");
  const auto r = load(file("", "text: '${A:?set it}'"));
  ASSERT_EQ(r.diagnostics.size(), 1U);
  EXPECT_EQ(r.diagnostics[0].message, "the environment variable 'A' is not set: set it");
  EXPECT_EQ(load(file("", "text: '${A:?set it}'"), {}, {{"A", ""}}).diagnostics.at(0).message,
            "the environment variable 'A' is empty: set it");
}

TEST(variables, a_scalar_that_is_one_reference_takes_its_plainness) {
  EXPECT_EQ(std::get<std::int64_t>(option_of(load(file("n: 5", "whole: \"$(n)\"")), "whole")), 5);
  EXPECT_EQ(std::get<std::int64_t>(option_of(load(file("n: '${N:-7}'", "whole: $(n)")), "whole")), 7);
  EXPECT_EQ(places(load(file("n: '5'", "whole: $(n)"))), list{"E012 4:34"});
  EXPECT_EQ(places(load(file("n: 5", "whole: '1$(n)'"))), list{"E012 4:34"});
}

TEST(variables, values_are_not_expanded_a_second_time) { EXPECT_EQ(text_of("", "'${A}'", {{"A", "$(b)"}}), "$(b)"); }

TEST(variables, mistakes_in_them_are_said_once) {
  EXPECT_EQ(places(load(file("a: '${A}'", "text: $(a), texts: [$(a), x$(a)]"))), list{"E017 2:12"});
  EXPECT_EQ(places(load(file("a: $(b), b: $(a)", "text: $(a)"))), list{"E016 2:20"});
  EXPECT_EQ(places(load(file("a: $(a)", "text: $(a)"))), list{"E016 2:11"});
  EXPECT_EQ(places(load(file("", "text: 'xy $(no)'"))), list{"E015 4:37"});
  EXPECT_EQ(places(load(file("1a: 5", "text: x"))), (list{"E024 2:8", "W002 2:8"}));
  EXPECT_EQ(
      places(load(
          "version: 1\nvars: [a]\nactors:\n  k: {type: knobs, with: {text: $(a)}}\n  s: {type: stdout, from: k}\n")),
      list{"E005 2:7"});
}

TEST(variables, an_error_in_an_expanded_text_points_to_the_part_that_was_written) {
  EXPECT_EQ(places(load(file("n: 5", "when: 'a == $(n) nor b == 1'"))), list{"E014 4:44"});
  EXPECT_EQ(places(load(file("n: x", "when: 'a == $(n)'"))), list{"E014 4:39"});
}

TEST(set, a_name_sets_a_variable_and_a_path_a_value) {
  const std::string text = file("n: 5", "whole: $(n)");
  EXPECT_EQ(std::get<std::int64_t>(option_of(load(text, {"n=6"}), "whole")), 6);
  EXPECT_EQ(std::get<std::int64_t>(option_of(load(text, {"vars.n=6"}), "whole")), 6);
  EXPECT_EQ(std::get<std::int64_t>(option_of(load(text, {"n=6", "n=7"}), "whole")), 7);
  EXPECT_EQ(std::get<std::string>(option_of(load(text, {"actors.k.with.text=a=b"}), "text")), "a=b");
  EXPECT_EQ(load(text, {"runtime.threads=3"}).plan.value().threads, 3U);
  EXPECT_EQ(
      std::get<std::string>(load(text, {"actors.show.with.format=json"}).plan.value().actors[1].options.at("format")),
      "json");
}

TEST(set, a_value_is_expanded_as_in_the_file) {
  EXPECT_EQ(std::get<std::string>(option_of(load(file("n: 5", "text: $(n)"), {"actors.k.with.text=<$(n)>"}), "text")),
            "<5>");
}

TEST(set, replaces_a_variable_whose_own_value_could_not_be_had) {
  EXPECT_EQ(std::get<std::string>(option_of(load(file("a: '${A:?needed}'", "text: $(a)"), {"a=x"}), "text")), "x");
}

TEST(set, mistakes_stand_on_the_command_line) {
  const auto r = load(file("log: x", "text: $(log)"), {"log=y", "lgo=5"});
  EXPECT_EQ(test::rendered(r),
            "<command line>:2:7: error[E027]: the file has no variable 'lgo'\n"
            "    2 | --set lgo=5\n"
            "      |       ^~~ its only variable is log\n"
            "      = help: did you mean 'log'?\n"
            "1 error; nothing was started. See `actors explain E027`.\n");
  const std::string text = file("", "text: x");
  EXPECT_EQ(places(load(text, {"actors.kk.with.text=5"})), list{"E027 1:14"});
  EXPECT_EQ(places(load(text, {"actors.k.with.txet=5"})), list{"E011 1:21"});
  EXPECT_EQ(places(load(text, {"actors.k.with.whole=010"})), list{"E012 1:27"});
  EXPECT_EQ(places(load(text, {"runtme.threads=5"})), list{"E004 1:7"});
  EXPECT_EQ(places(load(text, {"text"})), list{"E027 1:7"});
  EXPECT_EQ(places(load(text, {""})), list{"E027 1:7"});
  EXPECT_EQ(places(load(text, {"=5"})), list{"E027 1:7"});
  EXPECT_EQ(places(load(text, {"actors.k.with.when=a = 5"})), list{"E014 1:28"});
}

}  // namespace
