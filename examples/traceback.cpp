// Where an error came from: the way it took through coroutines and tasks. And what debug mode finds: tasks that keep
// their worker from the others, that were never awaited, or that run on a lambda which is gone; channels nobody reads.
#include <actors/actors.hpp>
#include <actors/error_trace.hpp>

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>

using namespace actors;
using namespace std::chrono_literals;

// [traceback]
task<std::string> read_config(std::string path) {
  co_await sleep(1ms);
  throw std::runtime_error(path + ": no such file");
}

task<std::size_t> load(std::string path) {
  const std::string text = co_await read_config(path);
  co_return text.size();
}

task<> start() {
  auto loading = spawn(load("app.conf"), {.name = "loader"});
  co_await loading;
}

task<> amain() {
  try {
    co_await start();
  } catch (const std::exception& e) {
    std::printf("%s\n%s", e.what(), current_error_trace().to_string().c_str());
  }
}
// [/traceback]

// [debug]
task<> busy() {
  std::this_thread::sleep_for(150ms);  // should be: co_await blocking(...)
  co_return;
}

task<> careless() {
  const task<std::size_t> forgotten = load("other.conf");  // should be: co_await load(...)
  auto [out, in] = channel<std::string>(4, "found");
  co_await out.send("third.conf");  // and who receives?
  const auto start = [](const std::string& path) {
    const auto work = [path]() -> task<> {  // should be: [](std::string path) -> task<> { ... }
      std::printf("reading %s\n", path.c_str());
      co_await yield();  // from here on the lambda is gone, and 'path' with it
    };
    return spawn(work(), {.eager = true});
  };
  auto lost = start("fourth.conf");
  auto waiting = spawn(busy(), {.name = "busy one"});
  co_await lost;
  co_await waiting;
}
// [/debug]

int main() {
  run(amain());
  run(careless(), {.debug = true});
}
