// load: what the workloads request_load and timer_accuracy are for all peers: how many clients and servers, and when
// something is to happen. The times are drawn with dice that are the same in each run and in each peer.
#pragma once

#include "peer.hpp"
#include "readings.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace peer {

using time_point = std::chrono::steady_clock::time_point;

/// splitmix64.
class dice {
 public:
  explicit dice(std::uint64_t seed) noexcept : state_{seed} {}

  /// In [0, 1).
  double next() noexcept;

 private:
  std::uint64_t state_;
};

/// The workload request_load: for each worker many clients, so that their requests come as if from nowhere, and servers
/// enough for all workers. Half of the time of all workers is for computing: one request in 2 * work / workers.
struct load {
  explicit load(const settings& s);

  std::int64_t clients, servers;
  std::int64_t requests;              ///< of each client
  std::chrono::nanoseconds mean_gap;  ///< between two requests of a client
};

/// The capacity of the channel of requests, where the peer has one.
constexpr std::size_t requests_waiting = 64;

/// When a client sends its requests: the times are drawn beforehand, with gaps that are distributed exponentially. One
/// that is late, as the answer before was, is sent at once.
class plan {
 public:
  /// The first gap begins now.
  plan(std::int64_t client, std::chrono::nanoseconds mean_gap) noexcept;
  time_point next() noexcept;

 private:
  dice gaps_;
  double mean_gap_;
  time_point next_;
};

/// What all clients measured: the time from just before the sending to the answer.
outcome finish(const load& l, const std::vector<readings>& of_clients, std::chrono::nanoseconds elapsed);

/// The workload timer_accuracy: the dice for the lengths of the sleeps, a length, and how late it is now. Throws
/// not_done where that is too early.
constexpr std::uint64_t seed_of_sleeps = 1;
std::chrono::nanoseconds length_of_sleep(dice& lengths) noexcept;
std::chrono::nanoseconds time_since(time_point planned);

}  // namespace peer
