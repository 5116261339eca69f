// Requests at half load, and sleeps, with actors of CAF. A sleep is a message that CAF's clock sends at a given time.
//
// request_load: a client asks (request and then) an actor_pool that gives the requests to the servers in turn. Each
// server has a mailbox of its own, as nothing that several actors take from exists; a mailbox has no bound, but at most
// one request of each client is on its way.
#include "load.hpp"

#include "runtime.hpp"

#include <string>
#include <utility>
#include <vector>

namespace peer::on_caf {

namespace {

using caf::actor;
using caf::behavior;
using caf::event_based_actor;
using clock = std::chrono::steady_clock;
using time_to_ask = caf::ok_atom;
using woken = caf::ok_atom;

behavior serve(event_based_actor*, work each) {
  return {[=](std::int64_t number) {
    each(number);
    return number + 1;
  }};
}

/// Leaves what it measured in `into`, then tells how many answers were right.
class client : public event_based_actor {
 public:
  client(caf::actor_config& config, std::int64_t number, const load& l, actor servers, readings* into, actor result)
      : event_based_actor{config},
        servers_{std::move(servers)},
        result_{std::move(result)},
        times_{number, l.mean_gap},
        requests_{l.requests},
        taken_{l.requests},
        into_{into} {}

  behavior make_behavior() override {
    ask_in_time();
    return {[this](time_to_ask) { ask(); }};
  }

 private:
  void ask_in_time() {
    const time_point next = times_.next();
    if (clock::now() < next)
      scheduled_send(this, next, caf::ok_atom_v);
    else
      ask();
  }

  void ask() {
    const time_point sent = clock::now();
    request(servers_, caf::infinite, asked_)
        .then(
            [this, sent](std::int64_t answer) {
              taken_.add(clock::now() - sent);
              if (answer == ++asked_) ++right_;
              if (asked_ == requests_)
                end();
              else
                ask_in_time();
            },
            [this](const caf::error&) { end(); });
  }

  void end() {
    *into_ = std::move(taken_);
    send(result_, right_);
    quit();
  }

  actor servers_, result_;
  plan times_;
  std::int64_t requests_, asked_ = 0, right_ = 0;
  readings taken_;
  readings* into_;
};

}  // namespace

outcome request_load(const settings& s) {
  const load l{s};
  std::vector<readings> taken(static_cast<std::size_t>(l.clients), readings{0});
  workers config{s};
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  caf::scoped_execution_unit here{&system};
  const auto spawn_server = [&] { return system.spawn(serve, s.each); };
  const actor servers =
      caf::actor_pool::make(&here, static_cast<std::size_t>(l.servers), spawn_server, caf::actor_pool::round_robin());
  const stopwatch watch;
  for (std::int64_t i = 0; i != l.clients; ++i)
    self->spawn<client>(i, l, servers, &taken[static_cast<std::size_t>(i)], actor{self});
  std::int64_t right = 0;
  for (std::int64_t i = 0; i != l.clients; ++i) right += receive_number(self);
  const auto elapsed = watch.elapsed();
  self->send_exit(servers, caf::exit_reason::user_shutdown);
  expect("right answers", right, l.clients * l.requests);
  return finish(l, taken, elapsed);
}

namespace {

struct sleeps {
  dice lengths{seed_of_sleeps};
  time_point until{};
};

void sleep(caf::stateful_actor<sleeps>* self) {
  self->state.until = clock::now() + length_of_sleep(self->state.lengths);
  self->scheduled_send(self, self->state.until, caf::ok_atom_v);
}

/// Leaves `n` readings in `late`, then tells the problem, which is empty where there was none.
behavior sleeper(caf::stateful_actor<sleeps>* self, std::int64_t n, readings* late, const actor& result) {
  sleep(self);
  return {[=](woken) mutable {
    std::string problem;
    try {
      late->add(time_since(self->state.until));
    } catch (const not_done& early) {
      problem = early.what();
    }
    if (--n != 0 && problem.empty()) return sleep(self);
    self->send(result, problem);
    self->quit();
  }};
}

}  // namespace

outcome timer_accuracy(const settings& s) {
  readings late{s.n};
  workers config{s};
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  const stopwatch watch;
  self->spawn(sleeper, s.n, &late, actor{self});
  std::string problem;
  self->receive([&](const std::string& found) { problem = found; });
  const auto elapsed = watch.elapsed();
  if (!problem.empty()) throw not_done{problem};
  return late.finish("timer_accuracy", s.n, elapsed);
}

}  // namespace peer::on_caf
