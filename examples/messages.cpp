// What the library has to say, to a handler of the program's own: an error that nobody looked at.
#include <actors/actors.hpp>
#include <actors/log.hpp>

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>

using namespace actors;
using namespace std::chrono_literals;

// [messages]
void print(void*, const log_message& message) noexcept {
  const std::string level{to_string(message.level)}, event{message.event}, text{message.text};
  std::printf("%s %s: %s\n", level.c_str(), event.c_str(), text.c_str());
}

task<> load(std::string path) {
  co_await sleep(1ms);
  throw std::runtime_error(path + ": no such file");
}

task<> amain() {
  spawn(load("app.conf"), {.name = "loader"}).detach();
  co_await sleep(10ms);
  log(log_level::info, "waited", "waited long enough", {{"took", 10ms}});
}

int main() {
  on_log({&print});
  set_log_level(log_level::info);
  run(amain());
}
// [/messages]
