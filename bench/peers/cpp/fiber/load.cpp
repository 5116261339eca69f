// Requests at half load, and sleeps, on Boost.Fiber: sleep_until, a buffered channel of requests (which holds 63, as
// channels.cpp says of all), and one for the answers of each client. A client's future hands over what it measured or
// threw.
#include "load.hpp"

#include "runtime.hpp"

#include <boost/fiber/future.hpp>

#include <utility>
#include <vector>

namespace peer::on_fiber {

namespace {

using clock = std::chrono::steady_clock;

struct request {
  std::int64_t number = 0;
  std::shared_ptr<buffered> reply{};
};
using requests = fibers::buffered_channel<request>;

void serve(requests& in, work each) {
  for (request got; in.pop(got) == channel_op_status::success;) {
    each(got.number);
    got.reply->push(got.number + 1);
  }
}

readings ask(requests& out, std::int64_t client, const load& l) {
  const auto replies = make_buffered(1);
  readings taken{l.requests};
  plan times{client, l.mean_gap};
  for (std::int64_t i = 0; i != l.requests; ++i) {
    const time_point next = times.next();
    if (clock::now() < next) boost::this_fiber::sleep_until(next);
    const time_point sent = clock::now();
    out.push(request{i, replies});
    const std::int64_t answer = replies->value_pop();
    taken.add(clock::now() - sent);
    expect("answer", answer, i + 1);
  }
  return taken;
}

}  // namespace

outcome request_load(const settings& s) {
  const load l{s};
  requests out{requests_waiting};
  std::vector<fibers::fiber> servers;
  for (std::int64_t i = 0; i != l.servers; ++i) servers.push_back(start([&] { serve(out, s.each); }));
  std::vector<fibers::future<readings>> clients;
  const stopwatch watch;
  for (std::int64_t i = 0; i != l.clients; ++i)
    clients.push_back(fibers::async(fibers::launch::post, std::allocator_arg, fibers::fixedsize_stack{stack_bytes},
                                    [&, i] { return ask(out, i, l); }));
  for (auto& client : clients) client.wait();
  const auto elapsed = watch.elapsed();
  out.close();
  for (fibers::fiber& server : servers) server.join();
  std::vector<readings> taken;
  for (auto& client : clients) taken.push_back(client.get());
  return finish(l, taken, elapsed);
}

outcome timer_accuracy(const settings& s) {
  readings late{s.n};
  dice lengths{seed_of_sleeps};
  const stopwatch watch;
  for (std::int64_t i = 0; i != s.n; ++i) {
    const time_point until = clock::now() + length_of_sleep(lengths);
    boost::this_fiber::sleep_until(until);
    late.add(time_since(until));
  }
  return late.finish("timer_accuracy", s.n, watch.elapsed());
}

}  // namespace peer::on_fiber
