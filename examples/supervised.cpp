// An actor that fails is started again: its channels stay, and what lies in them.
#include <actors/actors.hpp>

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>

using namespace actors;
using namespace std::chrono_literals;

// [supervised]
struct reader final : actor {
  out<std::string> lines{*this, "lines"};

  task<> run() override {
    for (const char* line : {"12", "7", "seven", "5", "1e9", "40", ""}) co_await lines.send(line);
  }
};

struct parser final : actor {
  in<std::string> lines{*this, "lines"};
  out<int> numbers{*this, "numbers"};

  task<> run() override {
    while (auto line = co_await lines.receive()) {
      if (line->find_first_not_of("0123456789") != std::string::npos || line->empty())
        throw std::invalid_argument{'\'' + *line + "' is no number"};
      co_await numbers.send(std::stoi(*line));
    }
  }
};

struct adder final : actor {
  in<int> numbers{*this, "numbers"};

  task<> run() override {
    int sum = 0;
    while (auto number = co_await numbers.receive()) sum += *number;
    std::printf("sum: %d\n", sum);
  }
};

int main() {
  team all{{.strategy = restart::one_for_one, .max = 5, .within = 10s, .pause = {.first = 10ms}}};
  auto from = all.spawn<reader>({.name = "reader"});
  auto middle = all.spawn<parser>({.name = "parser"});
  auto to = all.spawn<adder>({.name = "adder"});
  connect(from.port(&reader::lines), middle.port(&parser::lines));
  connect(middle.port(&parser::numbers), to.port(&adder::numbers));
  run(all.run());
  for (const actor_report& each : all.reports())
    std::printf("%s: %s, restarts: %u, lost: %llu, last error: %s\n", each.name.c_str(), to_string(each.state),
                each.restarts, static_cast<unsigned long long>(each.lost),
                each.last_error.empty() ? "none" : each.last_error.c_str());
}
// [/supervised]
