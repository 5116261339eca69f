// top_k and merge_counts: add up the parts of a count.
#include <actors/pipeline/declare.hpp>
#include <actors/pipeline/stage.hpp>

#include "builtin.hpp"
#include "tally.hpp"

#include <limits>

namespace actors::inline v1::pipeline {

namespace {

class top_k final : public stage {
 public:
  std::int64_t k = 10;

  task<> run() override {
    tally numbers;
    while (auto part = co_await counts_.receive()) numbers.add(*part);
    records rows = numbers.top(static_cast<std::size_t>(k));
    if (!rows.empty()) co_await top_.send(std::move(rows));
  }

 private:
  in<counts> counts_{*this, "counts"};
  out<records> top_{*this, "top"};
};

/// What an output of counts goes through when whoever reads it wants records: all keys with their whole numbers.
class merge_counts final : public stage {
 public:
  task<> run() override {
    tally numbers;
    while (auto part = co_await counts_.receive()) numbers.add(*part);
    records rows = numbers.top(std::numeric_limits<std::size_t>::max());
    if (!rows.empty()) co_await records_.send(std::move(rows));
  }

 private:
  in<counts> counts_{*this, "counts"};
  out<records> records_{*this, "records"};
};

std::optional<std::string> at_least_one(const option_value& value) {
  if (std::get<std::int64_t>(value) >= 1) return std::nullopt;
  return "expected 1 or more";
}

}  // namespace

component_info describe_top_k() {
  return component<top_k>("top_k")
      .doc("Gives the keys with the highest counts, highest first; equal counts in the order of the keys.")
      .option("k", &top_k::k, "how many", at_least_one)
      .info();
}

component_info describe_merge_counts() {
  return component<merge_counts>("merge_counts")
      .doc("Adds up the parts of a count and gives every key with its number, highest first.")
      .info();
}

}  // namespace actors::inline v1::pipeline
