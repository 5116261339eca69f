// meeting: senders and receivers at one core, who count what they pass on.
#pragma once

#include <actors/gather.hpp>
#include <actors/spawn.hpp>
#include <actors/task.hpp>

#include <atomic>
#include <cstdint>
#include <utility>
#include <vector>

namespace bench::cores {

struct parties {
  std::int64_t senders = 1;
  std::int64_t receivers = 1;
};

/// What a receiver got: how many values, and their sum.
struct tally {
  std::int64_t count = 0;
  std::int64_t sum = 0;
};

inline constexpr std::int64_t last = -1;  ///< what the last sender sends to each receiver

// Sends from, from + step, ... below n.
template <class Core, class BeforeSend>
actors::task<> send_some(Core& through, parties all, std::int64_t from, std::int64_t n,
                         std::atomic<std::int64_t>& sending, BeforeSend before) {
  for (std::int64_t i = from; i < n; i += all.senders) {
    before(i);
    co_await through.send(i);
  }
  if (sending.fetch_sub(1) != 1) co_return;
  for (std::int64_t k = 0; k != all.receivers; ++k) co_await through.send(last);
}

// `seen(value)` for each value.
template <class Core, class Seen>
actors::task<tally> receive_some(Core& from, Seen seen) {
  tally got;
  for (;;) {
    const std::int64_t value = co_await from.receive();
    if (value == last) break;
    seen(value);
    ++got.count;
    got.sum += value;
  }
  co_return got;
}

/// Passes 0 to n-1 through `core`, a core of std::int64_t, and gives what all receivers got together. `before(value)`
/// is called before each send, `seen(value)` after each receive; both are copied into each task.
template <class Core, class BeforeSend, class Seen>
actors::task<tally> meet(Core& core, parties all, std::int64_t n, BeforeSend before, Seen seen) {
  std::atomic<std::int64_t> sending = all.senders;
  std::vector<actors::join_handle<>> senders;
  for (std::int64_t k = 0; k != all.senders; ++k)
    senders.push_back(actors::spawn(send_some(core, all, k, n, sending, before)));
  std::vector<actors::task<tally>> receivers;
  for (std::int64_t k = 0; k != all.receivers; ++k) receivers.push_back(receive_some(core, seen));
  tally together;
  const std::vector<tally> parts = co_await actors::gather(std::move(receivers));
  for (const tally& part : parts) {
    together.count += part.count;
    together.sum += part.sum;
  }
  for (auto& each : senders) co_await each;
  co_return together;
}

}  // namespace bench::cores
