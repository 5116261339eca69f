// How long it takes from the moment a busy CAF actor sends to another one until that runs: the sender computes within
// its message handler, so that its worker is busy, and another one has to take what became ready.
#include "../letters.hpp"
#include "../workloads.hpp"
#include "host.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace bench {

namespace {

using namespace std::chrono_literals;
using caf::actor;
using caf::behavior;
using caf::event_based_actor;
using tick = caf::ok_atom;

/// A letter goes as numbers: when it was sent, by which thread, whether it counts.
behavior reader(event_based_actor* self, letters_read* seen) {
  return {[=](std::int64_t sent, std::int32_t from, bool counts) {
            seen->receive({std::chrono::steady_clock::time_point{std::chrono::nanoseconds{sent}}, from, counts});
          },
          [=](caf::close_atom) { self->quit(); }};
}

void send_letter(event_based_actor* self, const actor& to, bool counts) {
  const letter next = write_letter(counts);
  const std::chrono::nanoseconds sent = next.sent.time_since_epoch();
  self->send(to, std::int64_t{sent.count()}, std::int32_t{next.from}, counts);
}

/// A tick is a round, once the letters of the last one have arrived. `play` sends the letters of a round and returns
/// how many there are, and whether the round counts.
struct played {
  std::int64_t letters;
  bool counts;
};
using play = played (*)(event_based_actor*, const actor& to, const letters_read& seen);

behavior sender(event_based_actor* self, const actor& to, std::int64_t n, const letters_read* seen,
                std::chrono::nanoseconds rest, play round, const actor& result) {
  self->delayed_send(self, rest, caf::ok_atom_v);
  return {[=, sent = std::int64_t{0}, rounds = std::int64_t{0}, failures = std::int64_t{0}](tick) mutable {
    if (seen->arrived() == sent) {
      if (rounds == n || failures > n + 10) {
        self->send(to, caf::close_atom_v);
        self->send(result, rounds);
        self->quit();
        return;
      }
      const played now = round(self, to, *seen);
      sent += now.letters;
      ++(now.counts ? rounds : failures);
    }
    self->delayed_send(self, rest, caf::ok_atom_v);
  }};
}

played one_letter(event_based_actor* self, const actor& to, const letters_read&) {
  compute_for(computing_before);
  send_letter(self, to, true);
  compute_for(computing_after);
  return {1, true};
}

/// The first letter wakes the other worker, the second one is measured.
played two_letters(event_based_actor* self, const actor& to, const letters_read& seen) {
  const std::int64_t before = seen.arrived();
  send_letter(self, to, false);
  if (!seen.arrives_soon(before)) return {1, false};
  compute_for(lull);
  send_letter(self, to, true);
  compute_for(computing_after);
  return {2, true};
}

outcome hand_over(std::string_view name, const settings& s, std::chrono::nanoseconds rest, play round) {
  if (s.threads < 2) throw not_available{std::string{name} + " needs two workers"};
  letters_read seen{s.n};
  std::chrono::nanoseconds elapsed{};
  {
    caf_host host{s};
    caf::scoped_actor self{host.system()};
    const stopwatch watch;
    const actor to = self->spawn(reader, &seen);
    self->spawn(sender, to, s.n, static_cast<const letters_read*>(&seen), rest, round, actor{self});
    const std::int64_t rounds = receive_number(self);
    elapsed = watch.elapsed();
    expect("rounds in which another worker took the first letter", rounds, s.n);
  }
  return seen.finish(name, s.n, elapsed);
}

}  // namespace

outcome caf_handoff(const settings& s) { return hand_over("caf_handoff", s, 100ms, one_letter); }
outcome caf_handoff_parked(const settings& s) { return hand_over("caf_handoff_parked", s, pause, one_letter); }
outcome caf_handoff_lingering(const settings& s) { return hand_over("caf_handoff_lingering", s, pause, two_letters); }

}  // namespace bench
