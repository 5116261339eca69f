// Sieve: the odd numbers below n go through a chain of actors, each of which keeps 1000 primes and passes on what none
// of them divides; the last one makes the next when it is full.
#include "../problems.hpp"
#include "system.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace bench::savina::classic {

namespace {

class filter final : public caf_actor {
 public:
  filter(caf::actor_config& config, std::int64_t first, std::int64_t before, std::int64_t* found)
      : caf_actor{config}, primes_{first}, before_{before}, found_{found} {
    primes_.reserve(local_primes);
  }
  caf::behavior make_behavior() override {
    return {[this](std::int64_t candidate) {
              if (!is_locally_prime(candidate, primes_)) return;
              if (next_)
                send(next_, candidate);
              else if (primes_.size() != local_primes)
                primes_.push_back(candidate);
              else
                next_ = spawn<filter>(candidate, before_ + local_primes, found_);
            },
            [this](stop_word) {
              if (next_)
                send(next_, stop_word::value);
              else
                *found_ = before_ + static_cast<std::int64_t>(primes_.size());
              quit();
            }};
  }

 private:
  std::vector<std::int64_t> primes_;
  std::int64_t before_;
  std::int64_t* found_;
  caf::actor next_;
};

class numbers final : public caf_actor {
 public:
  numbers(caf::actor_config& config, std::int64_t n, std::int64_t* found) : caf_actor{config}, n_{n}, found_{found} {}
  caf::behavior make_behavior() override {
    const caf::actor first = spawn<filter>(std::int64_t{2}, std::int64_t{0}, found_);
    for (std::int64_t candidate = 3; candidate < n_; candidate += 2) send(first, candidate);
    send(first, stop_word::value);
    return {};
  }

 private:
  std::int64_t n_;
  std::int64_t* found_;
};

}  // namespace

outcome sieve(const settings& s) {
  std::int64_t found = 0;
  const auto elapsed = run_actors(s, [&](caf::actor_system& system) { system.spawn<numbers>(s.n, &found); });
  expect("primes", found, std::max<std::int64_t>(1, primes_below(s.n)));
  return {s.n, elapsed, s.n / 2};
}

}  // namespace bench::savina::classic
