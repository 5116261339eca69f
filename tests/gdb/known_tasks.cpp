// Tasks and channels that the tests know, and the end of the process in the midst of them.
//   known_tasks empty|abort|stop|walk|poison [MORE]
// empty: ends before there is anything. stop: does not abort, for a debugger that stops at `look_here`. walk: ends
// inside a walk through the register of channels. poison: with damage in its memory. MORE: so many sleeping tasks
// besides.
#include <actors/actors.hpp>
#include <actors/detail/channel_entry.hpp>
#include <actors/detail/debugger_entry.hpp>
#include <actors/snapshot.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using namespace actors;
using namespace std::chrono_literals;

static std::atomic<bool> spinning{false};

static task<int> innermost(receiver<int> from) {
  std::optional<int> got = co_await from.receive();
  co_return got.value_or(0);
}
static task<int> middle(receiver<int> from) {
  int got = co_await innermost(std::move(from));
  co_return got;
}
static task<> chained(receiver<int> from) { co_await middle(std::move(from)); }

static task<> fill(sender<std::string> to) {
  for (int i = 0; i != 4; ++i) co_await to.send("text");
}

static task<> hold_and_lock(mutex& first, mutex& second, latch& both) {
  mutex::guard own = co_await first.lock();
  co_await both.arrive_and_wait();
  mutex::guard other = co_await second.lock();
}

static task<> choose(receiver<int> one, receiver<int> other) {
  const auto ignore = [](std::optional<int>) {};
  co_await select(on_receive(one, ignore), on_receive(other, ignore));
}

static task<> sleep_long() { co_await sleep(24h); }

static task<> await_children() {
  const auto open = [](task_group& group) -> task<> {
    for (int i = 0; i != 2; ++i) group.spawn(sleep_long());
    co_return;
  };
  task_group group;
  co_await with_group(group, open);
}

static task<> spin() {
  spinning.store(true);
  while (spinning.load()) {
  }
  co_return;
}

struct idler final : actor {
  task<> run() override { co_await sleep(24h); }
};

static task<> run_team(team& of) { co_await of.run(); }

struct known_things {
  const task_ref& reference;
  const join_handle<int>& handle;
  const task<>& unstarted;
  const sender<int>& to;
  const receiver<std::string>& from;
  const weak_sender<int>& weak;
  const oneshot_receiver<int>& answer;
  const broadcast_sender<int>& news;
  const watch_receiver<int>& state;
  const mutex& left;
  const team& crew;
  const actor_ref<idler>& member;
  const task_ref& nothing;
};

// Where debuggers stop.
[[gnu::noinline]] void look_here(const known_things& things, bool aborts);
void look_here(const known_things& things, bool aborts) {
  asm volatile("" : : "r"(&things) : "memory");
  if (aborts) std::abort();
}

// ---- damage --------------------------------------------------------------------------------------------------------

static std::uint64_t offset_of(const detail::debugger_entry* table, std::string_view name) {
  for (std::uint64_t i = 0; i != table->value; ++i)
    if (table[i].name == name) return table[i].value;
  std::printf("no offset of %s\n", std::string{name}.c_str());
  std::exit(1);
}

static void damage(snapshot_id id, std::uint64_t offset, std::uint64_t word) {
  std::memcpy(reinterpret_cast<char*>(static_cast<std::uintptr_t>(id)) + offset, &word, sizeof word);
}

