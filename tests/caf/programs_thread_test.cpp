// CAF programs: actors with threads of their own, plain threads, and thread hooks.
#include "programs.hpp"
#include "support/waiting.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using test::lines;

class caf_threads : public test::caf_program {};
INSTANTIATE_TEST_SUITE_P(each, caf_threads, test::hosts, testing::PrintToStringParamName());

caf::behavior doubling(caf::event_based_actor*) {
  return {[](int x) { return 2 * x; }};
}

TEST_P(caf_threads, detached_actors_ask_and_are_asked) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor server = self->spawn(doubling);
    const caf::actor detached = self->spawn<caf::detached>([server](caf::event_based_actor* each) -> caf::behavior {
      return {[=](int x) {
        auto promise = each->make_response_promise<std::string>();
        each->request(server, 30s, x).then([=](int y) mutable { promise.deliver("twice is " + std::to_string(y)); });
        return promise;
      }};
    });
    const caf::actor front = self->spawn([detached](caf::event_based_actor* each) -> caf::behavior {
      return {[=](int x) { return each->delegate(detached, x); }};
    });
    lines said;
    for (int i = 0; i != 5; ++i) said.push_back(test::answer_of<std::string>(self, front, i));
    for (const caf::actor& each : {server, detached, front}) self->send_exit(each, caf::exit_reason::user_shutdown);
    return said;
  });
  EXPECT_EQ(found, (lines{"\"twice is 0\"", "\"twice is 2\"", "\"twice is 4\"", "\"twice is 6\"", "\"twice is 8\""}));
}

TEST_P(caf_threads, each_detached_actor_keeps_one_thread_that_no_other_has) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    std::vector<caf::actor> all;
    for (int i = 0; i != 4; ++i)
      all.push_back(self->spawn<caf::detached>([](caf::event_based_actor*) -> caf::behavior {
        return {[](caf::get_atom) { return std::hash<std::thread::id>{}(std::this_thread::get_id()); }};
      }));
    std::set<std::string> threads;
    for (int round = 0; round != 20; ++round)
      for (const caf::actor& each : all) threads.insert(test::answer_of<std::size_t>(self, each, caf::get_atom_v));
    for (const caf::actor& each : all) self->send_exit(each, caf::exit_reason::user_shutdown);
    return lines{std::to_string(threads.size())};
  });
  EXPECT_EQ(found, lines{"4"});
}

TEST_P(caf_threads, a_detached_actor_that_computes_holds_up_nobody) {
  std::atomic<bool> go_on = false;
  const lines found = run([&](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor busy = self->spawn<caf::detached>([&](caf::event_based_actor*) -> caf::behavior {
      return {[&](caf::ok_atom) { test::spin_until([&] { return go_on.load(); }); }};
    });
    self->send(busy, caf::ok_atom_v);
    const caf::actor server = self->spawn(doubling);
    lines said{test::answer_of<int>(self, server, 4)};
    go_on = true;
    for (const caf::actor& each : {busy, server}) self->send_exit(each, caf::exit_reason::user_shutdown);
    return said;
  });
  EXPECT_EQ(found, lines{"8"});
}

TEST_P(caf_threads, blocking_actors_receive_once_for_a_range_while_and_until) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor sink{self};
    const caf::actor each = self->spawn([sink](caf::blocking_actor* it) {
      std::string seen;
      const auto note = [&](int x) { seen += std::to_string(x) + ' '; };
      it->receive(note);
      int i = 0;
      it->receive_for(i, 3)(note);
      seen += "| ";
      bool more = true;
      it->receive_while(more)([&](int x) {
        note(x);
        more = x < 6;
      });
      seen += "| ";
      int last = 0;
      it->do_receive([&](int x) {
          note(x);
          last = x;
        }).until([&] { return last == 9; });
      it->send(sink, seen);
    });
    for (int i = 0; i != 10; ++i) self->send(each, i);
    return test::receive_lines(self, 1);
  });
  EXPECT_EQ(found, lines{"0 1 2 3 | 4 5 6 | 7 8 9 "});
}

class reading final : public caf::blocking_actor {
 public:
  reading(caf::actor_config& config, caf::actor sink) : caf::blocking_actor{config}, sink_{std::move(sink)} {}
  void act() override {
    bool more = true;
    receive_while(more)([&](int x) { sum_ += x; }, [&](caf::close_atom) { more = false; });
    send(sink_, std::to_string(sum_));
    fail_state(caf::make_error(caf::exit_reason::out_of_workers));
  }

 private:
  caf::actor sink_;
  int sum_ = 0;
};

TEST_P(caf_threads, a_blocking_actor_of_a_class_ends_with_the_state_that_it_sets) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor each = self->spawn<reading, caf::monitored>(caf::actor{self});
    for (int i = 0; i != 1000; ++i) self->send(each, i);
    self->send(each, caf::close_atom_v);
    lines said = test::receive_lines(self, 1);
    self->receive([&](const caf::down_msg& down) { said.push_back(test::text_of(self, down.reason)); });
    return said;
  });
  EXPECT_EQ(found, (lines{"499500", "out_of_workers"}));
}

