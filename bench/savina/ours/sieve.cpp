// Sieve: the odd numbers below n go through a chain of actors, each of which keeps 1000 primes and passes on what none
// of them divides; the last one makes the next when it is full.
#include "../problems.hpp"
#include "team.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace bench::savina::ours {

namespace {

using actors::actor;
using actors::in;
using actors::out;
using actors::sender;
using actors::task;

// Ends with its input, and so does the next one then.
struct filter final : actor {
  in<std::int64_t> candidates{*this, "candidates"};

  filter(actors::team* of, std::int64_t first_prime, std::int64_t primes_before, std::int64_t* count)
      : team{of}, first{first_prime}, before{primes_before}, found{count} {}
  task<> run() override {
    std::vector<std::int64_t> primes{first};
    primes.reserve(local_primes);
    sender<std::int64_t> next;
    while (const auto candidate = co_await candidates.receive()) {
      if (!is_locally_prime(*candidate, primes)) continue;
      if (next) {
        co_await next.send(*candidate);
      } else if (primes.size() != local_primes) {
        primes.push_back(*candidate);
      } else {
        const auto one = team->spawn<filter>(team, *candidate, before + local_primes, found);
        next = one.sender(&filter::candidates);
        team->start(one);
      }
    }
    if (!next) *found = before + static_cast<std::int64_t>(primes.size());
  }

  actors::team* team;
  std::int64_t first;
  std::int64_t before;
  std::int64_t* found;
};

struct numbers final : actor {
  out<std::int64_t> to{*this, "to"};

  explicit numbers(std::int64_t limit) : n{limit} {}
  task<> run() override {
    for (std::int64_t candidate = 3; candidate < n; candidate += 2) co_await to.send(candidate);
  }

  std::int64_t n;
};

}  // namespace

outcome sieve(const settings& s) {
  std::int64_t found = 0;
  const auto elapsed = run_team(s, [&](actors::team& team) {
    auto from = team.spawn<numbers>(s.n);
    auto first = team.spawn<filter>(&team, std::int64_t{2}, std::int64_t{0}, &found);
    connect(from.port(&numbers::to), first.port(&filter::candidates));
  });
  expect("primes", found, std::max<std::int64_t>(1, primes_below(s.n)));
  return {s.n, elapsed, s.n / 2};
}

}  // namespace bench::savina::ours
