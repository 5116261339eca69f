// How long things take while others go on: requests beside requests, and sleeps.
#include <actors/actors.hpp>

#include "readings.hpp"
#include "workloads.hpp"

#include <chrono>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

namespace bench {

namespace {

using namespace std::chrono_literals;
using actors::receiver;
using actors::sender;
using actors::task;
using clock = std::chrono::steady_clock;

/// splitmix64: numbers that look random, the same in each run and in each peer.
class dice {
 public:
  explicit dice(std::uint64_t seed) noexcept : state_{seed} {}

  /// In [0, 1).
  double next() noexcept {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ z >> 30U) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27U) * 0x94d049bb133111ebU;
    return static_cast<double>((z ^ z >> 31U) >> 11U) * 0x1p-53;
  }

 private:
  std::uint64_t state_;
};

// For each worker: many clients, so that their requests come as if from nowhere, and servers enough for all workers.
constexpr unsigned clients_of_each = 32;
constexpr unsigned servers_of_each = 4;

struct request {
  std::int64_t number;
  sender<std::int64_t> reply;
};

task<> serve(receiver<request> in, work each) {
  while (auto got = co_await in.receive()) {
    each(got->number);
    co_await got->reply.send(got->number + 1);
  }
}

// The times of the requests are drawn beforehand, with gaps that are distributed exponentially; one that is late, as
// the answer before was, is sent at once. What counts is the time from the sending to the answer.
task<readings> ask(sender<request> out, std::int64_t requests, std::chrono::nanoseconds mean_gap, std::uint64_t seed) {
  readings taken{static_cast<std::size_t>(requests)};
  dice gaps{seed};
  const auto [reply, replies] = actors::channel<std::int64_t>(1);
  auto next = clock::now();
  for (std::int64_t i = 0; i != requests; ++i) {
    next += std::chrono::nanoseconds{
        static_cast<std::int64_t>(-std::log(1 - gaps.next()) * static_cast<double>(mean_gap.count()))};
    if (clock::now() < next) co_await actors::sleep_until(next);
    const auto sent = clock::now();
    request question{i, reply};
    co_await out.send(std::move(question));
    const auto answer = co_await replies.receive();
    taken.add(clock::now() - sent);
    expect("answer", answer.value_or(-1), i + 1);
  }
  co_return taken;
}

task<outcome> run_request_load(settings s) {
  const std::int64_t clients = std::int64_t{clients_of_each} * s.threads;
  const std::int64_t each = (s.n + clients - 1) / clients;
  // Half of the time of all workers is for computing: one request in 2 * work / workers.
  const auto mean_gap = s.time_of_each * 2 * clients / s.threads;
  auto [out, in] = actors::channel<request>(64);
  std::vector<actors::join_handle<>> servers;
  for (unsigned i = 0; i != servers_of_each * s.threads; ++i) servers.push_back(actors::spawn(serve(in, s.each)));
  std::vector<actors::join_handle<readings>> asking;
  const stopwatch watch;
  for (std::int64_t i = 0; i != clients; ++i)
    asking.push_back(actors::spawn(ask(out, each, mean_gap, static_cast<std::uint64_t>(i))));
  out = {};
  readings all{static_cast<std::size_t>(clients * each)};
  for (auto& client : asking) all.add(co_await client);
  const auto elapsed = watch.elapsed();
  for (auto& server : servers) co_await server;
  co_return all.finish("request_load", clients * each, elapsed);
}

task<outcome> run_timer_accuracy(std::int64_t n) {
  readings late{static_cast<std::size_t>(n)};
  dice lengths{1};
  const stopwatch watch;
  for (std::int64_t i = 0; i != n; ++i) {
    const auto length = 1ms + std::chrono::nanoseconds{static_cast<std::int64_t>(lengths.next() * 2e6)};
    const auto until = clock::now() + length;
    co_await actors::sleep_until(until);
    const auto over = clock::now() - until;
    if (over < 0ns) throw not_done{"a task woke too early"};
    late.add(over);
  }
  co_return late.finish("timer_accuracy", n, watch.elapsed());
}

}  // namespace

outcome request_load(const settings& s) { return actors::run(run_request_load(s), {.workers = s.threads}); }
outcome timer_accuracy(const settings& s) { return actors::run(run_timer_accuracy(s.n), {.workers = s.threads}); }

}  // namespace bench
