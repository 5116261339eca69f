// Recordings that begin, are read, and end while several workers are busy.
#include <actors/actors.hpp>
#include <actors/trace.hpp>

#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>

namespace {

using actors::task;

std::atomic<std::uint64_t> progress{0};

task<> small(int depth) {
  const actors::trace_slice slice{"small"};
  if (depth != 0) {
    auto left = actors::spawn(small(depth - 1), {.name = "left"});
    co_await small(depth - 1);
    co_await left;
  }
  progress.fetch_add(1, std::memory_order_relaxed);
}

task<> echo(actors::receiver<int> in, actors::sender<int> out) {
  while (auto value = co_await in.receive()) {
    const actors::trace_slice slice{"across a wait"};
    co_await out.send(*value);
  }
}

task<> busy(const std::atomic<bool>& ends) {
  auto [there_tx, there_rx] = actors::channel<int>(0);
  auto [back_tx, back_rx] = actors::channel<int>(2);
  auto echoing = actors::spawn(echo(std::move(there_rx), std::move(back_tx)), {.name = "echo"});
  while (!ends.load(std::memory_order_relaxed)) {
    co_await small(3);
    co_await there_tx.send(1);
    co_await back_rx.receive();
    auto beginning = actors::spawn(small(0), {.eager = true});
    co_await beginning;
    co_await actors::blocking([] { actors::trace_event("call"); });
    actors::trace_counter("progress", static_cast<double>(progress.load(std::memory_order_relaxed)));
  }
  { const actors::sender<int> dropped = std::move(there_tx); }
  co_await echoing;
}

void wait_for_progress() {
  const std::uint64_t before = progress.load(std::memory_order_relaxed);
  test::spin_until([&] { return progress.load(std::memory_order_relaxed) > before + 50; });
}

TEST(trace_stress, begins_is_read_and_ends_under_load) {  // P4
  std::atomic<bool> ends{false};
  actors::runtime here{{.workers = 4}};
  auto first = here.spawn(busy(ends));
  auto second = here.spawn(busy(ends));
  std::size_t seen = 0;
  for (int round = 0; round != 20; ++round) {
    actors::trace_recording recording{
        {.bytes_per_thread = round % 2 == 0 ? 2048U : 65'536U,
         .when_full = round % 3 == 0 ? actors::trace_overflow::drop_newest : actors::trace_overflow::drop_oldest}};
    std::thread other{[&] { seen += recording.json().size(); }};
    wait_for_progress();
    other.join();
    const std::string meanwhile = recording.json();
    // In 2 KiB there are the last 64 events of a thread, among which there may be no whole turn.
    if (round % 2 != 0) {
      EXPECT_NE(meanwhile.find("\"cat\":\"turn\""), std::string::npos);
    }
    if (round % 2 == 0) recording.stop();
    seen += recording.json().size();
  }
  ends = true;
  first.get();
  second.get();
  EXPECT_GT(seen, 0U);
}

}  // namespace
