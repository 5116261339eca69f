// Messages between CAF's event-based actors: to and fro, out to many, requests.
#include "../workloads.hpp"
#include "host.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace bench {

namespace {

using caf::actor;
using caf::behavior;
using caf::event_based_actor;
using end_mark = caf::close_atom;

behavior answerer(event_based_actor* self) {
  return {[](std::int64_t value) { return value + 1; }, [=](end_mark) { self->quit(); }};
}

behavior asker(event_based_actor* self, const actor& partner, std::int64_t n, const actor& result) {
  self->send(partner, std::int64_t{0});
  return {[=](std::int64_t value) {
    if (value != n) {
      self->send(partner, value);
      return;
    }
    self->send(partner, caf::close_atom_v);
    self->send(result, value);
    self->quit();
  }};
}

struct fan {
  std::vector<actor> to;
  std::int64_t sent = 0;
  std::int64_t answered = 0;
  std::int64_t sum = 0;
};

/// Sends a number to each of `size` actors, waits for all answers, and so on, until there were n.
behavior fan_out(caf::stateful_actor<fan>* self, std::int64_t n, std::size_t size, const actor& result) {
  fan& mine = self->state;
  for (std::size_t i = 0; i != size; ++i) mine.to.push_back(self->spawn(answerer));
  const auto send_round = [=, &mine] {
    for (const actor& each : mine.to)
      if (mine.sent != n) self->send(each, mine.sent++);
  };
  send_round();
  return {[=, &mine](std::int64_t value) {
    mine.sum += value;
    if (++mine.answered != mine.sent) return;
    if (mine.sent != n) return send_round();
    for (const actor& each : mine.to) self->send(each, caf::close_atom_v);
    self->send(result, mine.sum);
    self->quit();
  }};
}

behavior requester(event_based_actor* self, const actor& server, std::int64_t n, const actor& result) {
  self->send(self, std::int64_t{0});
  return {[=, sum = std::int64_t{0}](std::int64_t done) mutable {
    if (done == n) {
      self->send(server, caf::close_atom_v);
      self->send(result, sum);
      self->quit();
      return;
    }
    self->request(server, caf::infinite, done).then([=, &sum](std::int64_t answer) {
      sum += answer;
      self->send(self, done + 1);
    });
  }};
}

}  // namespace

outcome caf_pingpong(const settings& s) {
  caf_host host{s};
  caf::scoped_actor self{host.system()};
  const caf_measure measure;
  self->spawn(asker, self->spawn(answerer), s.n, actor{self});
  const std::int64_t rounds = receive_number(self);
  const outcome found = measure.finish(s.n, s.n);
  expect("rounds", rounds, s.n);
  return found;
}

outcome caf_fanout(const settings& s) {
  caf_host host{s};
  caf::scoped_actor self{host.system()};
  const caf_measure measure;
  self->spawn(fan_out, s.n, std::max<std::size_t>(1, s.capacity), actor{self});
  const std::int64_t sum = receive_number(self);
  const outcome found = measure.finish(s.n, s.n);
  expect("sum of the answers", sum, sum_below(s.n) + s.n);
  return found;
}

outcome caf_requests(const settings& s) {
  const auto pairs = static_cast<std::int64_t>(std::max<std::size_t>(1, s.capacity));
  const std::int64_t each = std::max<std::int64_t>(1, s.n / pairs);
  caf_host host{s};
  caf::scoped_actor self{host.system()};
  const caf_measure measure;
  for (std::int64_t i = 0; i != pairs; ++i) self->spawn(requester, self->spawn(answerer), each, actor{self});
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i != pairs; ++i) sum += receive_number(self);
  const outcome found = measure.finish(each * pairs, each * pairs);
  expect("sum of the answers", sum, pairs * (sum_below(each) + each));
  return found;
}

}  // namespace bench
