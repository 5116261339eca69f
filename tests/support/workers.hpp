// workers: tests that run on 1, 2 and 4 workers.
#pragma once

#include <actors/runtime.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace test {

/// The base of such tests; the parameter is the number of workers.
class over_workers : public ::testing::TestWithParam<unsigned> {
 protected:
  template <class T>
  static T run(actors::task<T> main) {
    return actors::run(std::move(main), {.workers = GetParam()});
  }
};

}  // namespace test

/// Lets the tests of `suite` (a class derived from over_workers) run on each number.
#define ACTORS_OVER_WORKERS(suite)                                        \
  INSTANTIATE_TEST_SUITE_P(workers, suite, ::testing::Values(1U, 2U, 4U), \
                           [](const auto& workers) { return std::to_string(workers.param); })
