// What an operation costs beside many who wait: counted in instructions, with 10 and with 10,000 of them.
#include <actors/channel.hpp>
#include <actors/select.hpp>
#include <actors/sync/mutex.hpp>
#include <actors/sync/queue.hpp>
#include <actors/sync/semaphore.hpp>

#include "support/instructions.hpp"
#include "support/standalone.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace {

using actors::on_receive;
using actors::on_send;
using actors::receiver;
using actors::select;
using actors::sender;
using test::loop;
using test::strand;

/// Those who wait, and what they wait at.
struct crowd {
  crowd(std::size_t capacity) : a{actors::channel<int>(capacity)}, b{actors::channel<int>(0)} {}

  /// Ends all waits, so that nobody's coroutine is destroyed in one.
  void end() {
    held = {};
    locked = {};
    a.first.close();
    b.first.close();
    queue.shutdown(actors::queue_shutdown::immediate);
    if (one_more) one_more->party().request_cancel();
    for (strand& each : all) each.party().request_cancel();
    here.run();
  }

  loop here;
  std::pair<sender<int>, receiver<int>> a;
  std::pair<sender<int>, receiver<int>> b;
  actors::send_permit<int> held;
  actors::semaphore permits{0};
  actors::mutex lock;
  actors::mutex::guard locked;
  actors::queue<int> queue{1};
  std::deque<strand> all;
  std::optional<strand> one_more;  ///< begins its wait when the loop runs
};

// What a member of the crowd does; `later`: not before the loop runs the next time.

strand receives(loop&, crowd& c, bool later) {
  if (later) co_await test::next_turn{};
  co_await c.a.second.receive();
}
strand sends(loop&, crowd& c, bool later) {
  if (later) co_await test::next_turn{};
  co_await c.a.first.send(1);
}
strand reserves(loop&, crowd& c, bool later) {
  if (later) co_await test::next_turn{};
  const auto permit = co_await c.a.first.reserve();
}
strand selects_receives(loop&, crowd& c, bool later) {
  if (later) co_await test::next_turn{};
  co_await select(on_receive(c.a.second), on_receive(c.b.second));
}
strand selects_sends(loop&, crowd& c, bool later) {
  if (later) co_await test::next_turn{};
  co_await select(on_send(c.a.first, 1), on_send(c.b.first, 2));
}
strand acquires(loop&, crowd& c, bool later) {
  if (later) co_await test::next_turn{};
  auto permit = co_await c.permits.acquire();
  permit.forget();
}
strand locks(loop&, crowd& c, bool later) {
  if (later) co_await test::next_turn{};
  const auto guard = co_await c.lock.lock();
}
strand gets(loop&, crowd& c, bool later) {
  if (later) co_await test::next_turn{};
  co_await c.queue.get();
}
strand puts(loop&, crowd& c, bool later) {
  if (later) co_await test::next_turn{};
  co_await c.queue.put(1);
}

using member = strand (*)(loop&, crowd&, bool);

void fill(crowd& c) {
  while (c.a.first.try_send(0) == actors::channel_status::ok) continue;
}
void keep_the_place(crowd& c) { c.held = c.a.first.try_reserve(); }
void keep_the_lock(crowd& c) { c.locked = c.lock.try_lock(); }
void fill_the_queue(crowd& c) { c.queue.try_put(0); }
void nothing(crowd&) {}

void cancel_the_middle(crowd& c) {
  c.all[c.all.size() / 2].party().request_cancel();
  c.here.run();
}
void run_one_more(crowd& c) { c.here.run(); }
void receive(crowd& c) { c.a.second.try_receive(); }
void send(crowd& c) { c.a.first.try_send(1); }
void serve_and_run(crowd& c) {
  c.a.first.try_send(1);
  c.here.run();
}
void take_and_run(crowd& c) {
  c.a.second.try_receive();
  c.here.run();
}

struct operation {
  const char* name;
  std::size_t capacity;
  void (*before)(crowd&);    ///< what is done before anybody waits
  member waits;              ///< what each of the crowd does
  void (*measured)(crowd&);  ///< what is counted; the loop has nothing to do but one more of the crowd
};
std::ostream& operator<<(std::ostream& out, const operation& what) { return out << what.name; }

