// Snapshots of many tasks as text: what is alike is told once, and nothing is lost.
#include <actors/snapshot.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>

namespace {

using namespace std::chrono_literals;
using actors::object_snapshot;
using actors::runtime_snapshot;
using actors::snapshot_id;
using actors::task_activity;
using actors::task_snapshot;

object_snapshot channel_of(snapshot_id id, std::string name, std::int64_t size = 0) {
  object_snapshot made{.type = "channel", .id = id, .name = std::move(name), .size = size, .capacity = 4};
  made.senders = 1;
  made.receivers = 2;
  return made;
}

task_snapshot waits_at(snapshot_id id, std::string name, const object_snapshot& channel) {
  task_snapshot made{.id = id, .name = std::move(name), .activity = task_activity::waiting};
  made.waits_for = "receive from channel";
  made.object = channel;
  made.stack = {{"work", "a.cpp", 4}};
  made.spawned_at = {"start", "a.cpp", 9};
  return made;
}

// `count` tasks "NAME 1" ..., each at a channel of its own.
void add_crowd(runtime_snapshot& to, const std::string& name, snapshot_id first, std::size_t count) {
  for (std::size_t i = 1; i <= count; ++i) {
    const object_snapshot jobs = channel_of(first + 0x10000 + i, name + " jobs " + std::to_string(i));
    to.tasks.push_back(waits_at(first + i, name + ' ' + std::to_string(i), jobs));
    to.channels.push_back(jobs);
  }
}

std::string behind_summary(const std::string& text) { return text.substr(text.find('\n') + 1); }

std::size_t times(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

/// How many things a folded text tells of: by lines that begin with such a word, and by what they say they stand for.
std::size_t told(const std::string& text, const std::string& begin) {
  std::istringstream lines{text};
  std::size_t count = 0;
  bool within = false;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(' ')) within = line.starts_with(begin);
    if (line.starts_with(begin)) ++count;
    const std::size_t more = line.find(" and ");
    if (within && more != line.npos && line.find_first_not_of(' ') == more + 1)
      count += std::stoul(line.substr(more + 5));
  }
  return count;
}

TEST(folded_text, tells_the_first_of_those_alike_and_what_differs) {  // I5
  runtime_snapshot made;
  add_crowd(made, "worker", 0x1000, 300);
  made.tasks.push_back(waits_at(0x10, "odd", channel_of(0x20, "orders", 3)));
  made.channels.push_back(channel_of(0x20, "orders", 3));
  made.tasks[7].object->size = 2;
  EXPECT_EQ(behind_summary(made.to_text()), R"(
301 tasks of 2 kinds, the rarest first; ACTORS_DUMP=full tells each one

task 'odd' 0x10
  waiting: receive from channel 'orders' (3 of 4 values, 1 sender, 2 receivers)
    in work (a.cpp:4)
    spawned at a.cpp:9, in start

task 'worker 1' 0x1001
  waiting: receive from channel 'worker jobs 1' (0 of 4 values, 1 sender, 2 receivers)
    in work (a.cpp:4)
    spawned at a.cpp:9, in start
    and 299 more that wait like it: 'worker 2' to 'worker 300'
      at 299 other channels: 'worker jobs 2' to 'worker jobs 300' (0 to 2 of 4 values, 1 sender, 2 receivers)

301 channels of 2 kinds, the rarest first; ACTORS_DUMP=full tells each one

channel 'orders' (3 of 4 values, 1 sender, 2 receivers)
channel 'worker jobs 1' (0 of 4 values, 1 sender, 2 receivers)
  and 299 more like it: 'worker jobs 2' to 'worker jobs 300'
)");
}

TEST(folded_text, keeps_few_as_they_are) {  // I5
  runtime_snapshot made;
  add_crowd(made, "worker", 0x1000, 16);
  EXPECT_EQ(made.to_text(), made.to_full_text());
  EXPECT_EQ(times(made.to_text(), "\ntask 'worker "), 16U);
  EXPECT_EQ(times(made.to_text(), "\nchannel 'worker jobs "), 16U);
  add_crowd(made, "seventeenth", 0x2000, 1);
  EXPECT_EQ(times(made.to_text(), "\ntask '"), 2U);
  EXPECT_EQ(times(made.to_text(), "\nchannel '"), 2U);
}

