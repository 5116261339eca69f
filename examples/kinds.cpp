// Channels that are no queues: the answer to a question, news for everybody, and a setting that others follow.
#include <actors/actors.hpp>
#include <actors/broadcast.hpp>
#include <actors/oneshot.hpp>
#include <actors/watch.hpp>

#include <cstdio>
#include <string>
#include <utility>

using namespace actors;

// [oneshot]
struct question {
  int number;
  oneshot_sender<int> answer;
};

task<> answer_questions(receiver<question> in) {
  while (auto asked = co_await in.receive()) {
    // One that is dropped without an answer closes its channel.
    if (asked->number >= 0) asked->answer.send(asked->number * asked->number);
  }
}

task<> ask(sender<question> to, int number) {
  auto [answer, answered] = oneshot<int>();
  question asked{number, std::move(answer)};
  co_await to.send(std::move(asked));
  const auto square = co_await answered.receive();
  if (square)
    std::printf("oneshot: %d\n", *square);
  else
    std::puts("oneshot: no answer");
}
// [/oneshot]

task<> questions() {
  auto [tx, rx] = channel<question>();
  spawn(answer_questions(std::move(rx)));
  for (const int number : {12, -1}) co_await ask(tx, number);
}

// [broadcast]
task<> listen(std::string name, broadcast_receiver<int> news) {
  while (auto item = co_await news.receive()) {
    if (item.missed != 0) std::printf("%s: too slow, lost %d\n", name.c_str(), static_cast<int>(item.missed));
    std::printf("%s: %d\n", name.c_str(), *item);
  }
}

task<> news() {
  auto [tx, first] = broadcast<int>(2);  // keeps two for those who are slow
  for (int i = 1; i <= 4; ++i) tx.send(i);
  auto second = tx.subscribe();  // gets what is sent from now on
  tx.send(5);
  tx = {};
  co_await listen("first", std::move(first));
  co_await listen("second", std::move(second));
}
// [/broadcast]

// [watch]
task<> follow(watch_receiver<int> level) {
  int last = 0;
  while (co_await level.changed()) last = *level.borrow_and_update();  // not each one, but the last one
  std::printf("watch: ended with %d\n", last);
}

task<> raise(watch_sender<int> level) {
  for (int i = 0; i < 100; ++i) {
    level.modify([](int& value) { ++value; });
    co_await yield();
  }
}

task<> levels() {
  auto [tx, rx] = watch(0);
  auto one = raise(tx);
  auto other = raise(std::move(tx));
  co_await gather(follow(std::move(rx)), std::move(one), std::move(other));
}
// [/watch]

task<> amain() {
  co_await questions();
  co_await news();
  co_await levels();
}

int main() { run(amain()); }
