// SIGQUIT prints what all tasks do, and the program goes on.
#include <actors/actors.hpp>

#include "support/child.hpp"
#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;
using actors::task;

// Says "ready" on stderr, and then waits until the parent has had its dump and sends SIGUSR1.
std::atomic<bool> stop{false};
task<> waits_for_signal() {
  std::signal(SIGUSR1, [](int) { stop = true; });
  std::fputs("ready\n", stderr);
  while (!stop) co_await actors::sleep(5ms);
}

void read_until(int from, std::string& said, std::string_view what) {
  char c = 0;
  while (said.find(what) == std::string::npos && read(from, &c, 1) == 1) said += c;
}

TEST(quit_dump, is_printed_and_the_program_goes_on) {  // I3
  std::string before;
  const auto end = test::run_in_child(
      [] {
        actors::run(waits_for_signal(), {.workers = 2});
        return 5;
      },
      [&](pid_t child, int said) {
        read_until(said, before, "ready\n");
        for (int round = 0; round != 2; ++round) {
          kill(child, SIGQUIT);
          read_until(said, before, "spawned at ");
          const auto place = before.find("spawned at ");
          ASSERT_NE(place, std::string::npos) << before;
          EXPECT_NE(before.find("actors: dump, as the signal SIGQUIT asks for\n2 workers: "), std::string::npos)
              << before;
          EXPECT_NE(before.find("waits_for_signal"), std::string::npos) << before;
          before.clear();
          test::let_pass(50ms);  // the second one is to come after the first was answered
        }
        kill(child, SIGUSR1);
      });
  EXPECT_TRUE(end.exited_with(5)) << before << end.said;
}

TEST(quit_dump, is_not_where_it_was_opted_out) {  // I3
  std::string before;
  const auto end = test::run_in_child(
      [] {
        actors::run(waits_for_signal(), {.workers = 1, .dump_on_quit = false});
        return 5;
      },
      [&](pid_t child, int said) {
        read_until(said, before, "ready\n");
        kill(child, SIGQUIT);
      });
  EXPECT_TRUE(end.ended_by(SIGQUIT)) << end.said;
  EXPECT_EQ(end.said, "");
}

TEST(quit_dump, leaves_a_program_its_own_handler) {  // I3
  static std::atomic<int> own{0};
  const auto end = test::run_in_child([] {
    std::signal(SIGQUIT, [](int) { ++own; });
    const auto main = []() -> task<> {
      std::raise(SIGQUIT);
      co_return;
    };
    actors::run(main(), {.workers = 1});
    std::raise(SIGQUIT);
    return own.load();
  });
  EXPECT_TRUE(end.exited_with(2)) << end.said;
}

TEST(quit_dump, leaves_a_handler_that_comes_meanwhile) {  // I3
  static std::atomic<int> own{0};
  const auto end = test::run_in_child([] {
    const auto main = []() -> task<> {
      std::signal(SIGQUIT, [](int) { ++own; });
      co_return;
    };
    actors::run(main(), {.workers = 1});
    std::raise(SIGQUIT);
    return own.load();
  });
  EXPECT_TRUE(end.exited_with(1)) << end.said;
}

TEST(quit_dump, is_printed_in_each_run) {  // I3
  const auto end = test::run_in_child([] {
    const auto main = []() -> task<> {
      std::raise(SIGQUIT);
      co_return;
    };
    for (int round = 0; round != 3; ++round) actors::run(main(), {.workers = 1});
    return 5;
  });
  EXPECT_TRUE(end.exited_with(5)) << end.said;
}

TEST(quit_dump, gives_the_signal_back_afterwards) {  // I3
  const auto end = test::run_in_child([] {
    actors::run([]() -> task<> { co_return; }(), {.workers = 1});
    std::raise(SIGQUIT);
    return 0;
  });
  EXPECT_TRUE(end.ended_by(SIGQUIT)) << end.said;
}

}  // namespace
