// Boost.Asio 1.81 as a runtime: coroutines on a thread_pool with T threads, and the experimental concurrent_channel.
//
// What was chosen: the executor is the pool's own type everywhere, so that nothing goes through any_io_executor; what
// is awaited is deferred and not use_awaitable, which saves a coroutine frame for each operation; errors come as
// values, so that the end of a channel throws nothing; each send and receive first tries without waiting (try_send,
// try_receive), as the asynchronous operations go through the pool's queue even where a value is at hand.
// co_spawn starts a coroutine within the calling thread up to its first wait; where it is to be free for other threads
// from its start, it first posts itself.
#pragma once

#include "peer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace peer::on_asio {

namespace asio = boost::asio;
using boost::system::error_code;

using executor = asio::thread_pool::executor_type;
template <class T = void>
using task = asio::awaitable<T, executor>;
template <class T>
using channel_of = asio::experimental::concurrent_channel<executor, void(error_code, T)>;
using channel = channel_of<std::int64_t>;
using timer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, executor>;

/// Shared, as who sends last can still be within the channel when the receiver has gone on.
using channel_ptr = std::shared_ptr<channel>;
inline channel_ptr make_channel(const executor& on, std::size_t capacity) {
  return std::make_shared<channel>(on, capacity);
}

/// For what is awaited: the results with the error as a value.
constexpr auto as_value = asio::as_tuple(asio::deferred);

/// Receives without waiting. False where nothing is there yet; `into` stays empty where the channel is at its end.
template <class T>
bool try_receive(channel_of<T>& in, std::optional<T>& into) {
  return in.try_receive([&](error_code error, T value) {
    if (!error) into = std::move(value);
  });
}

/// Waits until something has been done `left` times. Shared, as channels are.
class latch {
 public:
  latch(const executor& on, std::int64_t left) : all_done_{on, 1}, left_{left} {}
  void count_down() {
    if (left_.fetch_sub(1, std::memory_order_acq_rel) == 1) all_done_.try_send(error_code{});
  }
  /// An operation to await.
  auto wait() { return all_done_.async_receive(as_value); }

 private:
  asio::experimental::concurrent_channel<executor, void(error_code)> all_done_;
  std::atomic<std::int64_t> left_;
};
using latch_ptr = std::shared_ptr<latch>;

/// Runs a workload on a pool of its own.
inline outcome run(const settings& s, task<outcome> (*workload)(settings)) {
  asio::thread_pool pool{s.threads};
  outcome result = asio::co_spawn(pool, workload(s), asio::use_future).get();
  pool.join();
  return result;
}

// channels.cpp
task<outcome> pingpong(settings s);
task<outcome> spsc(settings s);
task<outcome> mpsc(settings s);
task<outcome> mpmc(settings s);
task<outcome> select(settings s);
task<outcome> ring(settings s);
task<outcome> pipeline(settings s);

// coroutines.cpp
task<outcome> spawn_join(settings s);
task<outcome> skynet(settings s);
task<outcome> sleep_two_seconds(settings s);
task<outcome> sleep_ten_seconds(settings s);
task<outcome> blocking(settings s);
task<outcome> fib(settings s);
task<outcome> fib_inline(settings s);

// latency.cpp
task<outcome> handoff_parked(settings s);
task<outcome> handoff_lingering(settings s);
outcome foreign_wake(const settings& s);
outcome idle_cpu(const settings& s);

// load.cpp
task<outcome> request_load(settings s);
task<outcome> timer_accuracy(settings s);

}  // namespace peer::on_asio
