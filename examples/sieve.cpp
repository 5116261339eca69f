// The prime sieve: a chain of filters, each of which takes out the multiples of one prime. What passes all of them is
// the next prime, and gets a filter of its own.   sieve [COUNT]
// Source: M. D. McIlroy, "Coroutines" (1968); of processes in C. A. R. Hoare, "Communicating Sequential Processes"
// (1978).
#include <actors/actors.hpp>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

using namespace actors;

// [sieve]
task<> count_up(sender<int> out) {
  for (int n = 2;; ++n) co_await out.send(n);
}

task<> sift(int prime, receiver<int> in, sender<int> out) {
  while (auto n = co_await in.receive()) {
    if (*n % prime != 0) co_await out.send(*n);
  }
}

task<std::vector<int>> first_primes(std::size_t count) {
  std::vector<int> primes;
  co_await with_group([&](task_group& chain) -> task<> {
    auto [numbers, left_over] = channel<int>();
    chain.spawn(count_up(std::move(numbers)));
    while (auto prime = co_await left_over.receive()) {
      primes.push_back(*prime);
      if (primes.size() == count) break;
      auto [sifted, rest] = channel<int>();
      chain.spawn(sift(*prime, std::move(left_over), std::move(sifted)));
      left_over = std::move(rest);
    }
  });  // nobody receives any more: the filters end, from the last one backwards
  co_return primes;
}
// [/sieve]

task<> amain(std::size_t count) {
  const std::vector<int> primes = co_await first_primes(count);
  for (std::size_t i = 0; i != primes.size(); ++i)
    std::printf("%d%c", primes[i], i % 10 == 9 || i + 1 == primes.size() ? '\n' : ' ');
}

int main(int argc, char** argv) {
  char* end = nullptr;
  const long count = argc > 1 ? std::strtol(argv[1], &end, 10) : 100;
  if (argc > 2 || count < 1 || count > 5000 || (end != nullptr && *end != '\0')) {
    std::fprintf(stderr, "sieve [COUNT]: COUNT is how many primes, from 1 to 5000; found '%s'\n", argv[argc - 1]);
    return 2;
  }
  run(amain(static_cast<std::size_t>(count)));
}
