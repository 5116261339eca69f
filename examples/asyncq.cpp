// Producers and consumers around one queue; none knows the others.   asyncq [-p PRODUCERS] [-c CONSUMERS]
#include <actors/actors.hpp>

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <random>
#include <string>

using namespace actors;
using namespace std::chrono;
using item = std::pair<std::string, steady_clock::time_point>;
std::atomic<int> items{0}, produced{0}, consumed{0};

task<> produce(int name, sender<item> queue) {
  std::mt19937 random(name);
  const int n = static_cast<int>(random() % 11);
  items += n;
  for (int i = 0; i < n; ++i) {
    co_await sleep(1ms * (random() % 11));
    char id[9];
    std::snprintf(id, sizeof id, "%08x", static_cast<unsigned>(random()));
    std::printf("Producer %d adds <%s> to queue.\n", name, id);
    co_await queue.send(item{id, steady_clock::now()});
    ++produced;
  }
}

task<> consume(int name, receiver<item> queue) {
  std::mt19937 random(~name);
  while (auto got = co_await queue.receive()) {
    const duration<double> waited = steady_clock::now() - got->second;
    std::printf("Consumer %d got element <%s> in %.5f seconds.\n", name, got->first.c_str(), waited.count());
    ++consumed;
    co_await sleep(1ms * (random() % 11));
  }
}

task<> amain(int p, int c) {
  auto [tx, rx] = channel<item>(unbounded);
  std::vector<task<>> producers;
  std::vector<join_handle<>> consumers;
  for (int i = 0; i < p; ++i) producers.push_back(produce(i, tx));
  for (int i = 0; i < c; ++i) consumers.push_back(spawn(consume(i, rx)));
  co_await gather(std::move(producers));
  tx.close();  // what is in the queue can still be taken; then the consumers' loops end
  for (auto& each : consumers) co_await each;
  std::printf("%d items, produced %d, consumed %d\n", items.load(), produced.load(), consumed.load());
}

int main(int argc, char** argv) {
  int p = 5, c = 10;
  for (int option; (option = getopt(argc, argv, "p:c:")) != -1;) {
    if (option == '?') return 2;
    (option == 'p' ? p : c) = std::atoi(optarg);
  }
  run(amain(p, c));
}
