#include "time_limit.hpp"

#include <gtest/gtest.h>

#include <csignal>

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is an error of the write, not the end of the program
  ::testing::UnitTest::GetInstance()->listeners().Append(new test::time_limit_listener);  // owned by gtest
  return RUN_ALL_TESTS();
}
