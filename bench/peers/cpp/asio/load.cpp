// Requests at half load, and sleeps, on Boost.Asio: steady timers, a concurrent_channel of requests, and one for the
// answers of each client, in which there is always room for the one that it waits for. The clients run as one parallel
// group, which hands over what they throw.
#include "load.hpp"

#include "runtime.hpp"

#include <boost/asio/experimental/parallel_group.hpp>

#include <exception>
#include <memory>
#include <utility>
#include <vector>

namespace peer::on_asio {

namespace {

using clock = std::chrono::steady_clock;

struct request {
  std::int64_t number = 0;
  channel_ptr reply{};
};
using requests = channel_of<request>;

task<> serve(std::shared_ptr<requests> in, work each) {
  for (;;) {
    std::optional<request> got;
    if (!try_receive(*in, got)) {
      auto [error, value] = co_await in->async_receive(as_value);
      if (!error) got = std::move(value);
    }
    if (!got) break;
    each(got->number);
    got->reply->try_send(error_code{}, got->number + 1);
  }
}

task<> ask(std::shared_ptr<requests> out, std::int64_t client, load l, readings& into) {
  const executor on = co_await asio::this_coro::executor;
  const auto replies = make_channel(on, 1);
  timer sleeping{on};
  readings taken{l.requests};
  plan times{client, l.mean_gap};
  for (std::int64_t i = 0; i != l.requests; ++i) {
    const time_point next = times.next();
    if (clock::now() < next) {
      sleeping.expires_at(next);
      co_await sleeping.async_wait(as_value);
    }
    const time_point sent = clock::now();
    request question{i, replies};
    if (!out->try_send(error_code{}, question)) co_await out->async_send(error_code{}, std::move(question), as_value);
    const auto [error, answer] = co_await replies->async_receive(as_value);
    taken.add(clock::now() - sent);
    expect("answer", error ? -1 : answer, i + 1);
  }
  into = std::move(taken);
}

}  // namespace

task<outcome> request_load(settings s) {
  const executor on = co_await asio::this_coro::executor;
  const load l{s};
  const auto out = std::make_shared<requests>(on, requests_waiting);
  const auto served = std::make_shared<latch>(on, l.servers);
  for (std::int64_t i = 0; i != l.servers; ++i)
    asio::co_spawn(on, serve(out, s.each), [served](std::exception_ptr) { served->count_down(); });
  std::vector<readings> taken(static_cast<std::size_t>(l.clients), readings{0});
  const auto start = [&](std::int64_t i) {
    return asio::co_spawn(on, ask(out, i, l, taken[static_cast<std::size_t>(i)]), asio::deferred);
  };
  const stopwatch watch;
  std::vector<decltype(start(0))> clients;
  for (std::int64_t i = 0; i != l.clients; ++i) clients.push_back(start(i));
  const auto [order, problems] = co_await asio::experimental::make_parallel_group(std::move(clients))
                                     .async_wait(asio::experimental::wait_for_all(), asio::deferred);
  const auto elapsed = watch.elapsed();
  for (const std::exception_ptr& problem : problems)
    if (problem) std::rethrow_exception(problem);
  out->close();
  co_await served->wait();
  co_return finish(l, taken, elapsed);
}

task<outcome> timer_accuracy(settings s) {
  timer sleeping{co_await asio::this_coro::executor};
  readings late{s.n};
  dice lengths{seed_of_sleeps};
  const stopwatch watch;
  for (std::int64_t i = 0; i != s.n; ++i) {
    const time_point until = clock::now() + length_of_sleep(lengths);
    sleeping.expires_at(until);
    co_await sleeping.async_wait(as_value);
    late.add(time_since(until));
  }
  co_return late.finish("timer_accuracy", s.n, watch.elapsed());
}

}  // namespace peer::on_asio
