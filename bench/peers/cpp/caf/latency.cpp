// Hand-offs of CAF, and what an idle system costs. The sender computes within its message handler, so that its worker
// is busy; between the rounds it waits for a message from CAF's clock.
#include "latency.hpp"

#include "idle.hpp"
#include "runtime.hpp"

#include <string>

namespace peer::on_caf {

namespace {

using caf::actor;
using caf::behavior;
using caf::event_based_actor;
using tick = caf::ok_atom;
using time_point = std::chrono::steady_clock::time_point;

/// A letter goes as numbers: when it was sent, by which thread, whether it counts.
behavior receiver(event_based_actor* self, letters_read* seen) {
  return {[=](std::int64_t sent, std::int32_t from, bool counts) {
            seen->receive({time_point{std::chrono::nanoseconds{sent}}, from, counts});
          },
          [=](caf::close_atom) { self->quit(); }};
}

void send_letter(event_based_actor* self, const actor& to, bool counts) {
  const letter next = write_letter(counts);
  const std::chrono::nanoseconds sent = next.sent.time_since_epoch();
  self->send(to, std::int64_t{sent.count()}, std::int32_t{next.from}, counts);
}

void end(event_based_actor* self, const actor& to, const actor& result, const std::string& problem) {
  self->send(to, caf::close_atom_v);
  self->send(result, problem);
  self->quit();
}

behavior parked_sender(event_based_actor* self, const actor& to, std::int64_t n, const letters_read* seen,
                       const actor& result) {
  std::int64_t sent = 0;
  self->delayed_send(self, pause, caf::ok_atom_v);
  return {[=](tick) mutable {
    const bool settled = seen->arrived() == sent;
    if (settled && sent == n) return end(self, to, result, "");
    if (settled) {
      ++sent;
      compute_for(computing_before);
      send_letter(self, to, true);
      compute_for(computing_after);
    }
    self->delayed_send(self, pause, caf::ok_atom_v);
  }};
}

/// One round: the first letter wakes the other worker, the second one is measured. Returns how many were sent.
std::int64_t lingering_round(event_based_actor* self, const actor& to, const letters_read& seen) {
  const std::int64_t before = seen.arrived();
  send_letter(self, to, false);
  if (!seen.arrives_soon(before)) return 1;
  compute_for(lull);
  send_letter(self, to, true);
  compute_for(computing_after);
  return 2;
}

behavior lingering_sender(event_based_actor* self, const actor& to, std::int64_t n, const letters_read* seen,
                          const actor& result) {
  std::int64_t sent = 0, rounds = 0;
  failures failed{n};
  self->delayed_send(self, pause, caf::ok_atom_v);
  return {[=](tick) mutable {
    if (seen->arrived() == sent) {
      if (rounds == n) return end(self, to, result, "");
      const std::int64_t letters = lingering_round(self, to, *seen);
      sent += letters;
      try {
        if (letters == 2)
          ++rounds;
        else
          failed.add();
      } catch (const not_applicable& problem) {
        return end(self, to, result, problem.what());
      }
    }
    self->delayed_send(self, pause, caf::ok_atom_v);
  }};
}

using sender = behavior (*)(event_based_actor*, const actor&, std::int64_t, const letters_read*, const actor&);

outcome run(std::string_view name, sender how, const settings& s) {
  letters_read seen{s.n};
  std::chrono::nanoseconds elapsed{};
  {
    workers config{s};
    caf::actor_system system{config};
    caf::scoped_actor self{system};
    const stopwatch watch;
    const actor to = self->spawn(receiver, &seen);
    self->spawn(how, to, s.n, static_cast<const letters_read*>(&seen), actor{self});
    std::string problem;
    self->receive([&](const std::string& found) { problem = found; });
    elapsed = watch.elapsed();
    if (!problem.empty()) throw not_applicable{problem};
  }
  return seen.finish(name, s.n, elapsed);
}

}  // namespace

outcome handoff_parked(const settings& s) { return run("handoff_parked", parked_sender, s); }

outcome handoff_lingering(const settings& s) {
  if (s.threads < 2) throw not_applicable{"handoff_lingering needs two workers"};
  return run("handoff_lingering", lingering_sender, s);
}

// An actor of a function ends when that has returned.
outcome foreign_wake(const settings& s) {
  letters_read seen{s.n};
  workers config{s};
  caf::actor_system system{config};
  return wake_from_outside(s.n, seen, [&](const letter& next) { system.spawn([&seen, next] { seen.receive(next); }); });
}

namespace {

behavior some_work(event_based_actor* self, std::int64_t left, const actor& result) {
  self->send(self, caf::ok_atom_v);
  return {[=](tick) mutable {
    if (left-- > 0) {
      self->delayed_send(self, std::chrono::microseconds{10}, caf::ok_atom_v);
      return;
    }
    self->send(result, std::int64_t{1});
    self->quit();
  }};
}

behavior waiter(event_based_actor* self) {
  self->delayed_send(self, std::chrono::hours{24 * 365}, caf::ok_atom_v);
  return {[](tick) {}};
}

}  // namespace

// An idle program still waits for something: a message and a timer.
outcome idle_cpu(const settings& s) {
  constexpr std::int64_t rounds = 100;
  workers config{s};
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  for (std::int64_t k = 0; k != parties; ++k) self->spawn(some_work, rounds, actor{self});
  std::int64_t done = 0;
  for (std::int64_t k = 0; k != parties; ++k) done += receive_number(self);
  expect("actors that ended", done, parties);
  const actor waiting = self->spawn(waiter);
  const outcome result = measure_idle(s);
  self->send_exit(waiting, caf::exit_reason::user_shutdown);
  return result;
}

}  // namespace peer::on_caf
