#include <actors/runtime.hpp>
#include <actors/stages.hpp>

#include "workloads.hpp"

#include <optional>
#include <utility>

namespace bench {

namespace {

using actors::task;

constexpr std::int64_t maps = 10;

task<outcome> run_stages(settings s) {
  std::int64_t sum = 0;
  auto numbers = actors::from([i = std::int64_t{0}, n = s.n]() mutable -> std::optional<std::int64_t> {
    if (i == n) return std::nullopt;
    return i++;
  });
  const auto add_one = [each = s.each](std::int64_t value) {
    each(value);
    return value + 1;
  };
  for (std::int64_t k = 0; k != maps; ++k)
    numbers = std::move(numbers) | actors::capacity(s.capacity) | actors::map(add_one);
  const auto add = [&](std::int64_t value) { sum += value; };
  auto all = std::move(numbers) | actors::capacity(s.capacity) | actors::for_each(add);
  const stopwatch watch;
  co_await all;
  const auto elapsed = watch.elapsed();
  expect("sum", sum, sum_below(s.n) + maps * s.n);
  co_return outcome{s.n, elapsed, maps * s.n};
}

}  // namespace

outcome stages(const settings& s) { return actors::run(run_stages(s), {.workers = s.threads}); }

}  // namespace bench
