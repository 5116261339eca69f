// Channels of Boost.Fiber: unbuffered_channel is a rendezvous, buffered_channel a ring buffer under a spinlock. With
// --work, who computes: in spsc both sides, in mpsc the producers, in mpmc the consumers, in pipeline each of the two
// maps. --capacity is rounded up to a power of two, and not looked at where the channels are unbuffered.
#include "runtime.hpp"

#include <atomic>
#include <vector>

namespace peer::on_fiber {

namespace {

using buffered_ptr = std::shared_ptr<buffered>;
using unbuffered_ptr = std::shared_ptr<unbuffered>;

void produce(buffered& out, std::int64_t from, std::int64_t step, std::int64_t n, work each) {
  for (std::int64_t i = from; i < n; i += step) {
    each(i);
    out.push(i);
  }
}

std::int64_t consume(buffered& in, work each) {
  std::int64_t sum = 0;
  for (std::int64_t value = 0; in.pop(value) == channel_op_status::success;) {
    each(value);
    sum += value;
  }
  return sum;
}

/// Starts the producers; the last one to end closes the channel.
void start_producers(const buffered_ptr& out, std::int64_t n, work each) {
  const auto left = std::make_shared<std::atomic<std::int64_t>>(parties);
  for (std::int64_t k = 0; k != parties; ++k)
    start([=] {
      produce(*out, k, parties, n, each);
      if (left->fetch_sub(1, std::memory_order_acq_rel) == 1) out->close();
    }).detach();
}

}  // namespace

outcome pingpong(const settings& s) {
  const auto ping = std::make_shared<unbuffered>(), pong = std::make_shared<unbuffered>();
  const stopwatch watch;
  auto partner = start([=] {
    for (std::int64_t value = 0; ping->pop(value) == channel_op_status::success;) pong->push(value + 1);
  });
  std::int64_t value = 0;
  for (std::int64_t i = 0; i != s.n; ++i) {
    ping->push(value);
    pong->pop(value);
  }
  ping->close();
  partner.join();
  const auto elapsed = watch.elapsed();
  expect("round trips", value, s.n);
  return outcome{s.n, elapsed, 2 * s.n};
}

outcome spsc(const settings& s) {
  const auto numbers = make_buffered(s.capacity);
  const stopwatch watch;
  start([=, n = s.n, each = s.each] {
    produce(*numbers, 0, 1, n, each);
    numbers->close();
  }).detach();
  const std::int64_t sum = consume(*numbers, s.each);
  const auto elapsed = watch.elapsed();
  expect("sum", sum, sum_below(s.n));
  return outcome{s.n, elapsed, s.n};
}

outcome mpsc(const settings& s) {
  const auto numbers = make_buffered(s.capacity);
  const stopwatch watch;
  start_producers(numbers, s.n, s.each);
  const std::int64_t sum = consume(*numbers, work{});
  const auto elapsed = watch.elapsed();
  expect("sum", sum, sum_below(s.n));
  return outcome{s.n, elapsed, s.n};
}

outcome mpmc(const settings& s) {
  const auto numbers = make_buffered(s.capacity);
  std::vector<std::int64_t> sums(parties);
  std::vector<fibers::fiber> consumers;
  const stopwatch watch;
  start_producers(numbers, s.n, work{});
  for (std::int64_t& part : sums) consumers.push_back(start([&] { part = consume(*numbers, s.each); }));
  for (fibers::fiber& each : consumers) each.join();
  std::int64_t sum = 0;
  for (const std::int64_t part : sums) sum += part;
  const auto elapsed = watch.elapsed();
  expect("sum", sum, sum_below(s.n));
  return outcome{s.n, elapsed, s.n};
}

outcome ring(const settings& s) {
  std::vector<unbuffered_ptr> links;
  for (std::int64_t k = 0; k != ring_members; ++k) links.push_back(std::make_shared<unbuffered>());
  std::vector<fibers::fiber> members;
  std::int64_t last = -1;
  const auto ended = std::make_shared<unbuffered>();
  const stopwatch watch;
  for (std::int64_t k = 0; k != ring_members; ++k)
    members.push_back(start([k, ended, in = links[k], out = links[(k + 1) % ring_members]] {
      for (std::int64_t left = 0; in->pop(left) == channel_op_status::success;) {
        if (left == 0) {
          ended->push(k);
          return;
        }
        out->push(left - 1);
      }
    }));
  links[0]->push(s.n);
  ended->pop(last);
  const auto elapsed = watch.elapsed();
  for (const unbuffered_ptr& each : links) each->close();
  for (fibers::fiber& each : members) each.join();
  expect("member that had the token last", last, s.n % ring_members);
  return outcome{s.n, elapsed, s.n};
}

namespace {

void start_map(const buffered_ptr& in, const buffered_ptr& out, std::int64_t (*function)(std::int64_t), work each) {
  start([=] {
    for (std::int64_t value = 0; in->pop(value) == channel_op_status::success;) {
      each(value);
      out->push(function(value));
    }
    out->close();
  }).detach();
}

}  // namespace

outcome pipeline(const settings& s) {
  const auto numbers = make_buffered(s.capacity), doubled = make_buffered(s.capacity);
  const auto raised = make_buffered(s.capacity);
  const stopwatch watch;
  start([=, n = s.n] {
    produce(*numbers, 0, 1, n, work{});
    numbers->close();
  }).detach();
  start_map(
      numbers, doubled, [](std::int64_t v) { return 2 * v; }, s.each);
  start_map(
      doubled, raised, [](std::int64_t v) { return v + 1; }, s.each);
  const std::int64_t sum = consume(*raised, work{});
  const auto elapsed = watch.elapsed();
  expect("sum", sum, 2 * sum_below(s.n) + s.n);
  return outcome{s.n, elapsed, s.n};
}

}  // namespace peer::on_fiber
