// shared_mutex under many schedules: readers beside readers, writers alone, cancelled at any moment.
#include <actors/sync/shared_mutex.hpp>

#include "simulation/exploring.hpp"
#include "support/biased_locks.hpp"
#include "trying.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <utility>

namespace {

using namespace std::chrono_literals;
using actors::shared_mutex;
using actors::spawn;
using actors::task;
using test::holds_in_all;

class shared_mutex_interleaving : public testing::TestWithParam<std::uint32_t> {
 private:
  test::biased_after few_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(biased_after, shared_mutex_interleaving, testing::Values(1U << 20U, 1U));

struct shared_place {
  shared_mutex lock;
  std::atomic<int> readers{0};
  std::atomic<int> writers{0};
};

// Counts itself while it is inside.
class presence {
 public:
  explicit presence(std::atomic<int>& count) : count_{count} { ++count_; }
  ~presence() { --count_; }
  presence(const presence&) = delete;
  presence& operator=(const presence&) = delete;

 private:
  std::atomic<int>& count_;
};

task<> read(shared_place& place, bool pause) {
  auto guard = co_await place.lock.lock_shared();
  const presence inside{place.readers};
  EXPECT_EQ(place.writers, 0);
  if (pause) co_await actors::yield();
  EXPECT_EQ(place.writers, 0);
}

task<> write(shared_place& place, bool pause) {
  auto guard = co_await place.lock.lock();
  const presence inside{place.writers};
  EXPECT_EQ(place.writers, 1);
  EXPECT_EQ(place.readers, 0);
  if (pause) co_await actors::yield();
  EXPECT_EQ(place.writers, 1);
  EXPECT_EQ(place.readers, 0);
}

task<> read_and_write() {
  shared_place place;
  auto one = spawn(read(place, true));
  auto two = spawn(write(place, true));
  auto three = spawn(read(place, false));
  auto four = spawn(write(place, false));
  co_await one;
  co_await two;
  co_await three;
  co_await four;
  EXPECT_TRUE(place.lock.try_lock());
}

TEST_P(shared_mutex_interleaving, a_writer_is_alone) {  // Q4
  holds_in_all(read_and_write, {.workers = 3});
}

// A writer that gives up must not leave those readers waiting which it kept out.
task<> cancel_the_writer() {
  shared_place place;
  auto reading = co_await place.lock.lock_shared();
  auto writing = spawn(write(place, true));
  auto behind = spawn(read(place, false));
  auto also_behind = spawn(read(place, true));
  auto stop = spawn(test::cancel(writing));
  EXPECT_FALSE(co_await test::went_through(writing)) << "somebody reads all the time";
  co_await behind;
  co_await also_behind;
  co_await stop;
  reading.unlock();
  EXPECT_TRUE(place.lock.try_lock());
}

TEST_P(shared_mutex_interleaving, a_writer_that_is_cancelled_lets_readers_in) {  // Q4, C18
  holds_in_all(cancel_the_writer, {.workers = 3}, test::thorough);
}

task<> leave(shared_mutex::shared_guard reading) {
  reading.unlock();
  co_return;
}

// The reader who leaves, as the last one, may find another one let in by the writer that gives up, and a writer behind.
task<> leave_as_the_writer_gives_up() {
  shared_place place;
  auto reading = co_await place.lock.lock_shared();
  auto writing = spawn(write(place, true));
  co_await actors::sleep(1us);
  auto behind = spawn(read(place, true));
  co_await actors::sleep(1us);
  auto last = spawn(write(place, true));
  co_await actors::sleep(1us);  // they wait in this order
  auto stop = spawn(test::cancel(writing));
  auto leaving = spawn(leave(std::move(reading)));
  co_await leaving;
  co_await test::went_through(writing);
  co_await behind;
  co_await last;
  co_await stop;
  EXPECT_TRUE(place.lock.try_lock());
}

TEST_P(shared_mutex_interleaving, a_reader_that_leaves_beside_it_hands_nothing_over_too_early) {  // Q4, C18
  holds_in_all(leave_as_the_writer_gives_up, {.workers = 3});
}

task<> cancel_anybody(bool writer) {
  shared_place place;
  auto one = spawn(read(place, true));
  auto two = spawn(writer ? write(place, true) : read(place, true));
  auto three = spawn(write(place, true));
  auto four = spawn(read(place, false));
  auto stop = spawn(test::cancel(two));
  co_await one;
  co_await test::went_through(two);
  co_await three;
  co_await four;
  co_await stop;
  EXPECT_TRUE(place.lock.try_lock());
}

TEST_P(shared_mutex_interleaving, a_cancellation_at_any_moment_loses_no_turn) {  // Q4, C18
  for (const bool writer : {true, false})
    holds_in_all([=] { return cancel_anybody(writer); }, {.workers = 3}, test::thorough);
}

// Whoever leaves last destroys it, while others are still on their way out.
struct counted_place {
  shared_mutex lock;
  std::atomic<int> users{3};
};

task<> use_to_read(counted_place* place) {
  auto guard = co_await place->lock.lock_shared();
  const bool last = --place->users == 0;
  guard.unlock();
  if (last) {
    // Readers leave in any order: it is free when the last one may write.
    auto alone = co_await place->lock.lock();
    alone.unlock();
    delete place;
  }
}

task<> use_to_write(counted_place* place) {
  auto guard = co_await place->lock.lock();
  const bool last = --place->users == 0;
  guard.unlock();
  if (last) delete place;
}

task<> leave_one_after_another() {
  auto* place = new counted_place;
  auto one = spawn(use_to_read(place));
  auto two = spawn(use_to_write(place));
  auto three = spawn(use_to_read(place));
  co_await one;
  co_await two;
  co_await three;
}

TEST_P(shared_mutex_interleaving, it_may_be_destroyed_while_the_last_unlock_returns) {
  holds_in_all(leave_one_after_another, {.workers = 3});
}

}  // namespace
