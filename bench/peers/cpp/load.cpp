#include "load.hpp"

#include <cmath>

namespace peer {

namespace {

constexpr std::int64_t clients_of_each = 32;
constexpr std::int64_t servers_of_each = 4;

}  // namespace

double dice::next() noexcept {
  std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
  z = (z ^ z >> 30U) * 0xbf58476d1ce4e5b9U;
  z = (z ^ z >> 27U) * 0x94d049bb133111ebU;
  return static_cast<double>((z ^ z >> 31U) >> 11U) * 0x1p-53;
}

load::load(const settings& s)
    : clients{clients_of_each * s.threads},
      servers{servers_of_each * s.threads},
      requests{(s.n + clients - 1) / clients},
      mean_gap{s.time_of_each * 2 * clients / s.threads} {}

plan::plan(std::int64_t client, std::chrono::nanoseconds mean_gap) noexcept
    : gaps_{static_cast<std::uint64_t>(client)},
      mean_gap_{static_cast<double>(mean_gap.count())},
      next_{std::chrono::steady_clock::now()} {}

time_point plan::next() noexcept {
  return next_ += std::chrono::nanoseconds{static_cast<std::int64_t>(-std::log(1 - gaps_.next()) * mean_gap_)};
}

outcome finish(const load& l, const std::vector<readings>& of_clients, std::chrono::nanoseconds elapsed) {
  const std::int64_t n = l.clients * l.requests;
  readings all{n};
  for (const readings& each : of_clients) all.add(each);
  return all.finish("request_load", n, elapsed);
}

std::chrono::nanoseconds length_of_sleep(dice& lengths) noexcept {
  return std::chrono::milliseconds{1} + std::chrono::nanoseconds{static_cast<std::int64_t>(lengths.next() * 2e6)};
}

std::chrono::nanoseconds time_since(time_point planned) {
  const std::chrono::nanoseconds late = std::chrono::steady_clock::now() - planned;
  if (late.count() < 0) throw not_done{"a sleeper woke too early"};
  return late;
}

}  // namespace peer
