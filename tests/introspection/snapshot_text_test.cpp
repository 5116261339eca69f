// Snapshots as text and as JSON.
#include <actors/snapshot.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace {

using namespace std::chrono_literals;
using actors::object_snapshot;
using actors::runtime_snapshot;
using actors::task_activity;
using actors::task_snapshot;

runtime_snapshot example() {
  runtime_snapshot made;
  made.workers = {{.index = 0, .running = 0x10, .asleep = false, .held_for = 1500ms}, {.index = 1, .asleep = true}};
  made.pool = {.threads = 2, .running = 1, .queued = 3};
  object_snapshot jobs{
      .type = "channel", .id = 0x100, .name = "jobs", .size = 1, .capacity = 16, .senders = 1, .receivers = 2};
  object_snapshot nameless{.type = "channel", .id = 0x200, .size = 0, .capacity = 0};
  nameless.made_at = {"main", "a.cpp", 7};
  nameless.closed = true;
  task_snapshot busy{.id = 0x10, .name = "busy", .activity = task_activity::running, .worker = 0};
  busy.stack = {{"spin", "a.cpp", 3}};
  task_snapshot waits{.id = 0x20, .name = "reader", .activity = task_activity::waiting};
  waits.waits_for = "receive from channel";
  waits.object = jobs;
  waits.stack = {{"ns::next", "a.cpp", 4}, {"ns::read", "a.cpp", 5}};
  waits.spawned_at = {"main", "a.cpp", 6};
  waits.awaited_by = {0x30};
  task_snapshot joins{.id = 0x30, .activity = task_activity::waiting, .cancelled = true};
  joins.waits_for = "wait for the end of task";
  joins.stack = {{"join", "a.cpp", 8}};
  joins.awaits = {0x20};
  joins.awaited_by_thread = true;
  task_snapshot sleeps{.id = 0x40, .activity = task_activity::waiting};
  sleeps.waits_for = "sleep";
  sleeps.stack = {{"nap", "a.cpp", 9}};
  task_snapshot another = sleeps;
  another.id = 0x50;
  task_snapshot locks{.id = 0x60, .name = "locks", .activity = task_activity::waiting};
  locks.waits_for = "lock mutex";
  locks.object = object_snapshot{.type = "mutex", .id = 0x300, .holder = 0x20};
  made.tasks = {busy, waits, joins, sleeps, another, locks};
  made.channels = {jobs, nameless};
  made.cycles = {{{0x20, 0x60}}};
  return made;
}

TEST(snapshot_text, is_for_people) {  // I1 I2
  EXPECT_EQ(example().to_text(),
            R"(2 workers: 1 running a task, 1 asleep; 6 tasks, 5 waiting; pool: 2 threads, 1 call running, 3 queued
worker 0 runs task 'busy', for 1.500 s in one step

DEADLOCK: these tasks wait for each other, each for the next:
    task 'reader'
    task 'locks'
    and that one for the first

task 'busy' 0x10
  running on worker 0
    in spin (behind a.cpp:3)

task 'reader' 0x20
  waiting: receive from channel 'jobs' (1 of 16 values, 1 sender, 2 receivers)
    in ns::next (a.cpp:4)
    awaited by ns::read (a.cpp:5)
    spawned at a.cpp:6, in main
    its end is awaited by task 0x30 (join)

task 0x30 (join)
  waiting: wait for the end of task 'reader'; asked to stop
    in join (a.cpp:8)
    its end is awaited by a thread

2 tasks alike, the first is task 0x40 (nap)
  waiting: sleep
    in nap (a.cpp:9)

task 'locks' 0x60
  waiting: lock mutex 0x300, which task 'reader' has

channel 'jobs' (1 of 16 values, 1 sender, 2 receivers)
channel 0x200 made at a.cpp:7 (closed, no buffer)
)");
}

TEST(snapshot_text, counts_those_that_are_too_many_to_be_named) {  // I1
  runtime_snapshot made;
  task_snapshot waits{.id = 1, .name = "all", .activity = task_activity::waiting};
  waits.waits_for = "gather: wait for the end of task";
  for (std::uint64_t i = 0; i != 100; ++i) waits.awaits.push_back(0x1000 + i);
  made.tasks = {waits};
  const std::string text = made.to_text();
  EXPECT_NE(text.find("gather: wait for the end of task 0x1000, task 0x1001"), std::string::npos) << text;
  EXPECT_NE(text.find("and 92 more"), std::string::npos) << text;
  made.tasks[0].awaits.resize(8);
  EXPECT_NE(made.to_text().find(", task 0x1007\n"), std::string::npos) << made.to_text();
}

