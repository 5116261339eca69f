// count_by: counts how often each item, or each value of a field, came in.
#include <actors/errors.hpp>
#include <actors/pipeline/declare.hpp>
#include <actors/pipeline/stage.hpp>

#include "builtin.hpp"
#include "tally.hpp"

#include <optional>
#include <string>

namespace actors::inline v1::pipeline {

namespace {

const char* const name_taken = "'count' is what the number is called: give the counted value another name with 'as'";

std::optional<std::string> not_count(const option_value& value) {
  if (std::get<std::string>(value) != "count") return std::nullopt;
  return name_taken;
}

/// Hands its counts on once its input has ended. Several of them count side by side: what they send are parts, which
/// whoever receives them adds up.
class count_by final : public stage {
 public:
  std::string key;
  std::string as;

  task<> run() override {
    const std::string name = !as.empty() ? as : !key.empty() ? key : "value";
    if (name == "count") throw error{name_taken};
    tally numbers;
    numbers.name_key(name);
    std::string written;
    while (auto batch = co_await records_.receive()) {
      for (const value& item : *batch) {
        const value* part = key.empty() ? &item : item.find(key);
        if (part != nullptr && part->is_text()) {
          numbers.add(part->as_text(), 1);
        } else {
          written.clear();
          append_json(written, part != nullptr ? *part : value{});
          numbers.add(written, 1);
        }
      }
    }
    counts all = numbers.take();
    if (!all.entries.empty()) co_await counts_.send(std::move(all));
  }

 private:
  in<records> records_{*this, "records"};
  out<counts> counts_{*this, "counts"};
};

}  // namespace

component_info describe_count_by() {
  return component<count_by>("count_by")
      .doc("Counts how often each item, or each value of a field, came in; gives the counts when its input has ended.")
      .option("key", &count_by::key, "the field to count by; without it the whole item. Items without it count as null")
      .option("as", &count_by::as, "what the counted value is called in the result; without it the name of the field",
              not_count)
      .replicas(replication::any_order)
      .info();
}

}  // namespace actors::inline v1::pipeline
