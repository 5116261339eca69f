// I/O: bytes over pairs of connected sockets, both ends in one runtime, or one with a plain thread. Driven by the
// runtime's workers or, to compare, by a thread of its own that runs an io_context.
#include <actors/actors.hpp>
#include <actors/io/asio.hpp>

#include "workloads.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace bench {

namespace {

using namespace std::chrono_literals;
using actors::awaited;
using actors::task;
using boost::asio::buffer;
using socket = boost::asio::local::stream_protocol::socket;
using clock = std::chrono::steady_clock;
using message = std::array<char, 64>;

/// The io_context of the runtime's workers, or one with a thread of its own.
class io_service {
 public:
  explicit io_service(io_driver driver) {
    if (driver == io_driver::workers) return;
    own_.emplace(1);
    guard_.emplace(own_->get_executor());
    thread_ = std::thread{[this] { own_->run(); }};
  }
  io_service(const io_service&) = delete;
  io_service& operator=(const io_service&) = delete;
  ~io_service() {
    if (!own_) return;
    guard_.reset();
    thread_.join();
  }
  boost::asio::io_context& context() { return own_ ? *own_ : actors::io_context(); }

 private:
  std::optional<boost::asio::io_context> own_;
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> guard_;
  std::thread thread_;
};

struct connection {
  explicit connection(boost::asio::io_context& context) : near{context}, far{context} {
    boost::asio::local::connect_pair(near, far);
  }
  socket near;
  socket far;
};

task<> answer(socket& from, std::int64_t n) {
  message bytes{};
  for (std::int64_t i = 0; i != n; ++i) {
    co_await boost::asio::async_read(from, buffer(bytes), awaited);
    co_await boost::asio::async_write(from, buffer(bytes), awaited);
  }
}

task<std::int64_t> ask(socket& to, std::int64_t n) {
  message bytes{};
  std::int64_t right = 0;
  for (std::int64_t i = 0; i != n; ++i) {
    bytes[0] = static_cast<char>(i);
    co_await boost::asio::async_write(to, buffer(bytes), awaited);
    bytes[0] = 0;
    co_await boost::asio::async_read(to, buffer(bytes), awaited);
    if (bytes[0] == static_cast<char>(i)) ++right;
  }
  co_return right;
}

task<outcome> run_echo(const settings& s, std::size_t pairs) {
  io_service service{s.driver};
  std::vector<std::unique_ptr<connection>> connections;
  for (std::size_t i = 0; i != pairs; ++i) connections.push_back(std::make_unique<connection>(service.context()));
  const std::int64_t each = s.n / static_cast<std::int64_t>(pairs);
  std::vector<actors::join_handle<>> answering;
  std::vector<actors::join_handle<std::int64_t>> asking;
  const stopwatch watch;
  for (auto& one : connections) {
    answering.push_back(actors::spawn(answer(one->far, each)));
    asking.push_back(actors::spawn(ask(one->near, each)));
  }
  std::int64_t right = 0;
  for (auto& one : asking) right += co_await one;
  for (auto& one : answering) co_await one;
  const auto elapsed = watch.elapsed();
  const std::int64_t n = each * static_cast<std::int64_t>(pairs);
  expect("right answers", right, n);
  co_return outcome{n, elapsed, n};
}

outcome echo(const settings& s, std::size_t pairs) {
  actors::runtime here{{.workers = s.threads}};
  return here.run(run_echo(s, pairs));
}

/// What a thread writes into a socket, and when it did.
struct stamp {
  clock::rep sent;
};

task<> compute_in_turns(const std::atomic<bool>& stop, std::chrono::microseconds turn) {
  while (!stop.load(std::memory_order_relaxed)) {
    const stopwatch watch;
    while (watch.elapsed() < turn) {
    }
    co_await actors::yield();
  }
}

task<> read_stamps(socket& from, std::vector<std::int64_t>& latencies) {
  for (std::int64_t& latency : latencies) {
    std::array<stamp, 1> got{};
    co_await boost::asio::async_read(from, buffer(got), awaited);
    latency = clock::now().time_since_epoch().count() - got[0].sent;
  }
}

/// Beside `computing` tasks whose turns are that long.
task<outcome> run_stamps(const settings& s, std::string_view name, unsigned computing, std::chrono::microseconds turn) {
  io_service service{s.driver};
  connection pair{service.context()};
  std::vector<std::int64_t> latencies(static_cast<std::size_t>(s.n));
  std::atomic<bool> stop{false};
  std::vector<actors::join_handle<>> others;
  for (unsigned i = 0; i != computing; ++i) others.push_back(actors::spawn(compute_in_turns(stop, turn)));
  auto reading = actors::spawn(read_stamps(pair.far, latencies));
  const stopwatch watch;
  std::thread writer{[&] {
    for (std::int64_t i = 0; i != s.n; ++i) {
      std::this_thread::sleep_for(2ms);
      const std::array<stamp, 1> now{{{clock::now().time_since_epoch().count()}}};
      boost::asio::write(pair.near, buffer(now));
    }
  }};
  co_await reading;
  const auto elapsed = watch.elapsed();
  stop = true;
  for (auto& one : others) co_await one;
  writer.join();
  std::sort(latencies.begin(), latencies.end());
  const auto at = [&](std::size_t percent) { return latencies[(latencies.size() - 1) * percent / 100]; };
  std::fprintf(stderr, "%.*s: median %.1f us, p90 %.1f us, p99 %.1f us, max %.1f us\n", static_cast<int>(name.size()),
               name.data(), static_cast<double>(at(50)) / 1000, static_cast<double>(at(90)) / 1000,
               static_cast<double>(at(99)) / 1000, static_cast<double>(at(100)) / 1000);
  co_return outcome{s.n, elapsed, s.n, static_cast<double>(at(50))};
}

}  // namespace

outcome io_echo(const settings& s) { return echo(s, 1); }
outcome io_echo_many(const settings& s) { return echo(s, 100); }

outcome io_wake(const settings& s) {
  actors::runtime here{{.workers = s.threads}};
  return here.run(run_stamps(s, "io_wake", 0, 0us));
}

outcome io_loaded(const settings& s) {
  actors::runtime here{{.workers = s.threads}};
  return here.run(run_stamps(s, "io_loaded", 2 * s.threads, 100us));
}

}  // namespace bench