TEST_P(caf_threads, blocking_actors_wait_for_others_to_end) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    std::atomic<int> ended = 0;
    const caf::actor waiting = self->spawn([&, sink = caf::actor{self}](caf::blocking_actor* it) {
      std::vector<caf::actor> all;
      for (int i = 0; i != 10; ++i)
        all.push_back(it->spawn([&](caf::event_based_actor* each) -> caf::behavior {
          each->delayed_send(each, 2ms, caf::ok_atom_v);
          return {[&, each](caf::ok_atom) {
            ++ended;
            each->quit();
          }};
        }));
      it->wait_for(all);
      it->send(sink, std::to_string(ended));
    });
    lines said = test::receive_lines(self, 1);
    self->wait_for(waiting);
    return said;
  });
  EXPECT_EQ(found, lines{"10"});
}

TEST_P(caf_threads, plain_threads_talk_to_actors_as_scoped_actors) {
  const lines found = run([](caf::actor_system& system) {
    const caf::actor server = system.spawn(doubling);
    std::vector<std::string> sums(4);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t != sums.size(); ++t) {
      threads.emplace_back([&, t] {
        caf::scoped_actor self{system};
        int sum = 0;
        for (int i = 0; i != 200; ++i)
          self->request(server, caf::infinite, static_cast<int>(t))
              .receive([&](int y) { sum += y; }, [](caf::error&) {});
        sums[t] = std::to_string(sum);
      });
    }
    for (std::thread& each : threads) each.join();
    caf::anon_send_exit(server, caf::exit_reason::user_shutdown);
    return sums;
  });
  EXPECT_EQ(found, (lines{"0", "400", "800", "1200"}));
}

TEST_P(caf_threads, scoped_actors_monitor_and_are_told) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor each = self->spawn<caf::monitored>([](caf::event_based_actor* it) -> caf::behavior {
      return {[=](int) { it->quit(caf::exit_reason::user_shutdown); }};
    });
    self->send(each, 1);
    lines said;
    self->receive([&](const caf::down_msg& down) {
      said.push_back(std::string{down.source == each ? "it" : "another"} + " " + test::text_of(self, down.reason));
    });
    self->receive([](int) {}, caf::after(0ms) >> [&] { said.emplace_back("empty"); });
    return said;
  });
  EXPECT_EQ(found, (lines{"it user_shutdown", "empty"}));
}

TEST_P(caf_threads, actors_print_whole_lines) {
  testing::internal::CaptureStdout();
  run([](caf::actor_system& system) {
    for (int i = 0; i != 3; ++i)
      system.spawn([i](caf::event_based_actor* each) {
        for (int line = 0; line != 100; ++line) caf::aout(each) << "actor " << i << " line " << line << std::endl;
      });
    return lines{};
  });
  std::istringstream printed{testing::internal::GetCapturedStdout()};
  std::array<int, 3> next{};
  int count = 0;
  for (std::string line; std::getline(printed, line); ++count) {
    const auto which = static_cast<std::size_t>(line.at(6) - '0');
    EXPECT_EQ(line, "actor " + std::to_string(which) + " line " + std::to_string(next.at(which)++));
  }
  EXPECT_EQ(count, 300);
}

/// Of the calling thread. Never inlined: an actor can go on on another thread.
thread_local bool hooked = false;
[[gnu::noinline]] bool hook_ran_here() { return hooked; }

struct marking_hook final : caf::thread_hook {
  explicit marking_hook(std::atomic<int>& balance) : running{balance} {}
  void init(caf::actor_system&) override {}
  void thread_started() override {
    hooked = true;
    ++running;
  }
  void thread_terminates() override {
    hooked = false;
    --running;
  }
  std::atomic<int>& running;
};

TEST_P(caf_threads, actors_run_on_threads_whose_hooks_have_run) {
  std::atomic<int> running = 0;
  const lines found = run(
      [&](caf::actor_system& system) {
        caf::scoped_actor self{system};
        const auto tell = [](caf::event_based_actor* it) -> caf::behavior {
          return {[=](caf::get_atom) {
            it->quit();
            return hook_ran_here();
          }};
        };
        bool all = true;
        for (int i = 0; i != 200; ++i)
          all = all && test::answer_of<bool>(self, self->spawn(tell), caf::get_atom_v) == "true";
        const std::string detached = test::answer_of<bool>(self, self->spawn<caf::detached>(tell), caf::get_atom_v);
        return lines{all ? "workers" : "not all workers", detached};
      },
      [&](caf::actor_system_config& config) { config.add_thread_hook<marking_hook>(running); });
  EXPECT_EQ(found, (lines{"workers", "true"}));
  EXPECT_EQ(running, 0);
}

TEST_P(caf_threads, the_scheduler_tells_its_workers_and_its_settings) {
  const lines found = run(
      [&](caf::actor_system& system) {
        return lines{std::to_string(system.scheduler().num_workers()),
                     std::to_string(system.scheduler().max_throughput())};
      },
      [](caf::actor_system_config& config) { config.set("scheduler.max-throughput", std::size_t{7}); });
  EXPECT_EQ(found, (lines{std::to_string(GetParam().workers), "7"}));
}

}  // namespace
