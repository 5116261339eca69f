// Task-local values in blocking calls.
#include <actors/actors.hpp>

#include "support/time_limit.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using actors::task;

const actors::task_local<std::string> request{"none"};

TEST(task_local, can_be_read_in_blocking_calls) {  // T10
  actors::run([]() -> task<> {
    const auto read = [] { return request.get(); };
    EXPECT_EQ(co_await actors::blocking(read), "none");
    request.set("seven");
    EXPECT_EQ(co_await actors::blocking(read), "seven");
    auto submitted = actors::submit(read);
    request.set("eight");
    EXPECT_EQ(co_await submitted, "seven");
    EXPECT_EQ(co_await actors::blocking(read), "eight");
    actors::blocking_pool own{{.max_threads = 1}};
    EXPECT_EQ(co_await actors::blocking(own, read), "eight");
  }());
}

TEST(done_callback, of_a_submitted_call_is_called) {  // T8
  actors::run([]() -> task<> {
    actors::promise<int> given;
    auto submitted = actors::submit([] { return 5; });
    submitted.add_done_callback([&](const actors::join_handle<int>& ended) { given.set_value(ended.result()); });
    EXPECT_EQ(co_await given.get_future(), 5);
  }());
}

}  // namespace
