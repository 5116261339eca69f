// What communication costs: four processes in a ring, which hand a number around and add one to it each time.
//
//     prefix(0) --> delta --> consume
//         ^           |
//         '- successor'
//
//   commstime [CYCLES]
// Source: J. M. Kerridge and P. H. Welch, a benchmark for occam (1980s).
#include <actors/actors.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <utility>

using namespace actors;

task<> prefix(long first, receiver<long> in, sender<long> out) {
  co_await out.send(first);
  while (auto n = co_await in.receive()) co_await out.send(*n);
}

task<> successor(receiver<long> in, sender<long> out) {
  while (auto n = co_await in.receive()) co_await out.send(*n + 1);
}

// [delta]
// First to one, then to the other.
task<> sequential_delta(receiver<long> in, sender<long> a, sender<long> b) {
  while (auto n = co_await in.receive()) {
    co_await a.send(*n);
    co_await b.send(*n);
  }
}

// To both at once, in a task each: occam's PAR.
task<> send_one(const sender<long>& out, long n) { co_await out.send(n); }

task<> parallel_delta(receiver<long> in, sender<long> a, sender<long> b) {
  while (auto n = co_await in.receive()) co_await gather(send_one(a, *n), send_one(b, *n));
}

// To who takes it first, then to the other: in any order, without a task.
task<> offering_delta(receiver<long> in, sender<long> a, sender<long> b) {
  while (auto n = co_await in.receive()) {
    bool a_has = false, b_has = false;
    while (!a_has || !b_has)
      co_await select(when(!a_has, on_send(a, *n, [&] { a_has = true; })),
                      when(!b_has, on_send(b, *n, [&] { b_has = true; })));
  }
}
// [/delta]

// Gives the sum of the first numbers, which are counted up.
task<long> consume(receiver<long> in, long cycles) {
  long sum = 0;
  for (long expected = 0; expected != cycles; ++expected) {
    auto n = co_await in.receive();
    if (n != expected) throw std::logic_error{"a number was lost, or came twice"};
    sum += *n;
  }
  co_return sum;
}

using delta = task<>(receiver<long>, sender<long>, sender<long>);

task<long> commstime(delta& copy, long cycles) {
  co_return co_await with_group([&](task_group& ring) -> task<long> {
    auto [to_copy, copied] = channel<long>();
    auto [to_next, next] = channel<long>();
    auto [to_front, front] = channel<long>();
    auto [to_consumer, numbers] = channel<long>();
    ring.spawn(prefix(0, std::move(front), std::move(to_copy)));
    ring.spawn(copy(std::move(copied), std::move(to_next), std::move(to_consumer)));
    ring.spawn(successor(std::move(next), std::move(to_front)));
    co_return co_await consume(std::move(numbers), cycles);
  });  // the consumer is gone: delta cannot send, and then nobody can
}

task<> measure(const char* name, delta& copy, long cycles) {
  const auto begin = std::chrono::steady_clock::now();
  const long sum = co_await commstime(copy, cycles);
  const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - begin;
  std::printf("%-10s delta: sum %ld, %.0f ns a cycle\n", name, sum, taken.count() / static_cast<double>(cycles));
}

task<> amain(long cycles) {
  co_await measure("sequential", sequential_delta, cycles);
  co_await measure("parallel", parallel_delta, cycles);
  co_await measure("offering", offering_delta, cycles);
}

int main(int argc, char** argv) {
  char* end = nullptr;
  const long cycles = argc > 1 ? std::strtol(argv[1], &end, 10) : 200'000;
  if (argc > 2 || cycles < 1 || cycles > 1'000'000'000 || (end != nullptr && *end != '\0')) {
    std::fprintf(stderr, "commstime [CYCLES]: CYCLES is from 1 to 1000000000; found '%s'\n", argv[argc - 1]);
    return 2;
  }
  run(amain(cycles));
}
