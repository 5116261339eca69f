// Bounded buffer: 40 producers compute n items each, 40 consumers compute with them. A manager asks producers for the
// next item while there is room among 50, and gives items to consumers that are free. (A channel of that capacity would
// do for the manager; it is the actors that are measured.)
#include "../problems.hpp"
#include "team.hpp"

#include <deque>
#include <vector>

namespace bench::savina::ours {

namespace {

using actors::actor;
using actors::in;
using actors::out;
using actors::sender;
using actors::task;

struct go {};

struct news {
  enum class kind : std::uint8_t { item, producer_done, consumer_free } what;
  int who;
  double item = 0;
};

struct producer final : actor {
  in<go> orders{*this, "orders"};
  out<news> manager{*this, "manager"};

  producer(int number, std::int64_t times) : id{number}, n{times} {}
  task<> run() override {
    double term = 0;
    for (std::int64_t i = 0; i != n; ++i) {
      const auto order = co_await orders.receive();
      if (!order) co_return;
      term = process_item(term, item_cost);
      co_await manager.send(news{news::kind::item, id, term});
    }
    const auto last = co_await orders.receive();
    if (last) co_await manager.send(news{news::kind::producer_done, id});
  }

  int id;
  std::int64_t n;
};

// Ends with its input.
struct consumer final : actor {
  in<double> items{*this, "items"};
  out<news> manager{*this, "manager"};

  explicit consumer(int number) : id{number} {}
  task<> run() override {
    double term = 0;
    while (const auto item = co_await items.receive()) {
      term = process_item(term + *item, item_cost);
      co_await manager.send(news{news::kind::consumer_free, id});
    }
  }

  int id;
};

// Who is told what; the senders go when the manager ends.
struct crew {
  std::vector<sender<go>> to_producers;
  std::vector<sender<double>> to_consumers;
};

struct manager final : actor {
  in<news> all_news{*this, "news"};

  manager(crew* everybody, std::int64_t* count) : all{everybody}, items{count} {}
  task<> run() override {
    std::deque<double> pending;
    std::deque<int> free;  // consumers
    std::deque<int> held;  // producers whose next item has no room yet
    for (int i = 0; i != consumers; ++i) free.push_back(i);
    for (const sender<go>& each : all->to_producers) co_await each.send(go{});
    int done = 0;
    while (done != producers || free.size() != consumers) {
      const auto each = co_await all_news.receive();
      if (!each) break;
      if (each->what == news::kind::producer_done) {
        ++done;
      } else if (each->what == news::kind::item) {
        ++*items;
        if (free.empty()) {
          pending.push_back(each->item);
        } else {
          co_await to_consumer(free.front()).send(each->item);
          free.pop_front();
        }
        if (pending.size() >= buffer_size - producers)
          held.push_back(each->who);
        else
          co_await to_producer(each->who).send(go{});
      } else if (pending.empty()) {
        free.push_back(each->who);
      } else {
        co_await to_consumer(each->who).send(pending.front());
        pending.pop_front();
        if (held.empty()) continue;
        co_await to_producer(held.front()).send(go{});
        held.pop_front();
      }
    }
    all->to_consumers.clear();
  }

  const sender<go>& to_producer(int number) const { return all->to_producers[static_cast<std::size_t>(number)]; }
  const sender<double>& to_consumer(int number) const { return all->to_consumers[static_cast<std::size_t>(number)]; }

  crew* all;
  std::int64_t* items;
};

}  // namespace

// Each producer and consumer has one message on its way: these capacities are never exhausted.
outcome bounded_buffer(const settings& s) {
  std::int64_t items = 0;
  crew all;
  const auto elapsed = run_team(s, [&](actors::team& team) {
    auto one = team.spawn<manager>(&all, &items);
    for (int i = 0; i != consumers; ++i) {
      auto each = team.spawn<consumer>(i);
      connect(each.port(&consumer::manager), one.port(&manager::all_news), consumers + producers);
      all.to_consumers.push_back(each.sender(&consumer::items, 1));
    }
    for (int i = 0; i != producers; ++i) {
      auto each = team.spawn<producer>(i, s.n);
      connect(each.port(&producer::manager), one.port(&manager::all_news));
      all.to_producers.push_back(each.sender(&producer::orders, 1));
    }
  });
  expect("items", items, producers * s.n);
  return {s.n, elapsed, producers * s.n};
}

}  // namespace bench::savina::ours
