// Messages between actors of CAF. With --work, who computes: in spsc both sides, in mpsc the producers, in pipeline
// each of the two maps.
//
// pingpong, ring: a mailbox is no rendezvous; the sender goes on at once. With one message on its way there is no
// difference. mpsc: each producer has an eighth of the window. pipeline: the window spans all stages, so that no
// mailbox can hold more than C values; CAF's streams would send batches whose number they choose by themselves.
#include "runtime.hpp"

#include <algorithm>
#include <vector>

namespace peer::on_caf {

namespace {

using caf::actor;
using caf::behavior;
using caf::event_based_actor;
using next_half = caf::ok_atom;
using end_mark = caf::close_atom;

/// Answers until it is told to end.
behavior answerer(event_based_actor* self) {
  return {[](std::int64_t value) { return value + 1; }, [=](end_mark) { self->quit(); }};
}

behavior asker(event_based_actor* self, const actor& partner, std::int64_t n, const actor& result) {
  self->send(partner, std::int64_t{0});
  std::int64_t round = 0;
  return {[=](std::int64_t value) mutable {
    if (++round != n) {
      self->send(partner, value);
      return;
    }
    self->send(partner, caf::close_atom_v);
    self->send(result, value);
    self->quit();
  }};
}

}  // namespace

outcome pingpong(const settings& s) {
  workers config{s};
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  const stopwatch watch;
  self->spawn(asker, self->spawn(answerer), s.n, actor{self});
  const std::int64_t value = receive_number(self);
  const auto elapsed = watch.elapsed();
  expect("round trips", value, s.n);
  return outcome{s.n, elapsed, 2 * s.n};
}

namespace {

/// The half of a window.
std::int64_t half_of(std::size_t window) { return std::max<std::int64_t>(1, static_cast<std::int64_t>(window) / 2); }

/// What a producer sends: from, from+step, ... below n.
struct range {
  std::int64_t next, step, n;
};

/// Keeps two halves of a window on their way. The last value of a half has the producer with it, for the answer.
behavior producer(event_based_actor* self, const actor& to, range left, std::int64_t half, work each) {
  auto send_half = [=]() mutable {
    for (std::int64_t k = 1; left.next < left.n; ++k, left.next += left.step) {
      each(left.next);
      if (k == half) {
        self->send(to, left.next, actor{self});
        left.next += left.step;
        return;
      }
      self->send(to, left.next);
    }
    self->send(to, caf::close_atom_v);
    self->quit();
  };
  self->send(self, caf::ok_atom_v);
  self->send(self, caf::ok_atom_v);
  return {[send_half](next_half) mutable { send_half(); }};
}

struct total {
  std::int64_t sum = 0;
};

/// Sums up what `producers` send.
behavior consumer(caf::stateful_actor<total>* self, std::int64_t producers, work each, const actor& result) {
  return {[=](std::int64_t value) {
            each(value);
            self->state.sum += value;
          },
          [=](std::int64_t value, const actor& producer) {
            each(value);
            self->state.sum += value;
            self->send(producer, caf::ok_atom_v);
          },
          [=](end_mark) mutable {
            if (--producers != 0) return;
            self->send(result, self->state.sum);
            self->quit();
          }};
}

}  // namespace

outcome spsc(const settings& s) {
  workers config{s};
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  const stopwatch watch;
  const actor to = self->spawn(consumer, std::int64_t{1}, s.each, actor{self});
  self->spawn(producer, to, range{0, 1, s.n}, half_of(s.capacity), s.each);
  const std::int64_t sum = receive_number(self);
  const auto elapsed = watch.elapsed();
  expect("sum", sum, sum_below(s.n));
  return outcome{s.n, elapsed, s.n};
}

outcome mpsc(const settings& s) {
  workers config{s};
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  const stopwatch watch;
  const actor to = self->spawn(consumer, parties, work{}, actor{self});
  for (std::int64_t k = 0; k != parties; ++k)
    self->spawn(producer, to, range{k, parties, s.n}, half_of(s.capacity / parties), s.each);
  const std::int64_t sum = receive_number(self);
  const auto elapsed = watch.elapsed();
  expect("sum", sum, sum_below(s.n));
  return outcome{s.n, elapsed, s.n};
}

namespace {

struct link {
  actor next;
};

/// Learns who is next, then passes the token on to it.
behavior member(caf::stateful_actor<link>* self, std::int64_t number, const actor& result) {
  return {[=](const actor& next) { self->state.next = next; },
          [=](std::int64_t left) {
            if (left == 0)
              self->send(result, number);
            else
              self->send(self->state.next, left - 1);
          },
          [=](end_mark) { self->quit(); }};
}

}  // namespace

outcome ring(const settings& s) {
  workers config{s};
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  std::vector<actor> members;
  const stopwatch watch;
  for (std::int64_t k = 0; k != ring_members; ++k) members.push_back(self->spawn(member, k, actor{self}));
  for (std::size_t k = 0; k != members.size(); ++k) self->send(members[k], members[(k + 1) % members.size()]);
  self->send(members[0], s.n);
  const std::int64_t last = receive_number(self);
  const auto elapsed = watch.elapsed();
  for (const actor& each : members) self->send(each, caf::close_atom_v);
  expect("member that had the token last", last, s.n % ring_members);
  return outcome{s.n, elapsed, s.n};
}

namespace {

/// Passes the producer on, so that the last stage answers it.
behavior stage(event_based_actor* self, const actor& next, std::int64_t (*function)(std::int64_t), work each) {
  return {[=](std::int64_t value) {
            each(value);
            self->send(next, function(value));
          },
          [=](std::int64_t value, const actor& producer) {
            each(value);
            self->send(next, function(value), producer);
          },
          [=](end_mark) {
            self->send(next, caf::close_atom_v);
            self->quit();
          }};
}

std::int64_t doubled(std::int64_t value) { return 2 * value; }
std::int64_t raised(std::int64_t value) { return value + 1; }

}  // namespace

outcome pipeline(const settings& s) {
  workers config{s};
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  const stopwatch watch;
  const actor sink = self->spawn(consumer, std::int64_t{1}, work{}, actor{self});
  const actor second = self->spawn(stage, sink, raised, s.each);
  const actor first = self->spawn(stage, second, doubled, s.each);
  self->spawn(producer, first, range{0, 1, s.n}, half_of(s.capacity), work{});
  const std::int64_t sum = receive_number(self);
  const auto elapsed = watch.elapsed();
  expect("sum", sum, 2 * sum_below(s.n) + s.n);
  return outcome{s.n, elapsed, s.n};
}

}  // namespace peer::on_caf
