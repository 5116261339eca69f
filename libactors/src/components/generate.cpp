// generate: makes records {n: 0}, {n: 1}, ... for trying things out.
#include <actors/pipeline/declare.hpp>
#include <actors/pipeline/records.hpp>
#include <actors/pipeline/stage.hpp>
#include <actors/sleep.hpp>

#include "builtin.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace actors::inline v1::pipeline {

namespace {

class generate final : public stage {
 public:
  std::int64_t count = -1;
  std::chrono::nanoseconds interval{0};

  task<> run() override {
    // With an interval each record leaves by itself, when it is due; without one they travel in batches.
    const std::int64_t batch_size =
        interval.count() != 0 ? 1 : static_cast<std::int64_t>(std::min<std::size_t>(records_.most_items(), 1024));
    for (std::int64_t n = 0; count < 0 || n < count;) {
      records batch;
      const std::int64_t end = count < 0 ? n + batch_size : std::min(count, n + batch_size);
      for (; n < end; ++n) {
        const std::array<field, 1> row{field{"n", value{n}}};
        batch.push_back(batch.copy(std::span<const field>{row}));
      }
      made_.add(batch.size());
      co_await records_.send(std::move(batch));
      if (interval.count() != 0) co_await sleep(interval);
    }
  }

 private:
  out<records> records_{*this, "records"};
  counter& made_ = stage::count("records");
};

std::optional<std::string> not_negative(const option_value& value) {
  if (std::get<std::int64_t>(value) >= -1) return std::nullopt;
  return "expected how many records to make (0 or more), or -1 for no end";
}

}  // namespace

component_info describe_generate() {
  return component<generate>("generate")
      .doc("Makes records {n: 0}, {n: 1}, ... for trying things out.")
      .option("count", &generate::count, "how many; -1 for no end", not_negative)
      .option("interval", &generate::interval, "the time between two records")
      .info();
}

}  // namespace actors::inline v1::pipeline