TEST(snapshot_text, tells_tasks_with_names_or_times_one_by_one) {  // I1
  task_snapshot twin{.id = 0x10, .name = "twin", .activity = task_activity::waiting};
  twin.waits_for = "sleep";
  task_snapshot nameless{.id = 0x30, .activity = task_activity::waiting};
  nameless.waits_for = "sleep";
  nameless.idle_for = 2s;
  runtime_snapshot made;
  made.tasks = {twin, twin, nameless, nameless};
  made.tasks[1].id = 0x20;
  made.tasks[3].id = 0x40;
  const std::string text = made.to_text();
  EXPECT_EQ(text.substr(text.find('\n')), R"(

task 'twin' 0x10
  waiting: sleep

task 'twin' 0x20
  waiting: sleep

task 0x30, last ran 2.000 s ago
  waiting: sleep

task 0x40, last ran 2.000 s ago
  waiting: sleep
)");
}

TEST(snapshot_text, tells_what_else_there_is_of_a_task) {  // I1
  runtime_snapshot made;
  task_snapshot runs{.id = 0x10, .name = "runs", .activity = task_activity::running};
  runs.stack = {{"inner", "a.cpp", 1}, {"outer", "a.cpp", 2}};
  task_snapshot waits{.id = 0x20, .name = "waits", .activity = task_activity::waiting};
  waits.waits_for = "select";
  const object_snapshot large{.type = "channel", .id = 0x100, .name = "large", .size = 3, .capacity = INT64_MAX};
  waits.alternatives = {large, large};
  waits.awaits = {0x10};
  made.tasks = {runs, waits};
  const std::string text = made.to_text();
  EXPECT_EQ(text.substr(text.find('\n')), R"(

task 'runs' 0x10
  running
    in inner (behind a.cpp:1)
    awaited by outer (a.cpp:2)

task 'waits' 0x20
  waiting: select of channel 'large' (3 values), channel 'large' (3 values)
    awaits task 'runs'
)");
}

TEST(snapshot_json, is_for_programs) {  // I1
  runtime_snapshot made = example();
  made.tasks = {made.tasks[1]};
  EXPECT_EQ(
      made.to_json(),
      R"({"workers":[{"index":0,"running":"0x10","asleep":false,"held_for_ns":1500000000},)"
      R"({"index":1,"running":null,"asleep":true,"held_for_ns":null}],"pool":{"threads":2,"running":1,"queued":3},)"
      R"("tasks":[{"id":"0x20","name":"reader","activity":"waiting","worker":null,"cancelled":false,)"
      R"("waits_for":"receive from channel","object":{"type":"channel","id":"0x100","name":"jobs","made_at":null,)"
      R"("size":1,"capacity":16,"senders":1,"receivers":2,"closed":false,"unread":false,"holder":null},"alternatives":[],"awaits":[],)"
      R"("awaited_by":["0x30"],"awaited_by_thread":false,"stack":[{"function":"ns::next","file":"a.cpp","line":4},)"
      R"({"function":"ns::read","file":"a.cpp","line":5}],"spawned_at":{"function":"main","file":"a.cpp","line":6},)"
      R"("idle_for_ns":null}],"channels":[{"type":"channel","id":"0x100","name":"jobs","made_at":null,"size":1,)"
      R"("capacity":16,"senders":1,"receivers":2,"closed":false,"unread":false,"holder":null},{"type":"channel","id":"0x200","name":"",)"
      R"("made_at":{"function":"main","file":"a.cpp","line":7},"size":0,"capacity":0,"senders":null,"receivers":null,)"
      R"("closed":true,"unread":false,"holder":null}],"cycles":[["0x20","0x60"]]})");
  made.channels[0].capacity = INT64_MAX;
  EXPECT_NE(made.to_json().find(R"("capacity":"unbounded")"), std::string::npos);
}

}  // namespace
