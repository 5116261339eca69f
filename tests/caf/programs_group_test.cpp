// CAF programs: pools, groups, and actors that are found by name.
#include "programs.hpp"

#include <chrono>
#include <numeric>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using test::lines;

class caf_groups : public test::caf_program {};
INSTANTIATE_TEST_SUITE_P(each, caf_groups, test::hosts, testing::PrintToStringParamName());

struct counter {
  int taken = 0;
};

caf::behavior counting(caf::stateful_actor<counter>* self) {
  return {[=](int x) {
            ++self->state.taken;
            return 2 * x;
          },
          [=](caf::get_atom) { return self->state.taken; }};
}

/// A pool of `count` counters with `policy`; `use(self, pool, workers)` tells what came of it.
template <class Use>
lines with_pool(caf::actor_system& system, std::size_t count, caf::actor_pool::policy policy, Use use) {
  caf::scoped_actor self{system};
  caf::scoped_execution_unit here{&system};
  std::vector<caf::actor> workers;
  const caf::actor pool = caf::actor_pool::make(
      &here, count, [&] { return workers.emplace_back(system.spawn(counting)); }, std::move(policy));
  lines said = use(self, pool, workers);
  self->send_exit(pool, caf::exit_reason::user_shutdown);
  for (const caf::actor& each : workers) self->wait_for(each);
  return said;
}

TEST_P(caf_groups, a_pool_gives_each_worker_its_turn) {
  const lines found = run([](caf::actor_system& system) {
    return with_pool(system, 5, caf::actor_pool::round_robin(), [](auto& self, const auto& pool, const auto& workers) {
      int sum = 0;
      for (int i = 0; i != 100; ++i)
        self->request(pool, caf::infinite, i).receive([&](int y) { sum += y; }, [](caf::error&) {});
      lines said{std::to_string(sum)};
      for (const caf::actor& each : workers) said.push_back(test::answer_of<int>(self, each, caf::get_atom_v));
      return said;
    });
  });
  EXPECT_EQ(found, (lines{"9900", "20", "20", "20", "20", "20"}));
}

TEST_P(caf_groups, a_pool_tells_all) {
  const lines found = run([](caf::actor_system& system) {
    return with_pool(system, 5, caf::actor_pool::broadcast(), [](auto& self, const auto& pool, const auto& workers) {
      int sum = 0;
      self->send(pool, 21);
      for (std::size_t i = 0; i != workers.size(); ++i) self->receive([&](int y) { sum += y; });
      return lines{std::to_string(sum)};
    });
  });
  EXPECT_EQ(found, lines{"210"});
}

TEST_P(caf_groups, a_pool_splits_and_joins) {
  const lines found = run([](caf::actor_system& system) {
    const auto join = [](int& sum, caf::message& answer) { answer.apply([&](int y) { sum += y; }); };
    const auto split = [](std::vector<std::pair<caf::actor, caf::message>>& parts, caf::message& work) {
      work.apply([&](int x) {
        for (auto& [worker, part] : parts) part = caf::make_message(x++);
      });
    };
    return with_pool(system, 4, caf::actor_pool::split_join<int>(join, split, 0),
                     [](auto& self, const auto& pool, const auto&) {
                       return lines{test::answer_of<int>(self, pool, 10), test::answer_of<int>(self, pool, 20)};
                     });
  });
  EXPECT_EQ(found, (lines{"92", "172"}));
}

TEST_P(caf_groups, workers_come_to_a_pool_and_leave_it) {
  const lines found = run([](caf::actor_system& system) {
    return with_pool(system, 2, caf::actor_pool::round_robin(), [](auto& self, const auto& pool, const auto& workers) {
      const auto size = [&] {
        std::size_t count = 0;
        self->request(pool, caf::infinite, caf::sys_atom_v, caf::get_atom_v)
            .receive([&](const std::vector<caf::actor>& all) { count = all.size(); }, [](caf::error&) {});
        return std::to_string(count);
      };
      lines said{size()};
      const caf::actor third = self->spawn(counting);
      self->send(pool, caf::sys_atom_v, caf::put_atom_v, third);
      said.push_back(size());
      self->send(pool, caf::sys_atom_v, caf::delete_atom_v, third);
      said.push_back(size());
      self->send_exit(third, caf::exit_reason::user_shutdown);
      self->wait_for(third);
      (void)workers;
      return said;
    });
  });
  EXPECT_EQ(found, (lines{"2", "3", "2"}));
}

