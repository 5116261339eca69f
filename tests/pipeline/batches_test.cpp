// What travels through the ports of pipelines: records, text, counts; how they are cut, and what keeps their memory.
#include <actors/pipeline/counts.hpp>
#include <actors/pipeline/records.hpp>
#include <actors/pipeline/text.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace {

using actors::item_weight;
using actors::pipeline::counts;
using actors::pipeline::field;
using actors::pipeline::records;
using actors::pipeline::text;
using actors::pipeline::value;

records numbered(std::size_t count) {
  records batch;
  for (std::size_t i = 0; i != count; ++i) batch.adopt(value{std::string_view{"item " + std::to_string(i)}});
  return batch;
}

std::vector<std::string> texts_of(const records& batch) {
  std::vector<std::string> all;
  for (const value& each : batch) all.emplace_back(each.as_text());
  return all;
}

TEST(records, are_cut_from_the_front) {
  records batch = numbered(5);
  const records two = batch.take_front(2);
  EXPECT_EQ(texts_of(two), (std::vector<std::string>{"item 0", "item 1"}));
  EXPECT_EQ(texts_of(batch), (std::vector<std::string>{"item 2", "item 3", "item 4"}));
  EXPECT_EQ(batch.size(), 3U);
  EXPECT_EQ(batch[0].as_text(), "item 2");
  const records rest = batch.take_front(100);
  EXPECT_EQ(rest.size(), 3U);
  EXPECT_TRUE(batch.empty());
  EXPECT_TRUE(batch.take_front(1).empty());
}

TEST(records, can_be_used_on_after_a_cut) {
  records batch = numbered(3);
  static_cast<void>(batch.take_front(2));
  batch.reserve(100);
  batch.adopt(value{std::string_view{"new"}});
  EXPECT_EQ(texts_of(batch), (std::vector<std::string>{"item 2", "new"}));
  const records copy = batch;
  EXPECT_EQ(texts_of(copy), texts_of(batch));
  const records moved = std::move(batch);
  EXPECT_EQ(texts_of(moved), texts_of(copy));
  batch = moved;
  EXPECT_EQ(texts_of(batch), texts_of(copy));
}

TEST(records, that_were_moved_from_are_empty) {
  records batch = numbered(3);
  static_cast<void>(batch.take_front(1));
  const records moved = std::move(batch);
  EXPECT_EQ(moved.size(), 2U);
  EXPECT_TRUE(batch.empty());  // NOLINT(bugprone-use-after-move): the state is promised
  batch.adopt(value{std::string_view{"again"}});
  EXPECT_EQ(texts_of(batch), std::vector<std::string>{"again"});
}

TEST(records, a_piece_keeps_the_memory_of_the_whole) {
  std::optional<records> batch = numbered(1000);
  const records front = batch->take_front(3);
  batch.reset();
  EXPECT_EQ(front[2].as_text(), "item 2");
}

TEST(records, a_copy_keeps_the_memory_of_the_original) {
  std::optional<records> batch = numbered(1000);
  const records copy = *batch;
  batch.reset();
  EXPECT_EQ(copy[999].as_text(), "item 999");
}

TEST(records, a_copy_and_its_original_can_both_be_added_to) {
  records original = numbered(1);
  records copy = original;
  copy.adopt(value{std::string_view{"of the copy"}});
  original.adopt(value{std::string_view{"of the original"}});
  EXPECT_EQ(texts_of(original), (std::vector<std::string>{"item 0", "of the original"}));
  EXPECT_EQ(texts_of(copy), (std::vector<std::string>{"item 0", "of the copy"}));
}

// A map in a list in a map, in memory that goes away.
records nested() {
  records source;
  const std::array<field, 2> inner{field{"name", value{std::string_view{"inner text"}}}, field{"empty", value{}}};
  const std::array<value, 3> list{value{std::int64_t{1}}, value{std::span<const field>{inner}},
                                  value{std::string_view{}}};
  const std::array<field, 2> outer{field{"list", value{std::span<const value>{list}}}, field{"real", value{2.5}}};
  source.adopt(value{std::span<const field>{outer}});
  return source;
}

