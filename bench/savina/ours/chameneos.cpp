// Chameneos: 100 of them come to a mall, which brings two together; both take a new colour and come again, until there
// were n meetings. Then each fades, and tells the mall how often it met another.
#include "../problems.hpp"
#include "team.hpp"

#include <utility>
#include <vector>

namespace bench::savina::ours {

namespace {

using actors::actor;
using actors::in;
using actors::out;
using actors::sender;
using actors::task;

// To a creature: another one to be met, its new colour after it was met, or the end.
struct event {
  enum class kind : std::uint8_t { meet, change, stop } what = kind::stop;
  int color = 0;
  sender<event> other{};
};

// To the mall: who comes, with its colour; or the number of its meetings, when it has faded.
struct visit {
  bool faded = false;
  int color = 0;
  std::int64_t meetings = 0;
  sender<event> who{};
};

struct creature final : actor {
  in<event> events{*this, "events"};
  out<visit> mall{*this, "mall"};

  explicit creature(int first_color) : color{first_color} {}
  task<> run() override {
    // Its own sender comes first, in an event that is no meeting.
    auto hello = co_await events.receive();
    if (!hello) co_return;
    const sender<event> self = std::move(hello->other);
    std::int64_t meetings = 0;
    for (;;) {
      visit enter{.color = color, .who = self};
      co_await mall.send(std::move(enter));
      auto next = co_await events.receive();
      if (!next) co_return;
      if (next->what == event::kind::stop) break;
      ++meetings;
      if (next->what == event::kind::meet) {
        color = complement(color, next->color);
        event change{.what = event::kind::change, .color = color};
        co_await next->other.send(std::move(change));
      } else {
        color = next->color;
      }
    }
    visit faded{.faded = true, .meetings = meetings};
    co_await mall.send(std::move(faded));
  }

  int color;
};

struct mall final : actor {
  in<visit> visits{*this, "visits"};

  mall(std::int64_t times, std::int64_t* sum) : left{times}, met{sum} {}
  task<> run() override {
    sender<event> waiting;
    for (int faded = 0; faded != creatures;) {
      auto each = co_await visits.receive();
      if (!each) co_return;
      if (each->faded) {
        ++faded;
        *met += each->meetings;
      } else if (left == 0) {
        event stop;
        co_await each->who.send(std::move(stop));
      } else if (!waiting) {
        waiting = std::move(each->who);
      } else {
        --left;
        event meet{.what = event::kind::meet, .color = each->color, .other = std::move(each->who)};
        co_await std::exchange(waiting, {}).send(std::move(meet));
      }
    }
  }

  std::int64_t left;
  std::int64_t* met;
};

}  // namespace

// Each creature has one visit or one answer on its way: these capacities are never exhausted.
outcome chameneos(const settings& s) {
  std::int64_t met = 0;
  const auto elapsed = run_team(s, [&](actors::team& team) {
    auto place = team.spawn<mall>(s.n, &met);
    for (int i = 0; i != creatures; ++i) {
      auto one = team.spawn<creature>(i % 3);
      connect(one.port(&creature::mall), place.port(&mall::visits), 2 * creatures);
      auto to = one.sender(&creature::events, 4);
      static_cast<void>(to.try_send(event{.other = to}));
    }
  });
  expect("meetings of all", met, 2 * s.n);
  return {s.n, elapsed, s.n};
}

}  // namespace bench::savina::ours
