// asyncq as a pipeline of stages: the producers are its sources, the queue is its arrow, the consumers its end.
//   asyncq_stages [-p PRODUCERS] [-c CONSUMERS]
#include <actors/actors.hpp>
#include <actors/stages.hpp>

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace actors;
using namespace std::chrono;
using item = std::pair<std::string, steady_clock::time_point>;
std::atomic<int> items{0}, produced{0}, consumed{0};

// [asyncq]
generator<item> produce(int name) {
  std::mt19937 random(name);
  const int n = static_cast<int>(random() % 11);
  items += n;
  for (int i = 0; i < n; ++i) {
    co_await sleep(1ms * (random() % 11));
    char id[9];
    std::snprintf(id, sizeof id, "%08x", static_cast<unsigned>(random()));
    std::printf("Producer %d adds <%s> to queue.\n", name, id);
    ++produced;
    co_yield item{id, steady_clock::now()};
  }
}

task<> consume(item got, std::size_t name) {
  const duration<double> waited = steady_clock::now() - got.second;
  std::printf("Consumer %zu got element <%s> in %.5f seconds.\n", name, got.first.c_str(), waited.count());
  ++consumed;
  co_await sleep(1ms * (std::hash<std::string>{}(got.first) % 11));
}

task<> amain(int p, int c) {
  std::vector<stream<item>> producers;
  for (int i = 0; i < p; ++i) producers.push_back(from(produce(i)));
  co_await (merge(std::move(producers)) | capacity(unbounded) | for_each(c, consume));
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
