// careful: a receiver that answers while the sender is held, and jobs that survive the failure of who works on them.
#include <actors/actors.hpp>

#include <cstdio>
#include <stdexcept>
#include <utility>

using namespace actors;

// [rendezvous]
struct order {
  int amount;
  int price = 0;  // filled in by the shop
};

task<> shop(receiver<order*> counter) {
  while (auto met = co_await receive_extended(counter)) {
    order* const asked = **met;  // in the frame of the customer, who is held
    co_await yield();
    asked->price = 3 * asked->amount;
  }
}

task<> customer(sender<order*> counter) {
  order mine{.amount = 14};
  order* lent = &mine;
  co_await counter.send(lent);  // goes on when the shop has finished
  std::printf("rendezvous: %d apples cost %d\n", mine.amount, mine.price);
}
// [/rendezvous]

// [deliveries]
task<> work(receiver<int> jobs) {
  while (auto job = co_await receive_delivery(jobs)) {
    if (job->attempt() == 3) {
      std::printf("deliveries: job %d is hopeless\n", **job);
    } else {
      if (**job % 4 == 0) throw std::runtime_error{"out of order"};  // the job goes back
      std::printf("deliveries: job %d\n", **job);
    }
    job->acknowledge();
  }
}

task<> keep_working(receiver<int> jobs) {
  for (;;) {
    auto worker = spawn(work(jobs));
    try {
      co_await worker;
      co_return;
    } catch (const std::runtime_error& error) {
      std::printf("deliveries: %s, next worker\n", error.what());
    }
  }
}
// [/deliveries]

task<> amain() {
  auto [counter, shop_side] = channel<order*>();
  auto open = shop(std::move(shop_side));
  auto buys = customer(std::move(counter));
  co_await gather(std::move(open), std::move(buys));

  auto [jobs, in] = channel<int>(8);
  for (int i = 1; i <= 5; ++i) co_await jobs.send(i);
  jobs = {};
  co_await keep_working(std::move(in));
}

int main() { run(amain()); }
