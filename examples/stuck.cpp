// stuck: four programs that do not get on, and what the library says of each.
//
//   stuck            all four, one after the other
//   stuck transfer   two tasks that lock two accounts in opposite order
//   stuck collect    a loop over a channel that is never closed
//   stuck crowd      a thousand clients of a server that waits for one of them
//   stuck hog        a task that computes for so long that others wait for its worker
#include <actors/actors.hpp>

#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;

namespace {

// ---- transfer ------------------------------------------------------------------------------------------------------

struct account {
  actors::mutex lock;
  int amount = 100;
};

// [transfer]
actors::task<> transfer(account& from, account& to, int amount) {
  auto first = co_await from.lock.lock();
  co_await actors::sleep(10ms);  // the other one comes as far as here
  auto second = co_await to.lock.lock();
  from.amount -= amount;
  to.amount += amount;
}

actors::task<> transfers() {
  account ann;
  account bob;
  auto there = actors::spawn(transfer(ann, bob, 10), {.name = "ann to bob"});
  auto back = actors::spawn(transfer(bob, ann, 20), {.name = "bob to ann"});
  co_await there;
  co_await back;
}
// [/transfer]

// ---- collect -------------------------------------------------------------------------------------------------------

// [collect]
actors::task<> square(int number, actors::sender<int> results) { co_await results.send(number * number); }

actors::task<int> sum(actors::receiver<int> results) {
  int total = 0;
  while (auto each = co_await results.receive()) total += *each;
  co_return total;
}

actors::task<> collect() {
  auto [tx, rx] = actors::channel<int>(16, "results");
  for (int i = 1; i <= 3; ++i) actors::spawn(square(i, tx));
  // `tx` is still there, so that the channel does not close when the last of the three has ended.
  int total = co_await sum(rx);
  std::printf("%d\n", total);
}
// [/collect]

// ---- crowd ---------------------------------------------------------------------------------------------------------

// [crowd]
struct question {
  int number;
  actors::sender<int> reply;
};

actors::task<> ask(actors::sender<question> server, int number) {
  auto [reply, answer] = actors::channel<int>(1, "answer " + std::to_string(number));
  co_await server.send({number, reply});
  co_await answer.receive();
}

actors::task<> serve(actors::receiver<question> questions, actors::sender<int> log) {
  while (auto each = co_await questions.receive()) {
    co_await log.send(each->number);
    co_await each->reply.send(2 * each->number);
  }
}

// Asks the server, too, which may be waiting for room in the log just then.
actors::task<> keep_log(actors::receiver<int> log, actors::sender<question> server) {
  while (auto number = co_await log.receive())
    if (*number % 100 == 0) co_await ask(server, *number);
}

actors::task<> crowd() {
  auto [server, questions] = actors::channel<question>(16, "questions");
  auto [to_log, log] = actors::channel<int>(4, "log");
  auto serving = actors::spawn(serve(questions, to_log), {.name = "server"});
  auto logging = actors::spawn(keep_log(log, server), {.name = "logger"});
  std::vector<actors::join_handle<void>> clients;
  for (int i = 1; i <= 1'000; ++i)
    clients.push_back(actors::spawn(ask(server, i), {.name = "client " + std::to_string(i)}));
  for (auto& each : clients) co_await each;
}
// [/crowd]

// ---- hog -----------------------------------------------------------------------------------------------------------

int spin(std::chrono::milliseconds time) {
  int rounds = 0;
  for (auto end = std::chrono::steady_clock::now() + time; std::chrono::steady_clock::now() < end;) ++rounds;
  return rounds;
}

actors::task<int> estimate(int parts) {
  co_await actors::yield();
  co_return spin(parts * 100ms);
}

actors::task<> plan() {
  int rounds = co_await estimate(3);
  if (rounds == 0) std::puts("an odd clock");
}

actors::task<> hog() {
  auto planning = actors::spawn(plan(), {.name = "planner"});
  co_await planning;
}

// --------------------------------------------------------------------------------------------------------------------

void show(const char* title, actors::task<> program, bool debug = false) {
  std::printf("---- %s\n", title);
  std::fflush(stdout);
  try {
    actors::run(std::move(program), {.workers = 2, .debug = debug});
  } catch (const actors::deadlock& found) {
    std::fprintf(stderr, "%s", found.what());
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view which = argc > 1 ? argv[1] : "all";
  const bool all = which == "all";
  if (!all && which != "transfer" && which != "collect" && which != "crowd" && which != "hog") {
    std::fprintf(stderr, "usage: stuck [transfer|collect|crowd|hog]\n");
    return 2;
  }
  if (all || which == "transfer") show("transfer: two tasks that lock two accounts in opposite order", transfers());
  if (all || which == "collect") show("collect: a loop over a channel that is never closed", collect());
  if (all || which == "crowd") show("crowd: a thousand clients of a server that waits for one of them", crowd());
  if (all || which == "hog") show("hog: a task that computes for long (in debug mode)", hog(), true);
}
