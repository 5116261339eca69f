// count_by, top_k, and what stands between counts and records.
#include "workbench.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using lines = std::vector<std::string>;
using test::workbench;

TEST(count_by, counts_whole_items) {
  workbench bench;
  bench.state().batches = {{"a", "b", "a"}, {"c", "a"}};
  EXPECT_EQ(bench.run({"in: {type: give}", "c: {type: count_by, from: in}", "out: {type: collect, from: c}"}),
            (lines{R"({"value":"a","count":3})", R"({"value":"b","count":1})", R"({"value":"c","count":1})"}));
}

TEST(count_by, names_the_key_as_it_is_told) {
  workbench bench;
  bench.state().batches = {{"a"}};
  EXPECT_EQ(bench.run({"in: {type: give}", "c: {type: count_by, from: in, with: {as: word}}",
                       "out: {type: collect, from: c}"}),
            lines{R"({"word":"a","count":1})"});
}

TEST(count_by, counts_a_field_and_what_lacks_it_as_null) {
  workbench bench;
  EXPECT_EQ(bench.run({"g: {type: generate, with: {count: 2}}", "c: {type: count_by, from: g, with: {key: n}}",
                       "out: {type: collect, from: c}"}),
            (lines{R"({"n":"0","count":1})", R"({"n":"1","count":1})"}));
  EXPECT_EQ(bench.run({"g: {type: generate, with: {count: 2}}", "c: {type: count_by, from: g, with: {key: m}}",
                       "out: {type: collect, from: c}"}),
            lines{R"({"m":"null","count":2})"});
}

TEST(count_by, refuses_to_call_the_value_like_its_number) {
  workbench bench;
  EXPECT_THROW(bench.plan({"g: {type: generate}", "c: {type: count_by, from: g, with: {as: count}}",
                           "out: {type: collect, from: c}"}),
               std::runtime_error);
  EXPECT_THROW(bench.run({"g: {type: generate, with: {count: 1}}", "c: {type: count_by, from: g, with: {key: count}}",
                          "out: {type: collect, from: c}"}),
               actors::actor_failed);
  EXPECT_EQ(bench.run({"g: {type: generate, with: {count: 1}}",
                       "c: {type: count_by, from: g, with: {key: count, as: other}}", "out: {type: collect, from: c}"}),
            lines{R"({"other":"null","count":1})"});
}

TEST(count_by, of_nothing_gives_nothing) {
  workbench bench;
  EXPECT_EQ(bench.run({"in: {type: give}", "c: {type: count_by, from: in}", "out: {type: collect, from: c}"}), lines{});
}

TEST(count_by, keeps_keys_apart_that_are_empty_long_or_not_text) {
  workbench bench;
  const std::string large(100'000, 'x');
  bench.state().batches = {{"", large, large + "y", "", large}};
  const lines all = bench.run({"in: {type: give}", "c: {type: count_by, from: in}", "out: {type: collect, from: c}"});
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0], R"({"value":"","count":2})");
  EXPECT_EQ(all[1], "{\"value\":\"" + large + "\",\"count\":2}");
  EXPECT_EQ(all[2], "{\"value\":\"" + large + "y\",\"count\":1}");
}

TEST(top_k, gives_the_most_frequent_first_and_equal_ones_in_the_order_of_their_keys) {
  workbench bench;
  bench.state().batches = {{"b", "c", "a", "d", "d", "c"}, {"Z"}};
  const auto top = [&](const std::string& k) {
    return bench.run({"in: {type: give}", "c: {type: count_by, from: in}",
                      "t: {type: top_k, from: c, with: {k: " + k + "}}", "out: {type: collect, from: t}"});
  };
  EXPECT_EQ(top("1"), lines{R"({"value":"c","count":2})"});
  EXPECT_EQ(top("3"),
            (lines{R"({"value":"c","count":2})", R"({"value":"d","count":2})", R"({"value":"Z","count":1})"}));
  EXPECT_EQ(top("9223372036854775807").size(), 5U);
}

TEST(top_k, adds_up_the_parts_of_several_counts) {
  for (const std::string replicas : {"1", "2", "3", "8"}) {
    for (const std::size_t capacity : {1U, 3U, 256U}) {
      workbench bench;
      std::mt19937 random{7};
      std::map<std::string, int> expected;
      for (int batch = 0; batch != 40; ++batch) {
        auto& items = bench.state().batches.emplace_back();
        for (int i = 0; i != 20; ++i) {
          items.push_back("k" + std::to_string(random() % 30));
          ++expected[items.back()];
        }
      }
      lines all =
          bench.run({"in: {type: give}", "c: {type: count_by, from: in, replicas: " + replicas + ", order: any}",
                     "t: {type: top_k, from: c, with: {k: 1000}}", "out: {type: collect, from: t}"},
                    capacity);
      std::sort(all.begin(), all.end());
      lines sorted;
      for (const auto& [key, number] : expected)
        sorted.push_back("{\"value\":\"" + key + "\",\"count\":" + std::to_string(number) + "}");
      std::sort(sorted.begin(), sorted.end());
      EXPECT_EQ(all, sorted) << replicas << " replicas, capacity " << capacity;
    }
  }
}

TEST(merge_counts, stands_between_several_counts_and_records) {
  workbench bench;
  for (int i = 0; i != 500; ++i) bench.state().batches.push_back({"k" + std::to_string(i % 50)});
  const lines all = bench.run(
      {"in: {type: give}", "c: {type: count_by, from: in, replicas: 4, order: any}", "out: {type: collect, from: c}"},
      5);
  ASSERT_EQ(all.size(), 50U);
  EXPECT_EQ(all.front(), R"({"value":"k0","count":10})");
  EXPECT_EQ(all.back(), R"({"value":"k9","count":10})");
}

}  // namespace