TEST(folded_text, begins_with_the_rarest_and_loses_none) {  // I5
  runtime_snapshot made;
  for (const std::size_t size : {40U, 3U, 700U, 1U, 12U})
    add_crowd(made, "crowd of " + std::string(size % 26 + 1, 'x'), 0x100000 * size, size);
  const std::string text = made.to_text();
  EXPECT_EQ(told(text, "task "), 756U) << text;
  EXPECT_EQ(told(text, "channel "), 756U) << text;
  EXPECT_LT(text.size(), 5000U) << text;
  std::size_t last = 0;
  for (const char* part : {"task 'crowd of xx 1'", "and 2 more", "and 11 more", "and 39 more", "and 699 more"}) {
    const std::size_t at = text.find(part);
    ASSERT_NE(at, text.npos) << part << " in " << text;
    EXPECT_GT(at, last) << text;
    last = at;
  }
}

TEST(folded_text, tells_those_apart_that_do_not_do_the_same) {  // I5
  runtime_snapshot made;
  add_crowd(made, "worker", 0x1000, 20);
  made.tasks[0].activity = task_activity::ready;
  made.tasks[1].waits_for = "send to channel";
  made.tasks[2].stack[0].line = 5;
  made.tasks[3].stack.push_back({"outer", "a.cpp", 6});
  made.tasks[4].spawned_at.line = 10;
  made.tasks[5].name = "boss 6";
  made.tasks[6].name.clear();
  made.tasks[7].cancelled = true;
  made.tasks[8].object->closed = true;
  made.tasks[9].object->capacity = 5;
  made.tasks[10].object->name = "work";
  made.tasks[11].object.reset();
  made.tasks[12].awaited_by_thread = true;
  const std::string text = made.to_text();
  EXPECT_TRUE(behind_summary(text).starts_with("\n20 tasks of 14 kinds, ")) << text;
  EXPECT_EQ(times(text, " more that wait like it: 'worker 15' to 'worker 20'\n"), 1U) << text;
  EXPECT_EQ(told(text, "task "), 20U) << text;
}

TEST(folded_text, tells_tasks_without_names_by_their_ids) {  // I5
  runtime_snapshot made;
  for (snapshot_id id = 0x101; id <= 0x111; ++id) {
    made.tasks.push_back({.id = id, .activity = task_activity::waiting});
    made.tasks.back().waits_for = "sleep";
    made.tasks.back().stack = {{"nap", "a.cpp", 9}};
    made.tasks.back().idle_for = 1ms * static_cast<int>(id);
  }
  EXPECT_EQ(behind_summary(made.to_text()), R"(
17 tasks of 1 kind; ACTORS_DUMP=full tells each one

task 0x101 (nap), last ran 0.257 s ago
  waiting: sleep
    in nap (a.cpp:9)
    and 16 more that wait like it: 0x102, 0x103, 0x104 and 13 more
      last ran 0.258 to 0.273 s ago
)");
  // Where several have one name that says nothing either.
  for (task_snapshot& each : made.tasks) each.name = "twin";
  EXPECT_EQ(times(made.to_text(), "and 16 more that wait like it: 0x102, 0x103, 0x104 and 13 more\n"), 1U)
      << made.to_text();
  for (task_snapshot& each : made.tasks) each.activity = task_activity::running;
  EXPECT_EQ(times(made.to_text(), "and 16 more like it: 0x102,"), 1U) << made.to_text();
}

