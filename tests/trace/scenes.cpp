// trace_scenes SCENE FILE: small programs that record a trace, for check.py.
#include <actors/actors.hpp>
#include <actors/trace.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using namespace actors;

task<> produce(sender<int> out) {
  for (int i = 0; i != 40; ++i) {
    const trace_slice slice{"produce one"};
    co_await out.send(i);
  }
}

task<> consume(receiver<int> in) {
  int count = 0;
  while (auto value = co_await in.receive()) {
    trace_event("consumed");
    trace_counter("count", ++count);
  }
}

task<> step() { co_await yield(); }

task<> nap(std::chrono::milliseconds time) { co_await sleep(time); }

task<> fails() {
  co_await yield();
  throw std::runtime_error{"on purpose"};
}

task<> hold(mutex& lock, event& held, event& go_on) {
  auto guard = co_await lock.lock();
  held.set();
  co_await go_on.wait();
}

// So long after it was spawned that the one who spawned it waits by then, also on a machine that is busy.
constexpr auto later = 50ms;

task<> set_later(event& happened) {
  co_await sleep(later);
  happened.set();
}

task<> close_later(broadcast_sender<int> news) {
  const broadcast_sender<int> held = std::move(news);
  co_await sleep(later);
}

task<> take(mutex& lock) { auto guard = co_await lock.lock(); }

// Waits for several things, and at other places than channels.
task<> several_waits() {
  co_await gather(nap(later), nap(later));
  co_await with_group([](task_group& group) -> task<> {
    group.spawn(nap(later));
    co_return;
  });
  co_await select(after(1ms, [] {}));
  event happened;
  auto setting = spawn(set_later(happened));
  co_await happened.wait();
  co_await setting;
  auto [news, reader] = broadcast<int>(4);
  auto closing = spawn(close_later(std::move(news)));
  co_await reader.receive();
  co_await closing;
}

// One of everything.
task<> everything() {
  auto [tx, rx] = channel<int>(4);
  auto producing = spawn(produce(std::move(tx)), {.name = "producer"});
  auto consuming = spawn(consume(std::move(rx)));
  co_await producing;
  co_await consuming;
  auto failing = spawn(fails());
  try {
    co_await failing;
  } catch (const std::runtime_error&) {
  }
  auto sleeping = spawn(nap(1h), {.name = "sleeper"});
  co_await sleep(20ms);  // it sleeps by then
  sleeping.cancel();
  try {
    co_await sleeping;
  } catch (const cancelled&) {
  }
  mutex lock;
  event held;
  event go_on;
  auto holding = spawn(hold(lock, held, go_on), {.name = "holder"});
  co_await held.wait();
  auto taking = spawn(take(lock), {.name = "taker"});
  co_await sleep(5ms);
  go_on.set();
  co_await holding;
  co_await taking;
  co_await blocking([] { trace_event("in a call"); });
  co_await several_waits();
  {
    const trace_slice slice{"whole sleep"};
    co_await sleep(2ms);
  }
}

void whole(const std::string& file) {
  trace_recording recording;
  run(everything(), {.workers = 2});
  recording.stop();
  recording.write_file(file);
}

task<> turns(int count) {
  for (int i = 0; i != count; ++i) {
    trace_event(i + 1 == count ? "last" : i == 0 ? "first" : "between");
    co_await yield();
  }
}

