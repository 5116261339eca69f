// Channels used from a plain thread, receives with a limit of time, and a set of channels that come and go.
#include <actors/actors.hpp>
#include <actors/blocking_channel.hpp>
#include <actors/select_set.hpp>
#include <actors/timed_channel.hpp>

#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

using namespace actors;
using namespace std::chrono_literals;

// [thread]
task<> square(receiver<int> numbers, sender<int> squares) {
  while (auto n = co_await numbers.receive()) co_await squares.send(*n * *n);
}

void work_from_outside() {
  runtime beside;
  auto [numbers, to_square] = channel<int>(4);
  auto [squared, squares] = channel<int>(4);
  beside.spawn(square(std::move(to_square), std::move(squared)));
  for (int i = 1; i != 4; ++i) {
    blocking_send(numbers, i);  // blocks this thread while the channel is full
    std::printf("%d\n", *blocking_receive(squares));
  }
  if (blocking_receive_for(squares, 5ms).status == channel_status::empty) std::puts("nothing more");
}
// [/thread]

// [timed]
task<> answer_slowly(sender<int> to) {
  co_await sleep(30ms);
  co_await to.send(42);
  co_await sleep(30ms);
}

task<> await_answers(receiver<int> answers) {
  for (;;) {
    auto next = co_await receive_for(answers, 20ms);
    if (next.status == channel_status::closed) break;
    if (next)
      std::printf("answer %d\n", *next);
    else
      std::puts("still waiting");
  }
  std::puts("no more answers");
}
// [/timed]

// [set]
struct guest {
  std::string name;
  receiver<std::string> lines;
};

task<> host(receiver<guest> door) {
  select_set room;
  room.add(door, [&](std::optional<guest> next) {
    if (!next) {
      room.remove(room.current());  // nobody else comes
      return;
    }
    room.add(next->lines, [&, name = next->name](std::optional<std::string> line) {
      if (line) {
        std::printf("%s: %s\n", name.c_str(), line->c_str());
      } else {
        std::printf("%s leaves\n", name.c_str());
        room.remove(room.current());
      }
    });
  });
  while (room.size() != 0) co_await room.next();
}
// [/set]

task<> visit(sender<guest> door, std::string name, std::string line) {
  auto [lines_in, lines] = channel<std::string>();
  guest self{std::move(name), std::move(lines)};
  co_await door.send(std::move(self));
  co_await lines_in.send(std::move(line));
}

task<> amain() {
  auto [answers_in, answers] = channel<int>();
  co_await gather(answer_slowly(std::move(answers_in)), await_answers(std::move(answers)));
  auto [door_in, door] = channel<guest>();
  join_handle<> hosting = spawn(host(std::move(door)));
  co_await visit(door_in, "ann", "hello");
  co_await visit(std::move(door_in), "bob", "hi");
  co_await hosting;
}

int main() {
  work_from_outside();
  run(amain());
}
