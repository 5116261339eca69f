// Actors whose bodies block (here at a file, as a legacy library would), beside others that do not.
//   blocking_actors FILE COPY
#include <actors/actors.hpp>

#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>

using namespace actors;
using namespace std::chrono_literals;

// [blocking]
struct lines_of final : blocking_actor {
  explicit lines_of(std::string path) : path_{std::move(path)} {}
  out<std::string> lines{*this, "lines"};

  void work() override {
    std::ifstream file{path_};
    if (!file) throw std::runtime_error{"cannot read " + path_};
    for (std::string line; std::getline(file, line);) send(lines, line);
  }

 private:
  std::string path_;
};

struct writer final : blocking_actor {
  explicit writer(std::string path) : path_{std::move(path)} {}
  in<std::string> lines{*this, "lines"};

  void work() override {
    std::ofstream file{path_};
    int written = 0;
    while (auto line = receive(lines)) {
      file << *line << '\n';
      ++written;
    }
    if (!file.flush()) throw std::runtime_error{"cannot write " + path_};
    std::printf("%d lines written\n", written);
  }

 private:
  std::string path_;
};

int main(int count, char** arguments) try {
  if (count != 3) throw std::invalid_argument{"usage: blocking_actors FILE COPY"};
  team all;
  auto from = all.spawn<lines_of>({.name = "reader"}, arguments[1]);
  auto upper = all.spawn({.name = "upper"}, [](in<std::string>& lines, out<std::string>& changed) -> task<> {
    while (auto line = co_await lines.receive()) {
      for (char& each : *line)
        if (each >= 'a' && each <= 'z') each = static_cast<char>(each - 'a' + 'A');
      co_await changed.send(std::move(*line));
    }
  });
  auto to = all.spawn<writer>({.name = "writer"}, arguments[2]);
  connect(from.port(&lines_of::lines), upper.port<0>());
  connect(upper.port<1>(), to.port(&writer::lines));

  // One thread for all calls: the two bodies have threads of their own beside it.
  runtime with_few_threads{{.blocking_threads = 1}};
  with_few_threads.run(all.run());
} catch (const std::exception& fault) {
  std::fprintf(stderr, "%s\n", fault.what());
  return 1;
}
// [/blocking]