TEST(records, adopted_values_are_deep_copies) {
  records taken;
  {
    const records source = nested();
    taken.adopt(source[0]);
  }
  std::string json;
  append_json(json, taken[0]);
  EXPECT_EQ(json, R"({"list":[1,{"name":"inner text","empty":null},""],"real":2.5})");
}

TEST(records, adopt_of_empty_lists_and_maps_works) {
  records taken;
  taken.adopt(value{std::span<const value>{}});
  taken.adopt(value{std::span<const field>{}});
  taken.adopt(value{});
  EXPECT_TRUE(taken[0].as_list().empty());
  EXPECT_TRUE(taken[1].as_map().empty());
  EXPECT_TRUE(taken[2].is_null());
}

TEST(records, keep_memory_they_were_told_to_keep) {
  auto memory = std::make_shared<const std::string>("kept");
  const std::weak_ptr<const std::string> watch = memory;
  records copy;
  {
    records batch;
    batch.push_back(value{std::string_view{*memory}});
    batch.keep(memory);
    batch.keep(memory);
    batch.keep(nullptr);
    memory.reset();
    EXPECT_FALSE(watch.expired());
    copy = batch;
  }
  EXPECT_EQ(copy[0].as_text(), "kept");
  copy = records{};
  EXPECT_TRUE(watch.expired());
}

TEST(records, weigh_as_many_items_as_they_hold) {
  records batch = numbered(7);
  EXPECT_EQ(item_weight<records>::of(batch), 7U);
  static_cast<void>(item_weight<records>::take_front(batch, 3));
  EXPECT_EQ(item_weight<records>::of(batch), 4U);
  EXPECT_EQ(item_weight<records>::of(records{}), 0U);
}

// A million items in pieces of 256: quadratic cutting would move tens of gigabytes.
TEST(records, cutting_a_large_batch_moves_each_item_once) {
  records batch;
  for (std::int64_t i = 0; i != 1'000'000; ++i) batch.push_back(value{i});
  std::int64_t next = 0;
  while (!batch.empty()) {
    const records piece = batch.take_front(256);
    for (const value& each : piece) ASSERT_EQ(each.as_integer(), next++);
  }
  EXPECT_EQ(next, 1'000'000);
}

text block_of(const std::string& content, std::uint32_t lines) {
  auto kept = std::make_shared<const std::string>(content);
  const std::string_view bytes{*kept};
  return {std::move(kept), bytes, lines};
}

TEST(text, is_cut_at_the_ends_of_lines) {
  text block = block_of("one\ntwo\n\nfour", 4);
  const text first = item_weight<text>::take_front(block, 1);
  EXPECT_EQ(first.bytes, "one\n");
  EXPECT_EQ(first.lines, 1U);
  EXPECT_EQ(block.lines, 3U);
  const text next = item_weight<text>::take_front(block, 2);
  EXPECT_EQ(next.bytes, "two\n\n");
  const text last = item_weight<text>::take_front(block, 1);
  EXPECT_EQ(last.bytes, "four");
  EXPECT_EQ(block.lines, 0U);
  EXPECT_TRUE(block.bytes.empty());
}

TEST(text, a_piece_keeps_the_memory_of_the_whole) {
  std::optional<text> block = block_of("one\ntwo\n", 2);
  const text first = item_weight<text>::take_front(*block, 1);
  block.reset();
  EXPECT_EQ(first.bytes, "one\n");
}

TEST(counts, are_cut_without_losing_any) {
  auto keys = std::make_shared<const std::string>("abcde");
  counts part{keys, std::make_shared<const std::string>("letter"), {}};
  for (std::size_t i = 0; i != 5; ++i) part.entries.push_back({std::string_view{*keys}.substr(i, 1), i});
  const counts two = item_weight<counts>::take_front(part, 2);
  EXPECT_EQ(item_weight<counts>::of(two), 2U);
  EXPECT_EQ(item_weight<counts>::of(part), 3U);
  EXPECT_EQ(*two.key_name, "letter");
  std::string all;
  std::uint64_t sum = 0;
  for (const auto* each : {static_cast<const counts*>(&two), static_cast<const counts*>(&part)}) {
    for (const auto& entry : each->entries) {
      all += entry.key;
      sum += entry.number;
    }
  }
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, "abcde");
  EXPECT_EQ(sum, 10U);
}

}  // namespace
