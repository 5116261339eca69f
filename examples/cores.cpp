// Work that computes, on all cores: the same program with one worker and with all of them.   cores [N]
#include <actors/actors.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

using namespace actors;

// [cores]
task<long> count_primes(long from, long to) {
  long count = 0;
  for (long n = from; n != to; ++n) {
    bool prime = n > 1;
    for (long d = 2; prime && d * d <= n; ++d) prime = n % d != 0;
    count += prime ? 1 : 0;
  }
  co_return count;
}

task<long> amain(long n) {
  std::vector<task<long>> parts;
  for (long i = 0; i != 64; ++i) parts.push_back(count_primes(n * i / 64, n * (i + 1) / 64));
  long sum = 0;
  for (const long part : co_await gather(std::move(parts))) sum += part;
  co_return sum;
}
// [/cores]

double seconds_with(unsigned workers, long n) {
  runtime here{{.workers = workers}};
  const auto begin = std::chrono::steady_clock::now();
  const long primes = here.run(amain(n));
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  std::printf("%u workers: %ld primes below %ld in %.2f seconds\n", here.workers(), primes, n, taken.count());
  return taken.count();
}

int main(int argc, char** argv) {
  const long n = argc > 1 ? std::atol(argv[1]) : 3'000'000;
  const double alone = seconds_with(1, n);
  const double all = seconds_with(0, n);
  std::printf("speed-up %.1f\n", alone / all);
}
