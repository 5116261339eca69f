// A select allocates nothing, whether it waits or not, and neither does what is built on it.
#include <actors/actors.hpp>
#include <actors/blocking_channel.hpp>
#include <actors/cases.hpp>
#include <actors/select.hpp>
#include <actors/select_set.hpp>
#include <actors/timed_channel.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <optional>
#include <stop_token>
#include <utility>

namespace {
constinit std::atomic<long> allocations{0};  // relaxed: it counts
}

void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* const memory = std::malloc(size != 0 ? size : 1)) return memory;
  throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using namespace std::chrono_literals;
using actors::on_receive;
using actors::on_send;
using actors::receiver;
using actors::select;
using actors::sender;
using actors::spawn;
using actors::task;

// Everything that a select can wait for.
struct sources {
  sources() {
    auto [in, out] = actors::channel<int>(0);
    values_in = in;
    values = out;
    auto [full_in, full_out] = actors::channel<int>(0);
    full = full_in;
    full_end = full_out;
  }
  sender<int> values_in;
  receiver<int> values;
  sender<int> full;
  receiver<int> full_end;
  actors::mutex held;
  actors::semaphore none{0};
  actors::event unset;
  std::stop_source stop;
};

task<> at_all(sources& all, const actors::join_handle<>& endless, int times, long& allocated) {
  long before = 0;
  for (int i = 0; i != times; ++i) {
    if (i == 10) before = allocations;  // what is kept between the waits is there by then
    const int got = co_await select(
        on_receive(all.values, [](std::optional<int> v) { return *v; }), on_send(all.full, 1, [] { return -1; }),
        actors::on_lock(all.held, [](auto&&) { return -2; }), actors::on_acquire(all.none, [](auto&&) { return -3; }),
        actors::on_set(all.unset, [] { return -4; }), actors::on_stop(all.stop.get_token(), [] { return -5; }),
        actors::on_done(endless, [] { return -6; }), actors::after(1h, [] { return -7; }));
    EXPECT_EQ(got, i);
  }
  allocated = allocations - before;
}

TEST(select_memory, a_wait_at_every_kind_of_source_allocates_nothing) {  // S3
  const auto main = []() -> task<> {
    sources all;
    const auto guard = all.held.try_lock();
    auto endless = spawn([](actors::event& never) -> task<> { co_await never.wait(); }(all.unset));
    long allocated = -1;
    auto selecting = spawn(at_all(all, endless, 1000, allocated));
    for (int i = 0; i != 1000; ++i) co_await all.values_in.send(i);
    co_await selecting;
    EXPECT_EQ(allocated, 0);
    endless.cancel();
    while (!endless.done()) co_await actors::yield();  // before the event that it waits for
  };
  actors::run(main(), {.workers = 1});
}

TEST(select_memory, one_that_need_not_wait_allocates_nothing) {  // S2, S4
  const auto main = []() -> task<> {
    sources all;
    auto [in, out] = actors::channel<int>(4);
    in.try_send(0);
    out.try_receive();
    const long before = allocations;
    int others = 0;
    for (int i = 0; i != 1000; ++i) {
      co_await select(on_send(in, i), on_receive(all.values, [](auto&&) {}));
      co_await select(on_receive(out, [](auto&&) {}), on_send(all.full, 1));
      co_await select(on_receive(out, [](auto&&) {}), actors::otherwise([&] { ++others; }));
    }
    EXPECT_EQ(allocations - before, 0);
    EXPECT_EQ(others, 1000);
  };
  actors::run(main(), {.workers = 1});
}

TEST(select_memory, a_receive_and_a_send_with_a_limit_of_time_allocate_nothing) {  // C23
  const auto main = []() -> task<> {
    sources all;
    auto [in, out] = actors::channel<int>(1);
    long before = 0;
    for (int i = 0; i != 300; ++i) {
      if (i == 10) before = allocations;
      co_await actors::send_for(in, i, 1h);
      co_await actors::send_for(all.full, 1, 1us);
      const auto got = co_await actors::receive_for(out, 1h);
      EXPECT_EQ(got.value, i);
      co_await actors::receive_for(all.values, 1us);
    }
    EXPECT_EQ(allocations - before, 0);
  };
  actors::run(main(), {.workers = 1});
}

task<> next_of(actors::select_set& set, int times, long& allocated) {
  long before = 0;
  for (int i = 0; i != times; ++i) {
    if (i == 10) before = allocations;
    co_await set.next();
  }
  allocated = allocations - before;
}

TEST(select_memory, a_set_allocates_when_cases_are_added_and_not_when_it_waits) {  // S3
  const auto main = []() -> task<> {
    sources all;
    const auto guard = all.held.try_lock();
    int sum = 0;
    actors::select_set set;
    set.add(on_receive(all.values, [&](std::optional<int> v) { sum += *v; }));
    set.add(actors::on_lock(all.held, [](auto&&) {}));
    set.add(actors::on_set(all.unset));
    set.add(actors::after(1h));
    set.remove(set.add(actors::on_stop(all.stop.get_token())));
    long allocated = -1;
    auto selecting = spawn(next_of(set, 1000, allocated));
    for (int i = 0; i != 1000; ++i) co_await all.values_in.send(1);
    co_await selecting;
    EXPECT_EQ(sum, 1000);
    EXPECT_EQ(allocated, 0);
  };
  actors::run(main(), {.workers = 1});
}

TEST(select_memory, a_plain_thread_that_blocks_allocates_nothing) {  // C24
  auto [in, out] = actors::channel<int>(1);
  long before = 0;
  for (int i = 0; i != 300; ++i) {
    if (i == 10) before = allocations;
    actors::blocking_send(in, i);
    EXPECT_EQ(actors::blocking_send_for(in, i, 1us), actors::channel_status::full);
    EXPECT_EQ(actors::blocking_receive(out), i);
    EXPECT_EQ(actors::blocking_receive_for(out, 1us).status, actors::channel_status::empty);
  }
  EXPECT_EQ(allocations - before, 0);
}

}  // namespace
