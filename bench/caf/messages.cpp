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

// Who is sent to answers each message; with an answer comes who gave it, so that it gets its next one.
behavior receiver(event_based_actor* self, std::size_t number) {
  return {[=](std::int64_t value) { return caf::make_message(number, value); }, [=](end_mark) { self->quit(); }};
}

/// Sends n numbers to `fan` actors, with `window` on their way to each of them.
behavior fan_out(event_based_actor* self, std::int64_t n, std::size_t fan, std::size_t window, const actor& result) {
  std::vector<actor> to;
  for (std::size_t i = 0; i != fan; ++i) to.push_back(self->spawn(receiver, i));
  std::int64_t next = 0;
  for (std::size_t k = 0; k != window; ++k)
    for (const actor& each : to)
      if (next != n) self->send(each, next++);
  return {[=, answers = std::int64_t{0}, sum = std::int64_t{0}](std::size_t number, std::int64_t value) mutable {
    sum += value;
    if (next != n) self->send(to[number], next++);
    if (++answers != n) return;
    for (const actor& each : to) self->send(each, caf::close_atom_v);
    self->send(result, sum);
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
  constexpr std::size_t window = 8;
  caf_host host{s};
  caf::scoped_actor self{host.system()};
  const caf_measure measure;
  self->spawn(fan_out, s.n, std::max<std::size_t>(1, s.capacity), window, actor{self});
  const std::int64_t sum = receive_number(self);
  const outcome found = measure.finish(s.n, s.n);
  expect("sum of the answers", sum, sum_below(s.n));
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
