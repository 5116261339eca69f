// The log as messages of spdlog.
#include <actors/log_spdlog.hpp>

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>

namespace {

using actors::log;
using actors::log_level;
using actors::log_message;

class log_spdlog : public ::testing::Test {
 protected:
  log_spdlog() {
    logger->set_pattern("%l: %v");
    logger->set_level(spdlog::level::trace);
  }
  ~log_spdlog() override { actors::set_log_level(before_); }
  static void say_all() {
    for (const log_level each :
         {log_level::trace, log_level::debug, log_level::info, log_level::warning, log_level::error})
      log(each, "each", "text");
  }

  std::ostringstream out;
  std::shared_ptr<spdlog::logger> logger =
      std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(out));

 private:
  const log_level before_ = actors::set_log_level(log_level::trace);
};

TEST_F(log_spdlog, has_the_messages_with_their_levels_while_it_lives) {  // L1
  {
    const actors::log_to_spdlog handler{logger};
    say_all();
    log(log_level::error, "lost", "one was {lost}", {{"worker", 3}}, "    in load\n");
  }
  EXPECT_EQ(out.str(),
            "trace: text\ndebug: text\ninfo: text\nwarning: text\nerror: text\n"
            "error: one was {lost} worker=3\n    in load\n");
  ::testing::internal::CaptureStderr();
  log(log_level::error, "e", "later");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "actors: later\n");
}

TEST_F(log_spdlog, both_levels_leave_messages_out) {  // L1
  const actors::log_to_spdlog handler{logger};
  logger->set_level(spdlog::level::warn);
  say_all();
  actors::set_log_level(log_level::error);
  logger->set_level(spdlog::level::info);
  say_all();
  EXPECT_EQ(out.str(), "warning: text\nerror: text\nerror: text\n");
}

TEST_F(log_spdlog, the_payload_can_be_made_otherwise_and_may_fail) {  // L1
  const actors::log_to_spdlog handler{logger, [](const log_message& message) {
                                        if (message.event == "bad") throw std::runtime_error{"cannot"};
                                        return "event=" + std::string{message.event};
                                      }};
  ::testing::internal::CaptureStderr();
  log(log_level::error, "good", "not shown");
  log(log_level::error, "bad", "not lost");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "actors: not lost\n");
  EXPECT_EQ(out.str(), "error: event=good\n");
}

}  // namespace
