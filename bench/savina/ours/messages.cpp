// Ping-pong: two actors and 2 n messages. Thread ring: a token goes n times to the next of 100 actors, then the end of
// each one's input goes round. Counting: n increments from one actor to another, which is then asked for the sum.
#include "../problems.hpp"
#include "team.hpp"

#include <vector>

namespace bench::savina::ours {

namespace {

using actors::actor;
using actors::in;
using actors::out;
using actors::task;

struct ping {};
struct pong {};

struct ponger final : actor {
  in<ping> pings{*this, "pings"};
  out<pong> pongs{*this, "pongs"};
  task<> run() override {
    while (const auto each = co_await pings.receive()) co_await pongs.send(pong{});
  }
};

struct pinger final : actor {
  in<pong> pongs{*this, "pongs"};
  out<ping> pings{*this, "pings"};

  pinger(std::int64_t times, std::int64_t* got) : n{times}, received{got} {}
  task<> run() override {
    for (std::int64_t i = 0; i != n; ++i) {
      co_await pings.send(ping{});
      const auto answer = co_await pongs.receive();
      if (!answer) co_return;
      ++*received;
    }
  }

  std::int64_t n;
  std::int64_t* received;
};

struct ring_member final : actor {
  in<std::int64_t> from{*this, "from"};
  out<std::int64_t> to{*this, "to"};

  // The one that begins has the token.
  ring_member(int my_number, std::int64_t token, int* last_one) : number{my_number}, first{token}, last{last_one} {}
  task<> run() override {
    if (first > 0) co_await to.send(first - 1);
    while (const auto left = co_await from.receive()) {
      if (*left == 0) {
        *last = number;
        co_return;
      }
      co_await to.send(*left - 1);
    }
  }

  int number;
  std::int64_t first;
  int* last;
};

enum class count_message : std::uint8_t { increment, retrieve };

struct counter final : actor {
  in<count_message> messages{*this, "messages"};
  out<std::int64_t> sums{*this, "sums"};
  task<> run() override {
    std::int64_t count = 0;
    while (const auto each = co_await messages.receive()) {
      if (*each == count_message::increment)
        ++count;
      else
        co_await sums.send(count);
    }
  }
};

struct incrementer final : actor {
  out<count_message> to{*this, "to"};
  in<std::int64_t> sums{*this, "sums"};

  incrementer(std::int64_t times, std::int64_t* result) : n{times}, sum{result} {}
  task<> run() override {
    for (std::int64_t i = 0; i != n; ++i) co_await to.send(count_message::increment);
    co_await to.send(count_message::retrieve);
    *sum = (co_await sums.receive()).value_or(-1);
  }

  std::int64_t n;
  std::int64_t* sum;
};

}  // namespace

outcome pingpong(const settings& s) {
  std::int64_t pongs = 0;
  const auto elapsed = run_team(s, [&](actors::team& team) {
    auto one = team.spawn<pinger>(s.n, &pongs);
    auto other = team.spawn<ponger>();
    connect(one.port(&pinger::pings), other.port(&ponger::pings), 1);
    connect(other.port(&ponger::pongs), one.port(&pinger::pongs), 1);
  });
  expect("pongs", pongs, s.n);
  return {s.n, elapsed, 2 * s.n};
}

outcome counting(const settings& s) {
  std::int64_t sum = 0;
  const auto elapsed = run_team(s, [&](actors::team& team) {
    auto from = team.spawn<incrementer>(s.n, &sum);
    auto to = team.spawn<counter>();
    connect(from.port(&incrementer::to), to.port(&counter::messages), 1024);
    connect(to.port(&counter::sums), from.port(&incrementer::sums), 1);
  });
  expect("sum", sum, s.n);
  return {s.n, elapsed, s.n};
}

outcome thread_ring(const settings& s) {
  int last = -1;
  const auto elapsed = run_team(s, [&](actors::team& team) {
    std::vector<actors::actor_ref<ring_member>> ring;
    for (int number = 0; number != ring_members; ++number)
      ring.push_back(team.spawn<ring_member>(number, number == 0 ? s.n : -1, &last));
    for (std::size_t i = 0; i != ring.size(); ++i)
      connect(ring[i].port(&ring_member::to), ring[(i + 1) % ring.size()].port(&ring_member::from), 1);
  });
  expect("who had the token last", last, s.n % ring_members);
  return {s.n, elapsed, s.n};
}

}  // namespace bench::savina::ours