TEST_P(caf_groups, a_group_reaches_its_members) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor sink{self};
    const caf::group all = system.groups().get_local("all");
    const auto member = [=](caf::event_based_actor* each, int number) -> caf::behavior {
      each->join(all);
      each->send(sink, std::string{"joined"});
      return {[=](const std::string& line) { each->send(sink, line + std::to_string(number)); },
              [=](caf::leave_atom) {
                each->leave(all);
                each->send(sink, std::string{"left"});
              },
              [=](caf::close_atom) { each->quit(); }};
    };
    std::vector<caf::actor> members;
    for (int i = 0; i != 3; ++i) members.push_back(self->spawn(member, i));
    lines said = test::receive_lines(self, 3);
    const auto add = [&](std::size_t count) {
      for (const std::string& line : test::sorted(test::receive_lines(self, count))) said.push_back(line);
    };
    self->send(all, std::string{"hello "});
    add(3);
    self->send(members[1], caf::leave_atom_v);
    add(1);
    caf::anon_send(all, std::string{"again "});
    add(2);
    self->send(all, caf::close_atom_v);
    self->send(members[1], caf::close_atom_v);
    return said;
  });
  EXPECT_EQ(found,
            (lines{"joined", "joined", "joined", "hello 0", "hello 1", "hello 2", "left", "again 0", "again 2"}));
}

TEST_P(caf_groups, actors_are_spawned_into_groups_and_told_with_a_delay) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::group some = system.groups().get_local("some");
    const auto member = [sink = caf::actor{self}](caf::event_based_actor* each) -> caf::behavior {
      return {[=](int x) {
        each->send(sink, std::to_string(x));
        if (x == 2) each->quit();
      }};
    };
    const std::vector<caf::actor> members{system.spawn_in_group(some, member), system.spawn_in_group(some, member)};
    self->delayed_send(some, 10ms, 2);
    self->send(some, 1);
    return test::receive_lines(self, 4);
  });
  EXPECT_EQ(found, (lines{"1", "1", "2", "2"}));
}

TEST_P(caf_groups, an_actor_is_found_by_its_name) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::atom_value name = caf::atom("doubler");
    system.registry().put(name, caf::actor_cast<caf::strong_actor_ptr>(self->spawn(counting)));
    const auto front = self->spawn([=](caf::event_based_actor* each) -> caf::behavior {
      return {
          [=](int x) { return each->delegate(caf::actor_cast<caf::actor>(each->system().registry().get(name)), x); }};
    });
    lines said{test::answer_of<int>(self, front, 8)};
    const auto named = caf::actor_cast<caf::actor>(system.registry().get(name));
    const auto by_id = system.registry().get(named->id());
    system.registry().erase(name);
    said.emplace_back(system.registry().get(name) == nullptr ? "gone" : "still there");
    said.emplace_back(by_id == nullptr ? "no number" : "numbered");
    for (const caf::actor& each : {front, named}) self->send_exit(each, caf::exit_reason::user_shutdown);
    return said;
  });
  EXPECT_EQ(found, (lines{"16", "gone", "no number"}));
}

TEST_P(caf_groups, actors_are_spawned_by_the_name_of_their_type) {
  const lines found = run(
      [](caf::actor_system& system) {
        caf::scoped_actor self{system};
        lines said;
        if (auto each = system.spawn<caf::actor>("counting", caf::make_message())) {
          said.push_back(test::answer_of<int>(self, *each, 50));
          self->send_exit(*each, caf::exit_reason::user_shutdown);
        }
        if (auto none = system.spawn<caf::actor>("unknown", caf::make_message()); !none)
          said.push_back(test::text_of(self, none.error()));
        return said;
      },
      [](caf::actor_system_config& config) { config.add_actor_type("counting", counting); });
  EXPECT_EQ(found, (lines{"100", "unknown_type"}));
}

}  // namespace
