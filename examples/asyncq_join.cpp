// asyncq as asyncio's users write it: main waits until all work is done, then cancels the consumers.
//   asyncq_join [-p PRODUCERS] [-c CONSUMERS]
#include <actors/actors.hpp>
#include <actors/sync/queue.hpp>

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <random>
#include <string>

using namespace actors;
using namespace std::chrono;
using item = std::pair<std::string, steady_clock::time_point>;
std::atomic<int> items{0}, produced{0}, consumed{0};

// [asyncq]
task<> produce(int name, queue<item>& q) {
  std::mt19937 random(name);
  const int n = static_cast<int>(random() % 11);
  items += n;
  for (int i = 0; i < n; ++i) {
    co_await sleep(1ms * (random() % 11));
    char id[9];
    std::snprintf(id, sizeof id, "%08x", static_cast<unsigned>(random()));
    std::printf("Producer %d adds <%s> to queue.\n", name, id);
    co_await q.put(item{id, steady_clock::now()});
    ++produced;
  }
}

task<> consume(int name, queue<item>& q) {
  std::mt19937 random(~name);
  for (;;) {
    co_await sleep(1ms * (random() % 11));
    const item got = co_await q.get();
    const duration<double> waited = steady_clock::now() - got.second;
    std::printf("Consumer %d got element <%s> in %.5f seconds.\n", name, got.first.c_str(), waited.count());
    ++consumed;
    q.task_done();
  }
}

task<> amain(int p, int c) {
  queue<item> q;
  std::vector<task<>> producers;
  std::vector<join_handle<>> consumers;
  for (int i = 0; i < p; ++i) producers.push_back(produce(i, q));
  for (int i = 0; i < c; ++i) consumers.push_back(spawn(consume(i, q)));
  co_await gather(std::move(producers));
  co_await q.join();  // until task_done was called for every item
  for (auto& each : consumers) each.cancel();
  co_await wait(std::move(consumers));  // they use q
  std::printf("%d items, produced %d, consumed %d\n", items.load(), produced.load(), consumed.load());
}
// [/asyncq]

int main(int argc, char** argv) {
  int p = 5, c = 10;
  for (int option; (option = getopt(argc, argv, "p:c:")) != -1;) {
    if (option == '?') return 2;
    (option == 'p' ? p : c) = std::atoi(optarg);
  }
  run(amain(p, c));
}
