// A bit of everything that CAF's programs do, many actors at once.
#include "../workloads.hpp"
#include "host.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace bench {

namespace {

using namespace std::chrono_literals;
using caf::actor;
using caf::behavior;
using caf::event_based_actor;
using end_mark = caf::close_atom;

constexpr std::size_t servers = 16;
// Of the rounds of a client, one in so many has it.
constexpr std::int64_t computing = 2, spawning = 8, waiting = 16;
constexpr auto wait = 1ms;

behavior server(event_based_actor* self, work each) {
  return {[=](std::int64_t round) {
            if (round % computing == 0) each(round);
            return round;
          },
          [=](end_mark) { self->quit(); }};
}

/// Does `rounds` rounds: a request with a time limit, and after it at once the next one, or after a child has sent it,
/// or after a delay.
behavior client(event_based_actor* self, const actor& asked, std::int64_t rounds, const actor& result) {
  self->send(self, std::int64_t{0});
  return {[=, sum = std::int64_t{0}](std::int64_t round) mutable {
    if (round == rounds) {
      self->send(result, sum);
      self->quit();
      return;
    }
    self->request(asked, 10s, round).then([=, &sum](std::int64_t answer) {
      sum += answer;
      const std::int64_t next = answer + 1;
      if (answer % waiting == 0)
        self->delayed_send(self, wait, next);
      else if (answer % spawning == 1)
        self->spawn([=, parent = actor{self}](event_based_actor* child) { child->send(parent, next); });
      else
        self->send(self, next);
    });
  }};
}

}  // namespace

outcome caf_mixed(const settings& s) {
  const auto clients = static_cast<std::int64_t>(std::max<std::size_t>(1, s.capacity));
  const std::int64_t rounds = std::max<std::int64_t>(1, s.n / clients);
  caf_host host{s};
  caf::scoped_actor self{host.system()};
  const caf_measure measure;
  std::vector<actor> asked;
  for (std::size_t i = 0; i != servers; ++i) asked.push_back(self->spawn(server, s.each));
  for (std::int64_t i = 0; i != clients; ++i)
    self->spawn(client, asked[static_cast<std::size_t>(i) % servers], rounds, actor{self});
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i != clients; ++i) sum += receive_number(self);
  const outcome found = measure.finish(clients * rounds, clients * rounds);
  for (const actor& each : asked) self->send(each, caf::close_atom_v);
  expect("sum of the answers", sum, clients * sum_below(rounds));
  return found;
}

}  // namespace bench