TEST(folded_text, says_whom_the_others_wait_for) {  // I5
  runtime_snapshot made;
  for (snapshot_id i = 1; i <= 20; ++i) {
    const std::string number = std::to_string(i);
    task_snapshot parent{.id = 0x100 + i, .name = "parent " + number, .activity = task_activity::waiting};
    parent.waits_for = "wait for the end of task";
    parent.awaits = {0x200 + i};
    task_snapshot child{.id = 0x200 + i, .name = "child " + number, .activity = task_activity::waiting};
    child.waits_for = "lock mutex";
    child.object = object_snapshot{.type = "mutex", .id = 0x300 + i, .holder = 0x400 + i % 2};
    if (i < 15) child.awaited_by = {0x100 + i};
    made.tasks.push_back(parent);
    made.tasks.push_back(child);
  }
  EXPECT_EQ(behind_summary(made.to_text()), R"(
40 tasks of 2 kinds, the rarest first; ACTORS_DUMP=full tells each one

task 'parent 1' 0x101
  waiting: wait for the end of task 'child 1'
    and 19 more that wait like it: 'parent 2' to 'parent 20'
      for the end of 19 other tasks: 'child 2' to 'child 20'

task 'child 1' 0x201
  waiting: lock mutex 0x301, which task 0x401 has
    its end is awaited by task 'parent 1'
    and 19 more that wait like it: 'child 2' to 'child 20'
      at 19 other mutexes: 0x302, 0x303, 0x304 and 16 more
        which 2 tasks have: task 0x400, task 0x401
      awaited by 13 other tasks: 'parent 2' to 'parent 14'
      nobody awaits 6 of them
)");
}

TEST(folded_text, tells_the_channels_of_a_select_by_their_kinds) {  // I5
  runtime_snapshot made;
  for (snapshot_id i = 1; i <= 20; ++i) {
    const std::string number = std::to_string(i);
    task_snapshot each{.id = i, .name = "mixer " + number, .activity = task_activity::waiting};
    each.waits_for = "select";
    each.alternatives = {channel_of(0x100 + i, "left " + number), channel_of(0x200 + i, "right " + number)};
    if (i % 2 != 0) std::swap(each.alternatives[0], each.alternatives[1]);
    made.tasks.push_back(each);
  }
  const std::string text = made.to_text();
  EXPECT_TRUE(behind_summary(text).starts_with("\n20 tasks of 1 kind; ")) << text;
  EXPECT_EQ(times(text, "      at 19 other channels: 'left 2' to 'left 20' (0 of 4 values, 1 sender, 2 receivers)\n"),
            1U)
      << text;
  EXPECT_EQ(times(text, "      at 19 other channels: 'right 2' to 'right 20' ("), 1U) << text;
}

TEST(folded_text, names_rings_in_full_and_tells_their_tasks_first) {  // I5 I2
  runtime_snapshot made;
  add_crowd(made, "worker", 0x1000, 50);
  made.cycles = {{{0x1005, 0x1019}}};
  const std::string text = behind_summary(made.to_text());
  EXPECT_TRUE(
      text.starts_with("\nDEADLOCK: these tasks wait for each other, each for the next:\n    task 'worker 5'\n    "
                       "task 'worker 25'\n    and that one for the first\n\n50 tasks of 3 kinds, "))
      << text;
  EXPECT_LT(text.find("\ntask 'worker 5'"), text.find("\ntask 'worker 25'"));
  EXPECT_LT(text.find("\ntask 'worker 25'"), text.find("\ntask 'worker 1'"));
  EXPECT_EQ(times(text,
                  "and 47 more that wait like it: 'worker 2' to 'worker 4', 'worker 6' to 'worker 24', 'worker 26' to "
                  "'worker 50'\n"),
            1U)
      << text;
  // Of a ring of many each name is told, and their tasks are folded.
  made.cycles = {{}};
  for (snapshot_id i = 1; i <= 40; ++i) made.cycles[0].tasks.push_back(0x1000 + i);
  const std::string large = behind_summary(made.to_text());
  EXPECT_TRUE(
      large.starts_with("\nDEADLOCK: these tasks wait for each other, each for the next:\n    task 'worker 1' to task "
                        "'worker 40', which are 40\n    and that one for the first\n"))
      << large;
  EXPECT_NE(large.find("\n50 tasks of 2 kinds, those of rings first, then the rarest; "), large.npos) << large;
  EXPECT_LT(large.find("and 39 more that"), large.find("and 9 more that")) << large;
  std::swap(made.cycles[0].tasks[10], made.cycles[0].tasks[20]);
  const std::string mixed = made.to_text();
  EXPECT_NE(
      mixed.find("task 'worker 1' to task 'worker 10', which are 10\n    task 'worker 21'\n    task 'worker 12' to "),
      mixed.npos)
      << mixed;
}

