// Sleeping barber: n customers, each an actor, come to a room where 1000 can wait; who finds it full comes again. The
// barber takes a time for each, and so does it until the next one comes.
#include "../problems.hpp"
#include "team.hpp"

#include <deque>
#include <utility>
#include <vector>

namespace bench::savina::ours {

namespace {

using actors::actor;
using actors::in;
using actors::out;
using actors::sender;
using actors::task;

enum class word : std::uint8_t { full, wait, start, done };

// To the street: a customer found the room full, or has been served.
struct return_of {
  int customer;
  bool served;
};

// To the room: a customer enters; or the barber (or the room, when the barber sleeps) asks for the next one.
struct to_room {
  sender<word> customer{};  // of who enters
};

struct to_barber {
  sender<word> customer{};  // empty: there is none
};

struct barber_actor final : actor {
  in<to_barber> orders{*this, "orders"};
  out<to_room> room{*this, "room"};

  task<> run() override {
    random_numbers random;
    while (auto each = co_await orders.receive()) {
      if (!each->customer) continue;  // sleeps
      co_await each->customer.send(word::start);
      be_busy(random.below(haircut_time) + 10);
      co_await each->customer.send(word::done);
      to_room next;
      co_await room.send(std::move(next));
    }
  }
};

struct room final : actor {
  in<to_room> visits{*this, "visits"};
  out<to_barber> barber{*this, "barber"};

  explicit room(const sender<to_room>* self) : own{self} {}
  task<> run() override {
    std::deque<sender<word>> waiting;
    bool asleep = true;
    while (auto each = co_await visits.receive()) {
      if (each->customer) {
        if (waiting.size() == waiting_room) {
          co_await each->customer.send(word::full);
          continue;
        }
        waiting.push_back(std::move(each->customer));
        if (asleep) {
          asleep = false;
          to_room next;
          co_await own->send(std::move(next));
        } else {
          co_await waiting.back().send(word::wait);
        }
      } else {
        to_barber next;
        asleep = waiting.empty();
        if (!asleep) {
          next.customer = std::move(waiting.front());
          waiting.pop_front();
        }
        co_await barber.send(std::move(next));
      }
    }
  }

  const sender<to_room>* own;
};

struct customer final : actor {
  in<word> words{*this, "words"};

  customer(int number, const sender<return_of>* to_street) : id{number}, street{to_street} {}
  task<> run() override {
    while (const auto each = co_await words.receive()) {
      if (*each != word::full && *each != word::done) continue;
      const bool served = *each == word::done;
      co_await street->send(return_of{id, served});
      if (served) co_return;
    }
  }

  int id;
  const sender<return_of>* street;
};

// What those send to who get it while they run. Closed when the last customer was served.
struct place {
  sender<to_room> room;
  sender<return_of> street;
};

// Makes the customers, and sends them to the room again.
struct street final : actor {
  in<return_of> returns{*this, "returns"};

  street(actors::team* of, std::int64_t times, const place* where, std::int64_t* count)
      : team{of}, n{times}, all{where}, served{count} {}
  task<> run() override {
    random_numbers random;
    std::vector<sender<word>> customers;
    for (std::int64_t i = 0; i != n; ++i) {
      const auto one = team->spawn<customer>(static_cast<int>(i), &all->street);
      customers.push_back(one.sender(&customer::words, 4));
      team->start(one);
      to_room enter{customers.back()};
      co_await all->room.send(std::move(enter));
      be_busy(random.below(arrival_time) + 10);
    }
    while (*served != n) {
      const auto each = co_await returns.receive();
      if (!each) co_return;
      if (each->served) {
        ++*served;
        continue;
      }
      to_room enter{customers[static_cast<std::size_t>(each->customer)]};
      co_await all->room.send(std::move(enter));
    }
    all->room.close();
  }

  actors::team* team;
  std::int64_t n;
  const place* all;
  std::int64_t* served;
};

}  // namespace

outcome barber(const settings& s) {
  std::int64_t served = 0;
  place all;
  const auto elapsed = run_team(s, [&](actors::team& team) {
    auto shop = team.spawn<room>(&all.room);
    auto cuts = team.spawn<barber_actor>();
    auto outside = team.spawn<street>(&team, s.n, &all, &served);
    all.room = shop.sender(&room::visits, actors::unbounded);
    all.street = outside.sender(&street::returns, actors::unbounded);
    connect(cuts.port(&barber_actor::room), shop.port(&room::visits));
    connect(shop.port(&room::barber), cuts.port(&barber_actor::orders), 4);
  });
  expect("customers", served, s.n);
  return {s.n, elapsed, s.n};
}

}  // namespace bench::savina::ours
