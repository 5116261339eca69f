// Actors of CAF that are spawned and send a result to their parent, that sleep, and that ask others which may block.
//
// A worker runs what its actors spawn last in, first out, so that trees grow depth first.
// million_sleep: delayed_send, by the clock's thread. blocking: an actor_pool of detached actors, each a thread of its
// own, that a caller asks with request and then.
#include "runtime.hpp"

#include <algorithm>
#include <memory>
#include <vector>

namespace peer::on_caf {

namespace {

using caf::actor;
using caf::behavior;
using caf::event_based_actor;

/// Spawns the actors of a batch; they end after they have sent their number.
void spawn_batch(event_based_actor* self, std::int64_t first, std::int64_t size, work each) {
  for (std::int64_t i = first; i != first + size; ++i)
    self->spawn([=, parent = actor{self}](event_based_actor* child) {
      each(i);
      child->send(parent, i);
    });
}

behavior spawner(event_based_actor* self, std::int64_t n, work each, const actor& result) {
  std::int64_t first = 0, left = std::min(batch_size, n), sum = 0;
  spawn_batch(self, first, left, each);
  return {[=](std::int64_t value) mutable {
    sum += value;
    if (--left != 0) return;
    first += batch_size;
    if (first < n) {
      left = std::min(batch_size, n - first);
      spawn_batch(self, first, left, each);
    } else {
      self->send(result, sum);
      self->quit();
    }
  }};
}

}  // namespace

outcome spawn_join(const settings& s) {
  workers config{s};
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  const stopwatch watch;
  self->spawn(spawner, s.n, s.each, actor{self});
  const std::int64_t sum = receive_number(self);
  const auto elapsed = watch.elapsed();
  expect("sum", sum, sum_below(s.n));
  return outcome{s.n, elapsed, s.n};
}

namespace {

/// Sends `up` the sum of what `left` children send, and ends.
behavior sum_up(event_based_actor* self, const actor& up, std::int64_t left) {
  std::int64_t sum = 0;
  return {[=](std::int64_t value) mutable {
    sum += value;
    if (--left != 0) return;
    self->send(up, sum);
    self->quit();
  }};
}

/// Sends up the sum of the leaves first to first+size-1.
behavior grow(event_based_actor* self, const actor& up, std::int64_t first, std::int64_t size) {
  if (size == 1) {
    self->send(up, first);
    return {};
  }
  const std::int64_t part = size / children;
  for (std::int64_t k = 0; k != children; ++k) self->spawn(grow, actor{self}, first + k * part, part);
  return sum_up(self, up, children);
}

behavior fork(event_based_actor* self, const actor& up, std::int64_t n) {
  if (n < 2) {
    self->send(up, n);
    return {};
  }
  self->spawn(fork, actor{self}, n - 1);
  self->spawn(fork, actor{self}, n - 2);
  return sum_up(self, up, 2);
}

}  // namespace

outcome skynet(const settings& s) {
  workers config{s};
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  const stopwatch watch;
  for (std::int64_t i = 0; i != s.n; ++i) {
    self->spawn(grow, actor{self}, std::int64_t{0}, leaves);
    expect("sum of the leaves", receive_number(self), sum_below(leaves));
  }
  return outcome{s.n, watch.elapsed(), s.n * leaves};
}

outcome fib(const settings& s) {
  const fibonacci wanted{s.n};
  workers config{s};
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  const stopwatch watch;
  self->spawn(fork, actor{self}, wanted.argument);
  const std::int64_t got = receive_number(self);
  const auto elapsed = watch.elapsed();
  expect("fib", got, wanted.value);
  return outcome{wanted.calls, elapsed, wanted.calls};
}

namespace {

/// Reports how often it was told to.
behavior join(event_based_actor* self, std::int64_t n, const actor& result) {
  std::int64_t woken = 0;
  return {[=](caf::ok_atom) mutable {
    if (++woken != n) return;
    self->send(result, woken);
    self->quit();
  }};
}

behavior sleeper(event_based_actor* self, std::chrono::seconds how_long, const actor& joiner) {
  self->delayed_send(self, how_long, caf::ok_atom_v);
  return {[=](caf::ok_atom) {
    self->send(joiner, caf::ok_atom_v);
    self->quit();
  }};
}

outcome sleep(const settings& s, std::chrono::seconds how_long) {
  workers config{s};
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  const stopwatch watch;
  const actor joiner = self->spawn(join, s.n, actor{self});
  for (std::int64_t i = 0; i != s.n; ++i) self->spawn(sleeper, how_long, joiner);
  const std::int64_t woken = receive_number(self);
  const auto elapsed = watch.elapsed();
  expect("actors that woke", woken, s.n);
  return over_the_sleep(s.n, elapsed, how_long);
}

}  // namespace

outcome sleep_two_seconds(const settings& s) { return sleep(s, std::chrono::seconds{2}); }
outcome sleep_ten_seconds(const settings& s) { return sleep(s, std::chrono::seconds{10}); }

namespace {

std::int64_t trivial(std::int64_t value) { return value; }

behavior blocker(event_based_actor*) {
  return {[](std::int64_t value) { return trivial(value); }};
}

struct total {
  std::int64_t sum = 0;
};

/// Asks for `next`, next+in_flight, ... below n, one after the other.
behavior caller(caf::stateful_actor<total>* self, const actor& pool, std::int64_t next, std::int64_t n,
                const actor& result) {
  self->send(self, caf::ok_atom_v);
  return {[=](caf::ok_atom) mutable {
    if (next >= n) {
      self->send(result, self->state.sum);
      self->quit();
      return;
    }
    self->request(pool, caf::infinite, next).then([=](std::int64_t value) {
      self->state.sum += value;
      self->send(self, caf::ok_atom_v);
    });
    next += in_flight;
  }};
}

}  // namespace

outcome blocking(const settings& s) {
  workers config{s};
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  caf::scoped_execution_unit here{&system};
  const auto spawn_blocker = [&] { return system.spawn<caf::detached>(blocker); };
  const actor pool = caf::actor_pool::make(&here, in_flight, spawn_blocker, caf::actor_pool::round_robin());
  const stopwatch watch;
  for (std::int64_t k = 0; k != in_flight; ++k) self->spawn(caller, pool, k, s.n, actor{self});
  std::int64_t sum = 0;
  for (std::int64_t k = 0; k != in_flight; ++k) sum += receive_number(self);
  const auto elapsed = watch.elapsed();
  self->send_exit(pool, caf::exit_reason::user_shutdown);
  expect("sum", sum, sum_below(s.n));
  return outcome{s.n, elapsed, s.n};
}

}  // namespace peer::on_caf
