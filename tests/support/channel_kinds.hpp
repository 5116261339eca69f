// channel_kinds: the table of channels that concurrent tests run over: each capacity on 1, 2 and 4 workers.
#pragma once

#include <actors/channel.hpp>
#include <actors/runtime.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace test {

struct channel_kind {
  std::size_t capacity;
  unsigned workers;

  std::string name() const {
    std::string text = capacity == 0                   ? "rendezvous"
                       : capacity == actors::unbounded ? "unbounded"
                                                       : "bounded_" + std::to_string(capacity);
    return text + "_on_" + std::to_string(workers);
  }
  friend std::ostream& operator<<(std::ostream& out, const channel_kind& kind) { return out << kind.name(); }
};

inline std::vector<channel_kind> all_channel_kinds() {
  std::vector<channel_kind> kinds;
  for (const std::size_t capacity :
       {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{64}, actors::unbounded})
    for (const unsigned workers : {1U, 2U, 4U}) kinds.push_back({capacity, workers});
  return kinds;
}

/// The base of tests over the table.
class over_channel_kinds : public ::testing::TestWithParam<channel_kind> {
 protected:
  template <class T>
  static std::pair<actors::sender<T>, actors::receiver<T>> make_channel() {
    return actors::channel<T>(GetParam().capacity);
  }
  template <class T>
  static T run(actors::task<T> main) {
    return actors::run(std::move(main), {.workers = GetParam().workers});
  }
};

}  // namespace test

/// Lets the tests of `suite` (a class derived from over_channel_kinds) run over the whole table.
#define ACTORS_OVER_CHANNEL_KINDS(suite)                                                   \
  INSTANTIATE_TEST_SUITE_P(kinds, suite, ::testing::ValuesIn(::test::all_channel_kinds()), \
                           [](const auto& kind) { return kind.param.name(); })
