// How the scalars below `with:` are read, by the kind of option.
#include "loading.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace {

using namespace std::chrono_literals;
using test::knobs;
using test::load;
using test::option_of;

template <class T>
T read(const std::string& option, const std::string& written) {
  return std::get<T>(option_of(load(knobs(option + ": " + written)), option));
}
/// The message about one wrong option.
std::string refusal(const std::string& option, const std::string& written) {
  const auto r = load(knobs(option + ": " + written));
  if (r.diagnostics.size() != 1) return test::rendered(r);
  EXPECT_EQ(r.diagnostics[0].line, 3U);
  return r.diagnostics[0].message + "|" + r.diagnostics[0].help;
}

TEST(option, true_and_false_alone_are_booleans) {
  EXPECT_TRUE(read<bool>("flag", "true"));
  EXPECT_FALSE(read<bool>("flag", "false"));
  EXPECT_EQ(refusal("flag", "yes"), "'flag' must be true or false, found 'yes'|write true");
  EXPECT_EQ(refusal("flag", "Off"), "'flag' must be true or false, found 'Off'|write false");
  EXPECT_EQ(refusal("flag", "True"), "'flag' must be true or false, found 'True'|write true");
  EXPECT_EQ(refusal("flag", "'true'"),
            "'flag' must be true or false, found the quoted text 'true'|quotes make it a text; write it without: true");
}

TEST(option, integers_are_decimal_digits) {
  EXPECT_EQ(read<std::int64_t>("whole", "0"), 0);
  EXPECT_EQ(read<std::int64_t>("whole", "-12"), -12);
  EXPECT_EQ(read<std::int64_t>("whole", "-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(refusal("whole", "010"),
            "'whole' must be an integer, found '010'|write 10; if an octal number was meant, write 8");
  EXPECT_EQ(refusal("whole", "-007"), "'whole' must be an integer, found '-007'|write -7");
  EXPECT_EQ(refusal("whole", "0x1F"), "'whole' must be an integer, found '0x1F'|write it in decimal digits: 31");
  EXPECT_EQ(refusal("whole", "1_000"), "'whole' must be an integer, found '1_000'|write 1000");
  EXPECT_EQ(refusal("whole", "+5"), "'whole' must be an integer, found '+5'|write it without the plus");
  EXPECT_EQ(refusal("whole", "1e3"),
            "'whole' must be an integer, found '1e3'|an integer is written in decimal digits alone: 1000");
  EXPECT_EQ(refusal("whole", "9223372036854775808"),
            "'whole' does not fit in 64 bits: '9223372036854775808'|the largest integer is 9223372036854775807");
  EXPECT_EQ(refusal("whole", "''"), "'whole' must be an integer, found an empty text|");
  EXPECT_EQ(refusal("whole", "null"), "'whole' must be an integer, but it has no value|");
}

TEST(option, real_numbers_may_be_whole) {
  EXPECT_EQ(read<double>("real", "2"), 2.0);
  EXPECT_EQ(read<double>("real", "-0.5e-3"), -0.0005);
  EXPECT_EQ(refusal("real", "08.5"), "'real' must be a number, found '08.5'|");
  EXPECT_EQ(refusal("real", ".inf"), "'real' must be a number, found '.inf'|");
  EXPECT_EQ(refusal("real", "nan"), "'real' must be a number, found 'nan'|");
  EXPECT_EQ(refusal("real", "1e999"), "'real' is too large or too small for a number: '1e999'|");
}

TEST(option, any_scalar_is_a_text) {
  EXPECT_EQ(read<std::string>("text", "yes"), "yes");
  EXPECT_EQ(read<std::string>("text", "010"), "010");
  EXPECT_EQ(read<std::string>("text", "''"), "");
  EXPECT_EQ(refusal("text", "[a]"), "'text' must be a text, found a list|");
  EXPECT_EQ(refusal("text", "~"), "'text' must be a text, but it has no value|");
}

TEST(option, a_text_is_a_list_of_one) {
  EXPECT_EQ(read<std::vector<std::string>>("texts", "a"), std::vector<std::string>{"a"});
  EXPECT_EQ(read<std::vector<std::string>>("texts", "[a, 5]"), (std::vector<std::string>{"a", "5"}));
  EXPECT_EQ(refusal("texts", "[a, [b]]"), "'texts' must be a list of texts, found a list in it|");
  EXPECT_EQ(refusal("texts", "[]"), "'texts' is an empty list; it needs at least one text|");
}

TEST(option, durations_have_a_unit) {
  const auto duration = [](const std::string& s) { return read<std::chrono::nanoseconds>("time", s); };
  EXPECT_EQ(duration("200ms"), 200ms);
  EXPECT_EQ(duration("10s"), 10s);
  EXPECT_EQ(duration("1.5s"), 1500ms);
  EXPECT_EQ(duration("2h"), 2h);
  EXPECT_EQ(duration("1m"), 1min);
  EXPECT_EQ(duration("500us"), 500us);
  EXPECT_EQ(duration("0s"), 0s);
  EXPECT_EQ(duration("0.1us"), 100ns);
  EXPECT_EQ(duration("'10s'"), 10s);
  const std::string wanted = "'time' must be a duration (such as 200ms, 10s, 5m), found ";
  EXPECT_EQ(refusal("time", "10"), wanted + "'10'|say the unit: 10s or 10ms");
  EXPECT_EQ(refusal("time", "5min"), wanted + "'5min'|write 5m");
  EXPECT_EQ(refusal("time", "1h30m"),
            wanted + "'1h30m'|a duration is a number and a unit: 500us, 200ms, 10s, 1.5m, 2h");
  EXPECT_EQ(refusal("time", "-5s"), "'time' must not be negative, found '-5s'|");
  EXPECT_EQ(refusal("time", "9999999h"), "'time' is longer than 292 years: '9999999h'|");
}

TEST(option, a_choice_is_one_of_its_words) {
  EXPECT_EQ(read<std::string>("word", "green"), "green");
  EXPECT_EQ(refusal("word", "gren"), "'word' must be one of red, green, found 'gren'|did you mean 'green'?");
}

TEST(option, a_condition_is_parsed_and_its_errors_stand_in_the_text) {
  EXPECT_EQ(read<test::pl::expression>("when", "a == 1").fields(), std::vector<std::string>{"a"});
  EXPECT_EQ(test::places(load(knobs("when: 'a ''b'' c'"))), std::vector<std::string>{"E014 3:36"});
}

TEST(option, what_the_file_leaves_out_has_its_default) {
  const auto r = load("version: 1\nactors:\n  g: {type: generate}\n  show: {type: stdout, from: g}\n");
  EXPECT_EQ(std::get<std::int64_t>(option_of(r, "count")), -1);
  EXPECT_EQ(std::get<std::string>(r.plan->actors[1].options.at("format")), "lines");
}

TEST(option, a_check_runs_only_for_a_value_of_the_right_type) {
  const std::string file =
      "version: 1\nactors:\n  f: {type: file.read, with: {path: P}}\n  show: {type: stdout, from: f}\n";
  const auto with_path = [&](const std::string& path) {
    return test::places(load(std::string{file}.replace(file.find('P'), 1, path)));
  };
  EXPECT_EQ(with_path("[x, /no/y]"), std::vector<std::string>{"E026 3:41"});
  EXPECT_EQ(with_path("[/no/y, {}]"), std::vector<std::string>{"E012 3:45"});
}

}  // namespace