TEST(folded_text, folds_those_with_all_kinds_of_names_where_these_are_too_many) {  // I5
  runtime_snapshot made;
  for (snapshot_id i = 1; i <= 100; ++i) {
    std::string name{static_cast<char>('a' + i % 10), static_cast<char>('a' + i / 10)};
    made.tasks.push_back(waits_at(i, name, channel_of(0x100 + i, "of " + name)));
    made.channels.push_back(*made.tasks.back().object);
  }
  made.tasks.push_back(waits_at(0x1000, "main", channel_of(0x2000, "results")));
  made.tasks.back().stack = {{"collect", "a.cpp", 1}};
  const std::string text = made.to_text();
  EXPECT_TRUE(behind_summary(text).starts_with("\n101 tasks of 2 kinds, ")) << text;
  EXPECT_EQ(times(text, "    and 99 more that wait like it: 'ac', 'ad', 'ae' and 96 more\n"), 1U) << text;
  EXPECT_EQ(times(text, "      at 99 other channels: 'of ac', 'of ad', 'of ae' and 96 more ("), 1U) << text;
  EXPECT_EQ(told(text, "task "), 101U) << text;
  EXPECT_EQ(told(text, "channel "), 100U) << text;
}

TEST(folded_text, counts_what_it_leaves_out_of_too_many_kinds) {  // I5
  runtime_snapshot made;
  for (snapshot_id i = 1; i <= 200; ++i) {
    for (snapshot_id twin = 0; twin != (i > 195 ? 3U : 1U); ++twin) {
      made.tasks.push_back(waits_at(1000 * twin + i, "", channel_of(0x10000, "jobs")));
      made.tasks.back().stack[0].line = static_cast<unsigned>(i);
      object_snapshot made_there = channel_of(0x20000 + 1000 * twin + i, "");
      made_there.made_at = {"main", "a.cpp", static_cast<unsigned>(i)};
      made.channels.push_back(made_there);
    }
  }
  const std::string text = made.to_text();
  EXPECT_EQ(times(text, "\n210 tasks of 200 kinds, the rarest first; "), 1U) << text;
  EXPECT_EQ(times(text, "\n... 140 more kinds, 140 tasks, are left out here; ACTORS_DUMP=full tells each one\n"), 1U);
  EXPECT_EQ(told(text, "task "), 70U) << text;
  EXPECT_EQ(times(text, "\n... 140 more kinds, 140 channels, are left out here; ACTORS_DUMP=full tells each one\n"),
            1U);
  EXPECT_EQ(told(text, "channel "), 70U) << text;
  EXPECT_EQ(times(text, "and 2 more that wait like it"), 5U) << text;
  EXPECT_EQ(times(made.to_full_text(), "\ntask 0x"), 210U);
  EXPECT_EQ(times(made.to_full_text(), "\nchannel 0x"), 210U);
  EXPECT_EQ(times(made.to_json(), R"("activity":"waiting")"), 210U);
}

TEST(folded_text, tells_channels_apart_by_how_full_they_are_and_who_waits_there) {  // I5
  runtime_snapshot made;
  for (snapshot_id i = 1; i <= 30; ++i) made.channels.push_back(channel_of(i, "jobs " + std::to_string(i)));
  made.channels[3].size = 4;
  made.channels[4].size = 1;
  made.channels[5].size = 3;
  made.channels[6].senders = 7;
  made.tasks.push_back(waits_at(0x1000, "reader 1", made.channels[8]));
  made.tasks.push_back(waits_at(0x2000, "reader 2", made.channels[9]));
  const std::string text = behind_summary(made.to_text());
  EXPECT_EQ(text.substr(text.find("30 channels")),
            R"(30 channels of 5 kinds, the rarest first; ACTORS_DUMP=full tells each one

channel 'jobs 4' (4 of 4 values, 1 sender, 2 receivers)
channel 'jobs 9' (0 of 4 values, 1 sender, 2 receivers)
channel 'jobs 10' (0 of 4 values, 1 sender, 2 receivers)
channel 'jobs 5' (1 of 4 values, 1 sender, 2 receivers)
  and 1 more like it: 'jobs 6' (3 of 4 values, 1 sender, 2 receivers)
channel 'jobs 1' (0 of 4 values, 1 sender, 2 receivers)
  and 24 more like it: 'jobs 2', 'jobs 3', 'jobs 7', 'jobs 8', 'jobs 11' to 'jobs 30' (0 of 4 values, 1 to 7 senders, 2 receivers)
)");
}

}  // namespace
