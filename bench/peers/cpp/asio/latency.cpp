// Hand-offs of Boost.Asio, and what an idle pool costs. The letters go through a rendezvous channel; where the receiver
// waits, try_send lets the sender go on at once.
#include "latency.hpp"

#include "idle.hpp"
#include "runtime.hpp"

#include <memory>

namespace peer::on_asio {

namespace {

using letters = channel_of<letter>;

task<> receive_letters(std::shared_ptr<letters> in, letters_read& seen, latch_ptr ended) {
  for (;;) {
    const auto [error, got] = co_await in->async_receive(as_value);
    if (error) break;
    seen.receive(got);
  }
  ended->count_down();
}

/// Lets all threads come to rest; afterwards the receiver waits for the next letter.
task<> settle(const letters_read& seen, std::int64_t expected) {
  timer sleeping{co_await asio::this_coro::executor};
  do {
    sleeping.expires_after(pause);
    co_await sleeping.async_wait(as_value);
  } while (seen.arrived() != expected);
}

// The receiver can still be on its way back to the channel, where the machine is busy.
task<> send(std::shared_ptr<letters> out, bool counts) {
  const letter next = write_letter(counts);
  if (!out->try_send(error_code{}, next)) co_await out->async_send(error_code{}, next, as_value);
}

}  // namespace

task<outcome> handoff_parked(settings s) {
  const executor on = co_await asio::this_coro::executor;
  const auto out = std::make_shared<letters>(on);
  const auto ended = std::make_shared<latch>(on, 1);
  letters_read seen{s.n};
  asio::co_spawn(on, receive_letters(out, seen, ended), asio::detached);
  const stopwatch watch;
  for (std::int64_t i = 0; i != s.n; ++i) {
    co_await settle(seen, i);
    compute_for(computing_before);
    co_await send(out, true);
    compute_for(computing_after);
  }
  out->close();
  co_await ended->wait();
  co_return seen.finish("handoff_parked", s.n, watch.elapsed());
}

task<outcome> handoff_lingering(settings s) {
  const executor on = co_await asio::this_coro::executor;
  const auto out = std::make_shared<letters>(on);
  const auto ended = std::make_shared<latch>(on, 1);
  letters_read seen{s.n};
  failures failed{s.n};
  std::int64_t sent = 0;
  asio::co_spawn(on, receive_letters(out, seen, ended), asio::detached);
  const stopwatch watch;
  for (std::int64_t i = 0; i != s.n;) {
    co_await settle(seen, sent);
    co_await send(out, false);
    if (!seen.arrives_soon(sent++)) {
      failed.add();
      continue;
    }
    compute_for(lull);
    co_await send(out, true);
    compute_for(computing_after);
    ++sent;
    ++i;
  }
  out->close();
  co_await ended->wait();
  co_return seen.finish("handoff_lingering", s.n, watch.elapsed());
}

namespace {

task<> read_one(letters_read& seen, letter got) {
  seen.receive(got);
  co_return;
}

}  // namespace

outcome foreign_wake(const settings& s) {
  asio::thread_pool pool{s.threads};
  letters_read seen{s.n};
  const outcome result = wake_from_outside(s.n, seen, [&](const letter& next) {
    asio::co_spawn(pool.get_executor(), read_one(seen, next), asio::detached);
  });
  pool.join();
  return result;
}

namespace {

task<> some_work(std::int64_t n, latch_ptr done) {
  timer sleeping{co_await asio::this_coro::executor};
  for (std::int64_t i = 0; i != n; ++i) {
    sleeping.expires_after(std::chrono::microseconds{10});
    co_await sleeping.async_wait(as_value);
  }
  done->count_down();
}

task<> work_and_join(executor on) {
  constexpr std::int64_t rounds = 100;
  const auto done = std::make_shared<latch>(on, parties);
  for (std::int64_t k = 0; k != parties; ++k) asio::co_spawn(on, some_work(rounds, done), asio::detached);
  co_await done->wait();
}

}  // namespace

// An idle program still waits for something: a channel and a timer.
outcome idle_cpu(const settings& s) {
  asio::thread_pool pool{s.threads};
  const executor on = pool.get_executor();
  asio::co_spawn(on, work_and_join(on), asio::use_future).get();
  channel nothing{on, 0};
  timer sleeping{on, std::chrono::hours{24 * 365}};
  nothing.async_receive([](error_code, std::int64_t) {});
  sleeping.async_wait([](error_code) {});
  const outcome result = measure_idle(s);
  pool.stop();
  pool.join();
  return result;
}

}  // namespace peer::on_asio
