// Channels and select on a plain Boost.Asio context, with one thread or several, without this library's runtime: an
// executor that posts into the context and a coroutine type are all they need.
#include <actors/channel.hpp>
#include <actors/select.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace {

using actors::on_receive;
using actors::on_send;
using actors::receiver;
using actors::select;
using actors::sender;
using actors::when;

class context_executor final : public actors::executor {
 public:
  // A context that has no memory for it ends the program here: a post cannot fail.
  void post(actors::runnable& work) noexcept override {
    boost::asio::post(context_, [&work] { work.run(work); });
  }
  /// Until nothing is left that could run.
  void run(unsigned threads) {
    context_.restart();
    std::vector<std::thread> others;
    for (unsigned i = 1; i < threads; ++i) others.emplace_back([this] { context_.run(); });
    context_.run();
    for (std::thread& each : others) each.join();
  }

  std::atomic<int> alive{0};      ///< coroutines that have not ended
  std::atomic<int> cancelled{0};  ///< and how they ended
  std::atomic<int> refused{0};
  std::atomic<int> failed{0};

 private:
  boost::asio::io_context context_;
};

// A coroutine that begins in the context and ends by itself. Its first parameter is where it runs.
class process {
 public:
  struct promise_type : actors::waiter {
    explicit promise_type(context_executor& where, auto&&...) : place{where} {
      home = &where;
      run = [](actors::runnable& self) noexcept { static_cast<promise_type&>(self).resume_point_.resume(); };
      ++place.alive;
    }
    ~promise_type() { --place.alive; }
    actors::waiter& party() noexcept { return *this; }
    process get_return_object() {
      const auto frame = std::coroutine_handle<promise_type>::from_promise(*this);
      suspend_at(frame);
      return process{*this};
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept {
      try {
        throw;
      } catch (const actors::cancelled&) {
        ++place.cancelled;
      } catch (const actors::channel_closed&) {
        ++place.refused;
      } catch (...) {
        ++place.failed;
      }
    }
    context_executor& place;
  };

  /// Valid until it has ended.
  actors::waiter& party() const { return promise_; }
  void start() const { promise_.home->post(promise_); }

 private:
  explicit process(promise_type& promise) : promise_{promise} {}
  promise_type& promise_;
};

using counts = std::vector<std::atomic<int>>;

process sends(context_executor&, sender<int> a, sender<int> b, int first, int last) {
  for (int i = first; i != last; ++i) {
    if (i % 3 == 0)
      co_await a.send(i);
    else
      co_await select(on_send(a, i), on_send(b, int{i}));
  }
}

process takes(context_executor&, receiver<int> a, receiver<int> b, counts& seen) {
  bool a_open = true;
  bool b_open = true;
  const auto note = [&](bool& open) {
    return [&](std::optional<int> value) {
      if (value)
        ++seen[static_cast<std::size_t>(*value)];
      else
        open = false;
    };
  };
  while (a_open || b_open)
    co_await select(when(a_open, on_receive(a, note(a_open))), when(b_open, on_receive(b, note(b_open))));
}

process takes_plainly(context_executor&, receiver<int> from, counts& seen) {
  while (auto value = co_await from.receive()) ++seen[static_cast<std::size_t>(*value)];
}

TEST(asio_standalone, each_value_arrives_once_through_selects_and_plain_operations) {  // S1, S3, C5
  for (const unsigned threads : {1U, 2U, 4U}) {
    for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}, std::size_t{64}, actors::unbounded}) {
      constexpr int each = 2000;
      counts seen(3 * each);
      context_executor here;
      {
        auto [a_in, a] = actors::channel<int>(capacity);
        auto [b_in, b] = actors::channel<int>(capacity);
        for (int i = 0; i != 3; ++i)
          sends(here, i == 0 ? b_in : a_in, i == 0 ? a_in : b_in, i * each, (i + 1) * each).start();
        takes(here, a, b, seen).start();
        takes(here, b, a, seen).start();
        takes_plainly(here, a, seen).start();
        takes_plainly(here, b, seen).start();
      }
      here.run(threads);
      EXPECT_EQ(here.alive, 0) << "somebody waits for ever";
      for (const auto& count : seen) ASSERT_EQ(count, 1);
    }
  }
}

process passes_round(context_executor&, sender<int> to, receiver<int> from, int times, std::int64_t& sum) {
  int sent = 0;
  int received = 0;
  while (sent != times || received != times) {
    co_await select(when(sent != times, on_send(to, int{sent}, [&] { ++sent; })),
                    when(received != times, on_receive(from, [&](std::optional<int> v) {
                           ++received;
                           sum += *v;
                         })));
  }
}

TEST(asio_standalone, crossing_selects_never_deadlock) {  // S9
  for (const unsigned threads : {1U, 2U, 4U}) {
    constexpr int times = 3000;
    context_executor here;
    std::int64_t sums[3] = {0, 0, 0};
    {
      auto [a_in, a] = actors::channel<int>(0);
      auto [b_in, b] = actors::channel<int>(0);
      auto [c_in, c] = actors::channel<int>(0);
      passes_round(here, a_in, b, times, sums[0]).start();
      passes_round(here, b_in, c, times, sums[1]).start();
      passes_round(here, c_in, a, times, sums[2]).start();
    }
    here.run(threads);
    EXPECT_EQ(here.alive, 0);
    for (const std::int64_t sum : sums) EXPECT_EQ(sum, std::int64_t{times} * (times - 1) / 2);
  }
}

process waits(context_executor&, receiver<int> from, sender<int> to) {
  co_await select(on_receive(from, [](auto&&) {}), on_send(to, 1));
}

TEST(asio_standalone, a_cancellation_or_a_close_ends_the_wait) {  // S6, S7, C16
  context_executor here;
  auto [in, out] = actors::channel<int>(0);
  auto [back_in, back] = actors::channel<int>(0);
  const process one = waits(here, out, back_in);
  one.start();
  here.run(1);
  EXPECT_EQ(here.alive, 1);
  one.party().request_cancel();
  here.run(1);
  EXPECT_EQ(here.alive, 0);
  EXPECT_EQ(here.cancelled, 1);
  EXPECT_EQ(in.try_send(1), actors::channel_status::full);
  EXPECT_FALSE(back.try_receive());
  waits(here, out, back_in).start();
  here.run(1);
  back.close();
  here.run(1);
  EXPECT_EQ(here.alive, 0);
  EXPECT_EQ(here.refused, 1);
  EXPECT_EQ(here.failed, 0);
}

}  // namespace
