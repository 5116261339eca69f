// caf_round_trips: how many requests and responses classic CAF actors do in a second, on CAF's own scheduler and on
// ours.
//
//     caf_round_trips [caf|actors|both] [SECONDS]
//
// pairs N: N pairs of actors, each pair with one request on its way. Both schedulers get as many workers as the process
// has CPUs. The processor time is that of the whole process for each round trip: on a busy machine it says more.
#include <actors/caf/scheduler.hpp>

#include <caf/all.hpp>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

namespace {

using clock_type = std::chrono::steady_clock;

struct counter {
  alignas(64) std::atomic<long> count{0};
};

caf::behavior echo(caf::event_based_actor*) {
  return {[](int x) { return x; }};
}

caf::behavior client(caf::event_based_actor* self, caf::actor server, counter* done, const std::atomic<bool>* over) {
  auto next = [=] {
    self->request(server, caf::infinite, 1).then([=](int) {
      done->count.store(done->count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
      if (*over)
        self->quit();
      else
        self->send(self, caf::ok_atom_v);
    });
  };
  next();
  return {[=](caf::ok_atom) { next(); }};
}

long total(const std::vector<counter>& counters) {
  long sum = 0;
  for (const auto& each : counters) sum += each.count.load(std::memory_order_relaxed);
  return sum;
}

struct result {
  double per_second;
  double cpu_ns;
};

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

result run_pairs(caf::actor_system& system, int pairs, double seconds) {
  std::vector<counter> counters(pairs);
  std::atomic<bool> over = false;
  for (auto& each : counters) system.spawn(client, system.spawn(echo), &each, &over);
  std::this_thread::sleep_for(std::chrono::milliseconds{200});
  const long before = total(counters);
  const double cpu_before = cpu_seconds();
  const auto begin = clock_type::now();
  std::this_thread::sleep_for(std::chrono::duration<double>{seconds});
  const long after = total(counters);
  const std::chrono::duration<double> took = clock_type::now() - begin;
  const double cpu = cpu_seconds() - cpu_before;
  over = true;
  system.await_all_actors_done();
  const auto done = static_cast<double>(after - before);
  return {done / took.count(), 1e9 * cpu / done};
}

void measure(const char* name, caf::actor_system& system, double seconds) {
  for (const int pairs : {1, 2, 100, 10'000}) {
    const result got = run_pairs(system, pairs, seconds);
    std::printf("%-7s %6d pairs  %9.0f round trips per second  %6.0f ns of processor time each\n", name, pairs,
                got.per_second, got.cpu_ns);
  }
}

}  // namespace

int main(int count, char** arguments) {
  const char* which = count > 1 ? arguments[1] : "both";
  const double seconds = count > 2 ? std::atof(arguments[2]) : 2;
  actors::runtime on;
  if (std::strcmp(which, "actors") != 0) {
    caf::actor_system_config config;
    config.set("scheduler.max-threads", on.workers());
    caf::actor_system system{config};
    measure("caf", system, seconds);
  }
  if (std::strcmp(which, "caf") != 0) {
    caf::actor_system_config config;
    actors::load_scheduler(config, on);
    caf::actor_system system{config};
    measure("actors", system, seconds);
  }
}
