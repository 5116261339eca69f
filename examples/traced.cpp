// traced FILE: records what a small pipeline does; open the file at https://ui.perfetto.dev.
#include <actors/actors.hpp>
#include <actors/trace.hpp>

#include <chrono>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

using namespace actors;
using namespace std::chrono_literals;

// [traced]
task<> read(sender<std::string> out) {
  for (int page = 0; page < 40; ++page) {
    const trace_slice slice{"page " + std::to_string(page)};  // also while it waits for room
    std::string text = co_await blocking([page] { return std::string(5'000, static_cast<char>('a' + page % 26)); });
    co_await out.send(std::move(text));
  }
}

task<> count(receiver<std::string> in, sender<int> out) {
  while (auto text = co_await in.receive()) {
    int vowels = 0;
    for (const char letter : *text) vowels += std::string{"aeiou"}.find(letter) != std::string::npos ? 1 : 0;
    co_await out.send(vowels);
  }
}

task<> add(receiver<int> in) {
  int sum = 0;
  while (auto vowels = co_await in.receive()) {
    sum += *vowels;
    trace_counter("vowels", sum);
  }
  trace_event("all counted");
  std::printf("vowels %d\n", sum);
}

task<> amain() {
  auto [pages_in, pages] = channel<std::string>(4);
  auto [counts_in, counts] = channel<int>(4);
  std::vector<join_handle<>> parts;
  parts.push_back(spawn(read(std::move(pages_in)), {.name = "reader"}));
  parts.push_back(spawn(count(pages, counts_in), {.name = "counter 1"}));
  parts.push_back(spawn(count(std::move(pages), std::move(counts_in)), {.name = "counter 2"}));
  parts.push_back(spawn(add(std::move(counts)), {.name = "adder"}));
  for (auto& each : parts) co_await each;
}

int main(int argc, char** argv) {
  trace_recording recording;
  run(amain());
  recording.stop();
  recording.write_file(argc > 1 ? argv[1] : "trace.json");
}
// [/traced]