static void damage_some(const runtime_snapshot& now) {
  const auto* const tasks = actors_debugger_tasks;
  const auto* const channels = actors_debugger_channels;
  for (const task_snapshot& each : now.tasks) {
    if (each.name == "chained") damage(each.id, offset_of(tasks, "task.resume_point"), 0x5a5a'5a5a'5a5a'5a50);
    if (each.name == "full") damage(each.id, offset_of(tasks, "task.next"), 0x11);
    if (each.name == "handled") damage(each.id, offset_of(tasks, "task.at"), 0x0200'0000'0000'0010);
    if (each.name == "chooser") damage(each.id, offset_of(tasks, "task.completions"), 0xffff'ffff'ffff'fff0);
  }
  for (const object_snapshot& each : now.channels) {
    const std::uint64_t to_core = offset_of(channels, "core.link") - offset_of(channels, "link.behind");
    if (each.name == "texts") damage(each.id - to_core, offset_of(channels, "core.name"), 0x10);
  }
}

// --------------------------------------------------------------------------------------------------------------------

static std::vector<task_ref> all;

template <class T>
static join_handle<T> start(runtime& on, task<T> work, const char* name) {
  join_handle<T> handle = on.spawn(std::move(work));
  if (*name != '\0') handle.ref().set_name(name);
  all.push_back(handle.ref());
  return handle;
}

// Waits until there are so many tasks, and all of them wait.
static runtime_snapshot settled(runtime& in, std::size_t count) {
  for (;;) {
    runtime_snapshot now = in.snapshot();
    const auto waits = [](const task_snapshot& each) { return each.activity == task_activity::waiting; };
    if (now.tasks.size() == count && std::all_of(now.tasks.begin(), now.tasks.end(), waits)) return now;
  }
}

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "empty") std::abort();
  const auto number = [&](int i) { return argc > i ? std::strtoul(argv[i], nullptr, 10) : 0; };
  const std::size_t more = number(2);     // tasks that sleep
  const std::size_t readers = number(3);  // each at a channel of its own
  runtime_options options;
  options.workers = 2;
  options.deadlock = on_deadlock::ignore;
  runtime rt{options};
  auto [jobs_in, jobs] = channel<int>(2, "jobs");
  auto [nameless_in, nameless] = channel<int>();
  auto [texts_in, texts] = channel<std::string>(3, "texts");
  auto [news_in, news] = broadcast<int>(4, "news");
  auto [state_in, state] = watch<int>(1, "state");
  auto [answer_in, answer] = oneshot<int>("answer");
  mutex left;
  mutex right;
  latch both{2};
  team crew;
  actor_ref<idler> member = crew.spawn<idler>({.name = "idler"});
  crew.supervise({}, {.name = "inner"}).spawn<idler>({.name = "sitter"});

  start(rt, chained(jobs), "chained");
  start(rt, fill(texts_in), "full");
  start(rt, hold_and_lock(left, right, both), "lefty");
  start(rt, hold_and_lock(right, left, both), "righty");
  settled(rt, all.size());  // so that it comes first
  start(rt, choose(jobs, nameless), "chooser");
  start(rt, await_children(), "parent");
  start(rt, run_team(crew), "crew");
  settled(rt, all.size() + 5);  // the children, and three of the team
  crew.start(crew.spawn<idler>({.name = "visitor"}));
  start(rt, sleep_long(), "");
  auto handle = start(rt, innermost(nameless), "handled");
  const std::size_t waiting = all.size() + 6 + more + readers;  // the children, and those of the team
  for (std::size_t i = 0; i != more; ++i) rt.spawn(sleep_long());
  std::vector<sender<int>> keep_open;
  for (std::size_t i = 1; i <= readers; ++i) {
    auto [tx, rx] = channel<int>(4, "of " + std::to_string(i));
    keep_open.push_back(tx);
    rt.spawn(innermost(rx), {.name = "reader " + std::to_string(i)});
  }
  task<> unstarted = sleep_long();

  std::thread{[handle] { handle.wait(); }}.detach();
  runtime_snapshot now;
  const auto is_awaited = [](const task_snapshot& each) { return each.awaited_by_thread; };
  do now = settled(rt, waiting);
  while (std::none_of(now.tasks.begin(), now.tasks.end(), is_awaited));
  start(rt, spin(), "spinner");
  while (!spinning.load()) {
  }
  if (what == "poison") damage_some(now);
  const task_ref reference = all.front();
  const weak_sender<int> weak = jobs_in.downgrade();
  const task_ref nothing;
  const known_things things{reference, handle, unstarted, jobs_in, texts,  weak,   answer,
                            news_in,   state,  left,      crew,    member, nothing};
  if (what == "walk") detail::channel_entry::for_each([](const detail::channel_entry&) { std::abort(); });
  look_here(things, what != "stop");
  std::_Exit(0);
}
