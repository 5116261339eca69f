// With ACTORS_TEST_BIASED in the environment, the tests of this program run with locks that are biased to a thread from
// its second turn on: what takes the short ways of channels in a program that has run for a while takes them at once.
#include "support/biased_locks.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>

namespace {

class biased_from_the_start : public testing::Environment {
 public:
  void SetUp() override {
    if (std::getenv("ACTORS_TEST_BIASED") != nullptr) few_.emplace(1U);
  }
  void TearDown() override { few_.reset(); }

 private:
  std::optional<test::biased_after> few_;
};

[[maybe_unused]] testing::Environment* const environment =
    testing::AddGlobalTestEnvironment(new biased_from_the_start);  // owned by gtest

}  // namespace
