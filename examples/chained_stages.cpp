// chained as a pipeline of stages: each argument goes through part1 and part2, all of them side by side.
//   chained_stages [--scale FACTOR] N...     (--scale 0.01: a second lasts 10 ms)
#include <actors/actors.hpp>
#include <actors/stages.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace actors;
using seconds = std::chrono::duration<double>;

double scale = 1;

// In the program's seconds.
seconds now() { return std::chrono::steady_clock::now().time_since_epoch() / scale; }

// [chained]
struct chain {
  int n;
  std::mt19937 random{3670U + static_cast<unsigned>(n)};  // the same sleeps in every run
  seconds start = now();
  std::string text{};
};

task<chain> part1(chain of) {
  const unsigned i = of.random() % 11;
  std::printf("part1(%d) sleeping for %u seconds.\n", of.n, i);
  co_await sleep(seconds{i * scale});
  of.text = "result" + std::to_string(of.n) + "-1";
  std::printf("Returning part1(%d) == %s.\n", of.n, of.text.c_str());
  co_return of;
}

task<chain> part2(chain of) {
  const unsigned i = of.random() % 11;
  const std::string arg = std::move(of.text);
  std::printf("part2(%d, '%s') sleeping for %u seconds.\n", of.n, arg.c_str(), i);
  co_await sleep(seconds{i * scale});
  of.text = "result" + std::to_string(of.n) + "-2 derived from " + arg;
  std::printf("Returning part2(%d, '%s') == %s.\n", of.n, arg.c_str(), of.text.c_str());
  co_return of;
}

void print(const chain& of) {
  std::printf("-->Chained result%d => %s (took %.2f seconds).\n", of.n, of.text.c_str(), (now() - of.start).count());
}

task<> amain(std::vector<chain> chains) {
  const std::size_t n = chains.size();
  co_await (from(std::move(chains)) | parallel(n, part1) | parallel(n, part2) | for_each(print));
}
// [/chained]

int main(int argc, char** argv) {
  std::vector<chain> chains;
  int first = 1;
  if (argc > 2 && std::strcmp(argv[1], "--scale") == 0) scale = std::atof(argv[2]), first = 3;
  for (int i = first; i < argc; ++i) chains.push_back({std::atoi(argv[i])});
  const seconds start = now();
  run(amain(std::move(chains)));
  std::printf("Program finished in %.2f seconds.\n", (now() - start).count());
}
