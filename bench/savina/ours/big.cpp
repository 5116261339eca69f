// Big: each of 120 actors sends n pings, one after the other, to one drawn at random, which answers each. When all have
// had their answers, all are told to stop.
#include "../problems.hpp"
#include "team.hpp"

#include <vector>

namespace bench::savina::ours {

namespace {

using actors::actor;
using actors::in;
using actors::out;
using actors::sender;
using actors::task;

struct message {
  enum class kind : std::uint8_t { ping, pong, stop } what;
  int from;
};
struct done {};

struct member final : actor {
  in<message> messages{*this, "messages"};
  out<done> sink{*this, "sink"};

  member(int number, std::int64_t times, const std::vector<sender<message>>* everybody, std::int64_t* right_answers)
      : id{number}, n{times}, all{everybody}, right{right_answers} {}
  task<> run() override {
    random_numbers random{id};
    const auto draw = [&] { return random.below(big_actors); };
    std::int64_t left = n;
    int expected = draw();
    co_await to(expected).send(message{message::kind::ping, id});
    while (const auto each = co_await messages.receive()) {
      switch (each->what) {
        case message::kind::ping:
          co_await to(each->from).send(message{message::kind::pong, id});
          break;
        case message::kind::pong:
          if (each->from == expected) ++*right;
          if (--left == 0) {
            co_await sink.send(done{});
          } else {
            expected = draw();
            co_await to(expected).send(message{message::kind::ping, id});
          }
          break;
        case message::kind::stop:
          co_return;
      }
    }
  }
  const sender<message>& to(int number) const { return (*all)[static_cast<std::size_t>(number)]; }

  int id;
  std::int64_t n;
  const std::vector<sender<message>>* all;
  std::int64_t* right;
};

struct sink final : actor {
  in<done> ends{*this, "ends"};

  explicit sink(const std::vector<sender<message>>* everybody) : all{everybody} {}
  task<> run() override {
    for (int i = 0; i != big_actors; ++i) {
      const auto one = co_await ends.receive();
      if (!one) co_return;
    }
    for (const sender<message>& each : *all) co_await each.send(message{message::kind::stop, 0});
  }

  const std::vector<sender<message>>* all;
};

}  // namespace

// Each actor has one ping or its answer on its way: an input never has more than one message from each.
outcome big(const settings& s) {
  std::vector<std::int64_t> right(big_actors);
  std::vector<sender<message>> all;
  const auto elapsed = run_team(s, [&](actors::team& team) {
    auto end = team.spawn<sink>(&all);
    for (int id = 0; id != big_actors; ++id) {
      auto one = team.spawn<member>(id, s.n, &all, &right[static_cast<std::size_t>(id)]);
      connect(one.port(&member::sink), end.port(&sink::ends));
      all.push_back(one.sender(&member::messages, 2 * big_actors));
    }
  });
  for (const std::int64_t each : right) expect("answers from the one that was asked", each, s.n);
  return {s.n, elapsed, 2 * big_actors * s.n};
}

}  // namespace bench::savina::ours
