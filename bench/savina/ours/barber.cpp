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

struct barber_actor final : actor {
  in<sender<word>> customers{*this, "customers"};
  out<word> ready{*this, "ready"};

  task<> run() override {
    random_numbers random;
    while (auto each = co_await customers.receive()) {
      co_await each->send(word::start);
      be_busy(random.below(haircut_time) + 10);
      co_await each->send(word::done);
      co_await ready.send(word::done);
    }
  }
};

// Each kind of message has its own port: the barber need not wait behind all those who come again. In CAF's program
// they all come through the mailbox.
struct room final : actor {
  in<sender<word>> visits{*this, "visits"};
  in<word> ready{*this, "ready"};
  out<sender<word>> barber{*this, "barber"};

  task<> run() override {
    std::deque<sender<word>> waiting;
    bool asleep = true;
    bool open = true;
    sender<word> come;
    const auto enter = [&](std::optional<sender<word>> who) {
      open = who.has_value();
      if (open) come = std::move(*who);
    };
    const auto is_ready = [&](std::optional<word>) { asleep = true; };
    for (;;) {
      co_await actors::select(on_receive(visits, enter), on_receive(ready, is_ready));
      if (!open) co_return;
      if (come) {
        const bool full = waiting.size() == waiting_room;
        if (full || !asleep) co_await come.send(full ? word::full : word::wait);
        if (!full) waiting.push_back(std::move(come));
        come = {};
      }
      if (!asleep || waiting.empty()) continue;
      asleep = false;
      co_await barber.send(std::move(waiting.front()));
      waiting.pop_front();
    }
  }
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
  sender<sender<word>> room;
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
      co_await all->room.send(customers.back());
      be_busy(random.below(arrival_time) + 10);
    }
    while (*served != n) {
      const auto each = co_await returns.receive();
      if (!each) co_return;
      if (each->served) {
        ++*served;
        continue;
      }
      co_await all->room.send(customers[static_cast<std::size_t>(each->customer)]);
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
    auto shop = team.spawn<room>();
    auto cuts = team.spawn<barber_actor>();
    auto outside = team.spawn<street>(&team, s.n, &all, &served);
    all.room = shop.sender(&room::visits);
    all.street = outside.sender(&street::returns);
    connect(cuts.port(&barber_actor::ready), shop.port(&room::ready));
    connect(shop.port(&room::barber), cuts.port(&barber_actor::customers));
  });
  expect("customers", served, s.n);
  return {s.n, elapsed, s.n};
}

}  // namespace bench::savina::ours