// Prints how much memory it took, and how much is lost.
void crowded(const std::string& file, trace_overflow when_full) {
  trace_recording recording{{.bytes_per_thread = 4096, .when_full = when_full}};
  run(turns(20'000), {.workers = 1});
  recording.stop();
  recording.write_file(file);
  std::printf("%zu %llu\n", recording.memory(), static_cast<unsigned long long>(recording.dropped()));
}

void names(const std::string& file) {
  trace_recording recording;
  run(
      []() -> task<> {
        auto quoted = spawn(step(), {.name = "a \"quoted\" \\ name"});
        co_await quoted;
        auto controls = spawn(step(), {.name = "tab\there\nline\x01 end"});
        co_await controls;
        auto letters = spawn(step(), {.name = "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x8e\xad"});
        co_await letters;
        auto bad = spawn(step(), {.name = "bad \xff\xc0\xaf \xed\xa0\x80 cut \xe2\x82"});
        co_await bad;
        std::string gone = "gone by now";
        trace_event(gone);
        gone = "something else";
        trace_event("");
      }(),
      {.workers = 1});
  recording.write_file(file);
}

task<> wakes_late(event& go_on) { co_await go_on.wait(); }

// Begins and ends in the middle of a run; tasks that were spawned before go on meanwhile.
void part(const std::string& file) {
  run(
      [](const std::string& to) -> task<> {
        event go_on;
        auto early = spawn(wakes_late(go_on), {.name = "early"});
        trace_event("too early");
        co_await yield();
        {
          trace_recording recording;
          trace_event("in time");
          go_on.set();
          co_await early;
          auto inside = spawn(step(), {.name = "inside"});
          co_await inside;
          recording.stop();
          trace_event("too late");
          co_await yield();
          recording.write_file(to);
        }
        trace_recording other;
        trace_event("in the second");
        co_await yield();
        other.write_file(to + ".second");
      }(file),
      {.workers = 2});
}

// Written while a task waits, and another one holds its worker.
void stuck(const std::string& file) {
  trace_recording recording;
  std::atomic<bool> holds{false};
  std::atomic<bool> let_go{false};
  runtime here{{.workers = 2}};
  auto [tx, rx] = channel<int>(1);
  auto waiting = here.spawn(consume(std::move(rx)), {.name = "waits for ever"});
  auto holding = here.spawn(
      [](std::atomic<bool>& is_held, std::atomic<bool>& until) -> task<> {
        is_held = true;
        while (!until) std::this_thread::yield();
        co_return;
      }(holds, let_go),
      {.name = "holds a worker"});
  // The other worker has gone to sleep by now, so the receiver waits.
  while (!holds || recording.json().find("\"receive from channel\"") == std::string::npos) std::this_thread::yield();
  recording.write_file(file);
  let_go = true;
  { const sender<int> dropped = std::move(tx); }
  holding.get();
  waiting.get();
}

class words : public actor {
 public:
  task<> run() override {
    for (int i = 0; i != 3; ++i) co_await numbers.send(i);
  }
  out<int> numbers{*this, "numbers"};
};

class sink : public actor {
 public:
  task<> run() override {
    while (auto number = co_await numbers.receive()) trace_counter("number", *number);
  }
  in<int> numbers{*this, "numbers"};
};

void actor_team(const std::string& file) {
  trace_recording recording;
  run(
      []() -> task<> {
        team all;
        auto from = all.spawn<words>();
        auto to = all.spawn<sink>();
        connect(from.port(&words::numbers), to.port(&sink::numbers), 2);
        co_await all.run();
      }(),
      {.workers = 2});
  recording.write_file(file);
}

// Events of more threads, one after another, than there is room for; and two that live at the same time.
void threads(const std::string& file) {
  trace_recording recording{{.threads = 2}};
  for (int i = 0; i != 5; ++i) std::thread{[i] { trace_event("thread " + std::to_string(i)); }}.join();
  trace_event("main");
  std::thread{[] {
    trace_event("beside main");
    std::thread{[] { trace_event("one too many"); }}.join();
  }}.join();
  recording.write_file(file);
}

// What the runtimes of a process do that knows nothing of traces, for ACTORS_TRACE.
void two_runs(const std::string&) {
  run(turns(10), {.workers = 1});
  run(everything(), {.workers = 2});
}

}  // namespace

int main(int argc, char** argv) {
  const std::map<std::string, std::function<void(const std::string&)>> scenes{
      {"whole", whole},
      {"oldest", [](const std::string& file) { crowded(file, trace_overflow::drop_oldest); }},
      {"newest", [](const std::string& file) { crowded(file, trace_overflow::drop_newest); }},
      {"names", names},
      {"part", part},
      {"stuck", stuck},
      {"actors", actor_team},
      {"threads", threads},
      {"two_runs", two_runs},
  };
  if (argc != 3 || !scenes.contains(argv[1])) return 2;
  try {
    scenes.at(argv[1])(argv[2]);
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "%s\n", fault.what());
    return 1;
  }
}
