// select under many schedules: no value lost or taken twice, whoever meets whom, with cancellations, closes and timers
// at every moment.
#include <actors/actors.hpp>
#include <actors/cases.hpp>
#include <actors/select.hpp>

#include "exploring.hpp"
#include "support/biased_locks.hpp"
#include "support/counted.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::choice;
using actors::on_receive;
using actors::on_send;
using actors::receiver;
using actors::select;
using actors::sender;
using actors::spawn;
using actors::task;
using actors::when;
using test::holds_in_all;

// With locks as they begin, and with such as are biased to a worker after two turns.
class select_interleaving : public testing::TestWithParam<std::uint32_t> {
 private:
  test::biased_after few_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(biased_after, select_interleaving, testing::Values(1U << 20U, 1U));

constexpr std::uint64_t many = 10'000;

task<> send_some(sender<int> to, int first, int count) {
  for (int i = 0; i != count; ++i) co_await to.send(first + i);
}

// Receives from both until both are closed.
task<> receive_from_both(receiver<int> a, receiver<int> b, std::vector<int>& got) {
  bool a_open = true;
  bool b_open = true;
  const auto take = [&](bool& open) {
    return [&](std::optional<int> value) {
      if (value)
        got.push_back(*value);
      else
        open = false;
    };
  };
  while (a_open || b_open)
    co_await select(when(a_open, on_receive(a, take(a_open))), when(b_open, on_receive(b, take(b_open))));
}

task<> from_two_channels(std::size_t capacity) {
  std::vector<int> got;
  std::vector<int> more;
  {
    auto [a_in, a] = actors::channel<int>(capacity);
    auto [b_in, b] = actors::channel<int>(capacity);
    auto first = spawn(send_some(std::move(a_in), 10, 2));
    auto second = spawn(send_some(std::move(b_in), 20, 2));
    auto one = spawn(receive_from_both(a, b, got));
    auto two = spawn(receive_from_both(std::move(b), std::move(a), more));
    co_await first;
    co_await second;
    co_await one;
    co_await two;
  }
  got.insert(got.end(), more.begin(), more.end());
  std::sort(got.begin(), got.end());
  EXPECT_EQ(got, (std::vector<int>{10, 11, 20, 21}));
}

TEST_P(select_interleaving, each_value_is_taken_once_by_crossing_receivers) {  // S1, S6
  for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}})
    holds_in_all([=] { return from_two_channels(capacity); }, {.workers = 3}, many);
}

}  // namespace
