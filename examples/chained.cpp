// Chains of tasks: part2 needs what part1 returns; several chains run side by side, so that all of them take as long as
// the slowest one.   chained [--scale FACTOR] N...     (--scale 0.01: a second lasts 10 ms)
#include <actors/actors.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace actors;
using dice = std::mt19937;
using seconds = std::chrono::duration<double>;

double scale = 1;

// In the program's seconds.
seconds now() { return std::chrono::steady_clock::now().time_since_epoch() / scale; }

task<std::string> part1(int n, dice& random) {
  const unsigned i = random() % 11;
  std::printf("part1(%d) sleeping for %u seconds.\n", n, i);
  co_await sleep(seconds{i * scale});
  std::string result = "result" + std::to_string(n) + "-1";
  std::printf("Returning part1(%d) == %s.\n", n, result.c_str());
  co_return result;
}

task<std::string> part2(int n, std::string arg, dice& random) {
  const unsigned i = random() % 11;
  std::printf("part2(%d, '%s') sleeping for %u seconds.\n", n, arg.c_str(), i);
  co_await sleep(seconds{i * scale});
  std::string result = "result" + std::to_string(n) + "-2 derived from " + arg;
  std::printf("Returning part2(%d, '%s') == %s.\n", n, arg.c_str(), result.c_str());
  co_return result;
}

task<> chain(int n) {
  const seconds start = now();
  dice random{3670U + static_cast<unsigned>(n)};  // the same sleeps in every run
  std::string p1 = co_await part1(n, random);
  std::string p2 = co_await part2(n, std::move(p1), random);
  std::printf("-->Chained result%d => %s (took %.2f seconds).\n", n, p2.c_str(), (now() - start).count());
}

int main(int argc, char** argv) {
  std::vector<task<>> chains;
  int first = 1;
  if (argc > 2 && std::strcmp(argv[1], "--scale") == 0) scale = std::atof(argv[2]), first = 3;
  for (int i = first; i < argc; ++i) chains.push_back(chain(std::atoi(argv[i])));
  const seconds start = now();
  run(gather(std::move(chains)));
  std::printf("Program finished in %.2f seconds.\n", (now() - start).count());
}
