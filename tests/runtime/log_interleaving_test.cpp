// The exchange of the log's handler, under many schedules.
#include <actors/actors.hpp>
#include <actors/log.hpp>

#include "exploring.hpp"

#include <gtest/gtest.h>

namespace {

using actors::log_level;
using actors::log_message;
using test::holds_in_all;

// Other threads can run while one is inside.
struct handler {
  actors::detail::atomic<int> inside{0};
  static void call(void* context, const log_message&) noexcept {
    auto& self = *static_cast<handler*>(context);
    self.inside.fetch_add(1);
    self.inside.fetch_sub(1);
  }
};

TEST(log_interleaving, nobody_is_in_a_handler_that_was_replaced) {  // L2
  holds_in_all([] {
    handler first, second;
    const actors::log_handler before = actors::on_log({&handler::call, &first});
    actors::detail::thread one{[] {
      for (int i = 0; i != 2; ++i) actors::log(log_level::error, "e", "t");
    }};
    actors::detail::thread other{[] { actors::log(log_level::error, "e", "t"); }};
    actors::detail::atomic<int> moments{0};
    while (moments.fetch_add(1) != 3) {  // for the others to go on
    }
    actors::on_log({&handler::call, &second});
    EXPECT_EQ(first.inside.peek(), 0);
    one.join();
    other.join();
    actors::on_log(before);
    EXPECT_EQ(second.inside.peek(), 0);
  });
}

TEST(log_interleaving, several_replace_it_side_by_side) {  // L2
  holds_in_all([] {
    handler handlers[3];
    const actors::log_handler before = actors::on_log({&handler::call, &handlers[0]});
    // Each is set once, so that whoever takes it out finds nobody in it from then on.
    const auto replace_by = [](handler& mine) {
      const actors::log_handler found = actors::on_log({&handler::call, &mine});
      EXPECT_EQ(static_cast<const handler*>(found.context)->inside.peek(), 0);
    };
    actors::detail::thread logs{[] {
      for (int i = 0; i != 2; ++i) actors::log(log_level::error, "e", "t");
    }};
    actors::detail::thread other{[&] { replace_by(handlers[1]); }};
    replace_by(handlers[2]);
    logs.join();
    other.join();
    actors::on_log(before);
  });
}

}  // namespace
