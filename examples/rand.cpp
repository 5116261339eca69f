// Three tasks draw random numbers, each until one exceeds its own threshold; the results come in the order of the call,
// whoever ends first.   rand [--scale FACTOR]     (--scale 0.01: a second lasts 10 ms)
#include <actors/actors.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>

using namespace actors;

constexpr std::array<const char*, 3> colours{"\033[36m", "\033[91m", "\033[35m"};  // cyan, red, magenta
constexpr const char* plain = "\033[0m";
double scale = 1;

task<int> make_random(unsigned index, unsigned threshold) {
  std::mt19937 random{444 + index};  // the same draws in every run
  std::printf("%sInitiated make_random(%u).%s\n", colours[index], index, plain);
  unsigned drawn = random() % 11;
  while (drawn <= threshold) {
    std::printf("%smake_random(%u) == %u too low; retrying.%s\n", colours[index], index, drawn, plain);
    co_await sleep(std::chrono::duration<double>{(index + 1) * scale});
    drawn = random() % 11;
  }
  std::printf("%s---> Finished: make_random(%u) == %u%s\n", colours[index], index, drawn, plain);
  co_return static_cast<int>(drawn);
}

task<> amain() {
  const auto [r1, r2, r3] = co_await gather(make_random(0, 9), make_random(1, 8), make_random(2, 7));
  std::printf("r1: %d, r2: %d, r3: %d\n", r1, r2, r3);
}

int main(int argc, char** argv) {
  if (argc > 2 && std::strcmp(argv[1], "--scale") == 0) scale = std::atof(argv[2]);
  run(amain());
}