void use(const operation& what, std::size_t waiting, bool counted) {
  crowd c{what.capacity};
  what.before(c);
  for (std::size_t i = 0; i != waiting; ++i) c.all.push_back(what.waits(c.here, c, false));
  c.here.run();
  if (what.measured == &run_one_more) c.one_more.emplace(what.waits(c.here, c, true));
  if (counted) test::mark_instructions();
  what.measured(c);
  if (counted) test::mark_instructions();
  c.end();
}

// The instructions of an operation beside `few` who wait, and beside `many`.
std::vector<std::uint64_t> cost(const operation& what, std::size_t few, std::size_t many) {
  return test::count_instructions([&] {
    use(what, few, false);  // functions are bound, and memory is asked for, the first time
    use(what, few, true);
    use(what, many, true);
  });
}

class wait_cost_beside_many : public testing::TestWithParam<operation> {};

TEST_P(wait_cost_beside_many, does_not_grow_with_the_number_of_those_who_wait) {  // C26, C6
  const auto found = cost(GetParam(), 10, 10'000);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_LE(found[1], found[0] + found[0] / 16) << "instructions beside 10,000 who wait, and beside 10";
}

TEST(wait_cost, of_a_close_is_the_same_for_each_who_waits) {  // C26, C7
  for (const operation& what :
       {operation{"receivers", 0, nothing, receives, [](crowd& c) { c.a.first.close(); }},
        operation{"senders", 1, fill, sends, [](crowd& c) { c.a.second = {}; }},
        operation{"reservers", 1, keep_the_place, reserves, [](crowd& c) { c.a.first.close(); }},
        operation{"selects", 0, nothing, selects_receives, [](crowd& c) { c.a.first.close(); }}}) {
    SCOPED_TRACE(what.name);
    const auto found = cost(what, 20, 100);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_LE(found[1] / 100, found[0] / 20 + 2) << "instructions for each of 100, and of 20";
  }
}

const operation operations[] = {
    {"receive_from_a_sender", 0, nothing, sends, receive},
    {"receive_and_admit_a_sender", 1, fill, sends, receive},
    {"send_to_a_receiver", 0, nothing, receives, send},
    {"send_that_is_refused", 1, fill, sends, send},
    {"one_more_receiver", 0, nothing, receives, run_one_more},
    {"one_more_sender", 1, fill, sends, run_one_more},
    {"one_more_reserver", 1, keep_the_place, reserves, run_one_more},
    {"release_of_a_permit", 1, keep_the_place, reserves, [](crowd& c) { c.held.release(); }},
    {"cancel_of_a_receiver", 0, nothing, receives, cancel_the_middle},
    {"cancel_of_a_sender", 1, fill, sends, cancel_the_middle},
    {"cancel_of_a_reserver", 1, keep_the_place, reserves, cancel_the_middle},
    {"cancel_of_a_select", 0, nothing, selects_receives, cancel_the_middle},
    {"one_more_select", 0, nothing, selects_receives, run_one_more},
    {"select_that_is_served", 0, nothing, selects_receives, serve_and_run},
    {"select_that_sends_and_is_taken", 0, nothing, selects_sends, take_and_run},
    {"an_endpoint_that_comes_and_goes", 0, nothing, receives, [](crowd& c) { const auto copy = c.a.second; }},
    {"release_of_a_semaphore", 0, nothing, acquires, [](crowd& c) { c.permits.release(); }},
    {"cancel_of_an_acquire", 0, nothing, acquires, cancel_the_middle},
    {"unlock", 0, keep_the_lock, locks, [](crowd& c) { c.locked.unlock(); }},
    {"cancel_of_a_lock", 0, keep_the_lock, locks, cancel_the_middle},
    {"put_to_a_getter", 0, nothing, gets, [](crowd& c) { c.queue.try_put(1); }},
    {"get_that_admits_a_put", 0, fill_the_queue, puts, [](crowd& c) { c.queue.try_get(); }},
    {"cancel_of_a_get", 0, nothing, gets, cancel_the_middle},
    {"cancel_of_a_put", 0, fill_the_queue, puts, cancel_the_middle},
};
INSTANTIATE_TEST_SUITE_P(of, wait_cost_beside_many, testing::ValuesIn(operations),
                         [](const auto& which) { return std::string{which.param.name}; });

}  // namespace
