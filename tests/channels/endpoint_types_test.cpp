// Types of values that make it hard for the types of a channel's ends, and ends that generic code assigns to.
#include <actors/actors.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <utility>

namespace {

using actors::receiver;
using actors::sender;
using actors::spawn;
using actors::task;

// ---- values --------------------------------------------------------------------------------------------------------

/// Carries where the answer goes: to a channel of its own kind.
struct letter {
  int number = 0;
  sender<letter> answer;
};
struct enquiry {
  actors::oneshot_sender<enquiry> answer;
  std::optional<actors::weak_sender<enquiry>> copy_to;
};

task<> answer_letters(receiver<letter> in) {
  while (auto next = co_await in.receive()) {
    const sender<letter> back = std::move(next->answer);
    ++next->number;
    co_await back.send(*std::move(next));
  }
}

TEST(channel_types, a_message_may_carry_a_sender_of_its_own_type) {  // C15
  actors::run([]() -> task<> {
    auto [out, in] = actors::channel<letter>();
    auto answering = spawn(answer_letters(std::move(in)));
    auto [mine, for_me] = actors::channel<letter>();
    letter asked{41, std::move(mine)};
    co_await out.send(std::move(asked));
    auto answer = co_await for_me.receive();
    EXPECT_EQ(answer->number, 42);
    out = sender<letter>{};
    co_await answering;
    auto [answering_end, asking_end] = actors::oneshot<enquiry>();
    enquiry first{std::move(answering_end), std::nullopt};
    auto [to, from] = actors::channel<enquiry>(1);
    co_await to.send(std::move(first));
    std::move((co_await from.receive())->answer).send(enquiry{});
    EXPECT_TRUE((co_await asking_end.receive()).has_value());
  }());
}

/// Has no address that `&` gives.
struct hidden {
  int number = 0;
  void operator&() const = delete;
};

TEST(channel_types, a_value_may_have_an_address_of_operator_of_its_own) {  // C15
  actors::run([]() -> task<> {
    auto [tx, rx] = actors::channel<hidden>();
    auto send_three = [](sender<hidden> to) -> task<> {
      hidden one{1};
      co_await to.send(std::move(one));
      hidden two{2};
      co_await actors::select(actors::on_send(to, two));
      hidden three{3};
      co_await actors::send_for(to, three, std::chrono::hours{1});
    };
    auto sending = spawn(send_three(std::move(tx)));
    EXPECT_EQ((co_await rx.receive())->number, 1);
    EXPECT_EQ((**(co_await actors::receive_extended(rx))).number, 2);
    auto last = co_await actors::receive_delivery(rx);
    EXPECT_EQ((*last)->number, 3);
    last->acknowledge();
    co_await sending;
    auto [once, one] = actors::oneshot<hidden>();
    std::move(once).send(hidden{4});
    EXPECT_EQ((co_await one.receive())->number, 4);
    auto [level, seen] = actors::watch(hidden{5});
    EXPECT_EQ(seen.borrow()->number, 5);
    auto [news, listener] = actors::broadcast<hidden>(2);
    news.send(hidden{6});
    EXPECT_EQ((co_await listener.receive())->number, 6);
    actors::queue<hidden> jobs;
    co_await jobs.put(hidden{7});
    EXPECT_EQ((co_await jobs.get()).number, 7);
  }());
}

static_assert(actors::channel_value<int*> && actors::channel_value<std::unique_ptr<int>>);
static_assert(!actors::channel_value<const int> && !actors::channel_value<int&> && !actors::channel_value<void>);
static_assert(!actors::channel_value<int()> && !actors::channel_value<int[2]>);

// ---- assignment of {} in generic code ------------------------------------------------------------------------------

// clang 14 never destroys the parameter of an `operator=` that takes it by value, where a template says `a = {}`.
const auto clear = [](auto& what) { what = {}; };

TEST(channel_types, ends_that_generic_code_clears_are_gone) {  // C10, C11
  {
    auto [tx, rx] = actors::channel<int>(1);
    auto weak = tx.downgrade();
    clear(tx);
    EXPECT_TRUE(rx.closed());
    EXPECT_FALSE(weak.upgrade());
    clear(weak);
  }
  {
    auto [tx, rx] = actors::channel<int>(1);
    auto permit = tx.try_reserve();
    clear(permit);
    EXPECT_EQ(tx.try_send(1), actors::channel_status::ok);
    auto delivered = *actors::try_receive_delivery(rx);
    clear(delivered);
    EXPECT_EQ(rx.size(), 1U);
    clear(rx);
    EXPECT_TRUE(tx.closed());
  }
  {
    auto [tx, rx] = actors::oneshot<int>();
    clear(rx);
    EXPECT_TRUE(tx.closed());
    auto [other, end] = actors::oneshot<int>();
    clear(other);
    EXPECT_EQ(end.try_receive().status, actors::channel_status::closed);
  }
  {
    auto [tx, rx] = actors::broadcast<int>(1);
    clear(rx);
    EXPECT_EQ(tx.receivers(), 0U);
    auto later = tx.subscribe();
    clear(tx);
    EXPECT_TRUE(later.closed());
  }
  {
    auto [tx, rx] = actors::watch(1);
    clear(rx);
    EXPECT_EQ(tx.receivers(), 0U);
    auto later = tx.subscribe();
    clear(tx);
    EXPECT_TRUE(later.closed());
  }
}

TEST(channel_types, so_are_guards_permits_handles_and_tasks) {  // Q4, T1
  actors::run([]() -> task<> {
    actors::mutex one;
    auto guard = co_await one.lock();
    clear(guard);
    EXPECT_TRUE(static_cast<bool>(one.try_lock()));
    actors::shared_mutex many;
    auto reading = co_await many.lock_shared();
    clear(reading);
    EXPECT_TRUE(static_cast<bool>(many.try_lock()));
    actors::semaphore permits{1};
    auto permit = co_await permits.acquire();
    clear(permit);
    EXPECT_TRUE(static_cast<bool>(permits.try_acquire()));

    auto alive = std::make_shared<int>(0);
    const auto hold = [](std::shared_ptr<int>) -> task<> { co_return; };
    auto never = hold(alive);
    clear(never);
    EXPECT_EQ(alive.use_count(), 1);
    auto give = [](std::shared_ptr<int> what) -> task<std::shared_ptr<int>> { co_return what; };
    auto handle = spawn(give(alive));
    co_await handle;
    actors::task_ref known = handle.ref();
    clear(handle);
    clear(known);
    while (alive.use_count() != 1) co_await actors::yield();  // another worker may be about to let it go
  }());
}

}  // namespace
