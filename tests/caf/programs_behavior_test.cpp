// CAF programs: how event-based actors take their messages.
#include "programs.hpp"
#include "support/waiting.hpp"

#include <array>
#include <atomic>
#include <string>
#include <vector>

namespace {

using test::lines;

class caf_behaviors : public test::caf_program {};
INSTANTIATE_TEST_SUITE_P(each, caf_behaviors, test::hosts, testing::PrintToStringParamName());

TEST_P(caf_behaviors, become_and_unbecome) {
  const auto door = [](caf::event_based_actor* self) -> caf::behavior {
    const caf::behavior open{[](caf::get_atom) { return std::string{"open"}; },
                             [=](caf::close_atom) {
                               self->unbecome();
                               return std::string{"closing"};
                             }};
    return {[](caf::get_atom) { return std::string{"shut"}; },
            [=](caf::join_atom) {
              self->become(caf::keep_behavior, open);
              return std::string{"opening"};
            },
            [=](caf::leave_atom) {
              self->become([](caf::get_atom) { return std::string{"bricked up"}; });
              return std::string{"farewell"};
            }};
  };
  const lines found = run([&](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor each = self->spawn(door);
    lines said;
    const auto ask = [&](const auto& what) { said.push_back(test::answer_of<std::string>(self, each, what)); };
    ask(caf::get_atom_v);
    ask(caf::join_atom_v);
    ask(caf::get_atom_v);
    ask(caf::close_atom_v);
    ask(caf::get_atom_v);
    ask(caf::close_atom_v);
    ask(caf::leave_atom_v);
    ask(caf::get_atom_v);
    self->send_exit(each, caf::exit_reason::user_shutdown);
    return said;
  });
  EXPECT_EQ(found, (lines{"\"shut\"", "\"opening\"", "\"open\"", "\"closing\"", "\"shut\"", "unexpected_message",
                          "\"farewell\"", "\"bricked up\""}));
}

TEST_P(caf_behaviors, an_actor_without_a_behavior_ends) {
  const lines found = run([](caf::actor_system& system) {
    lines said;
    {
      caf::scoped_actor self{system};
      const caf::actor sink{self};
      self->spawn([=](caf::event_based_actor* each) { each->send(sink, std::string{"done"}); });
      said = test::receive_lines(self, 1);
    }
    system.await_all_actors_done();  // which counts a scoped one too
    said.push_back(std::to_string(system.registry().running()));
    return said;
  });
  EXPECT_EQ(found, (lines{"done", "0"}));
}

struct account {
  int balance = 0;
  lines history;
  static inline const char* name = "account";
};

TEST_P(caf_behaviors, a_stateful_actor_has_a_name_and_a_state_that_ends_with_it) {
  const auto bank = [](caf::stateful_actor<account>* self) -> caf::behavior {
    return {[=](caf::add_atom, int amount) {
              self->state.balance += amount;
              self->state.history.push_back(std::to_string(amount));
            },
            [=](caf::get_atom) { return self->state.balance; },
            [=](caf::flush_atom) { return self->state.history.size(); },
            [=](caf::contact_atom) { return std::string{self->name()}; }};
  };
  const lines found = run([&](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor each = self->spawn(bank);
    for (int i = 1; i <= 100; ++i) self->send(each, caf::add_atom_v, i);
    lines said{test::answer_of<int>(self, each, caf::get_atom_v),
               test::answer_of<std::size_t>(self, each, caf::flush_atom_v),
               test::answer_of<std::string>(self, each, caf::contact_atom_v)};
    self->send_exit(each, caf::exit_reason::user_shutdown);
    return said;
  });
  EXPECT_EQ(found, (lines{"5050", "100", "\"account\""}));
}

TEST_P(caf_behaviors, skipped_messages_wait_for_a_behavior_that_takes_them) {
  const auto in_turn = [](caf::event_based_actor* self, const caf::actor& sink) -> caf::behavior {
    self->set_default_handler(caf::skip);
    return {[=](int number) {
      self->send(sink, std::to_string(number));
      self->become(caf::keep_behavior, [=](const std::string& text) {
        self->send(sink, text);
        self->unbecome();
      });
    }};
  };
  const lines found = run([&](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor each = self->spawn(in_turn, caf::actor{self});
    for (int i = 0; i != 3; ++i) self->send(each, std::string(1, static_cast<char>('a' + i)));
    for (int i = 0; i != 3; ++i) self->send(each, i);
    lines said = test::receive_lines(self, 6);
    self->send_exit(each, caf::exit_reason::user_shutdown);
    return said;
  });
  EXPECT_EQ(found, (lines{"0", "a", "1", "b", "2", "c"}));
}

TEST_P(caf_behaviors, default_handlers_reflect_and_drop) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor mirror = self->spawn([](caf::event_based_actor* each) -> caf::behavior {
      each->set_default_handler(caf::reflect);
      return {[](caf::get_atom) { return std::string{"mirror"}; }};
    });
    const caf::actor hole = self->spawn([](caf::event_based_actor* each) -> caf::behavior {
      each->set_default_handler(caf::drop);
      return {[](caf::get_atom) { return std::string{"hole"}; }};
    });
    lines said{test::answer_of<std::string>(self, mirror, std::string{"image"}),
               test::answer_of<std::string>(self, hole, caf::get_atom_v),
               test::answer_of<std::string>(self, hole, 1.5)};
    for (const caf::actor& each : {mirror, hole}) self->send_exit(each, caf::exit_reason::user_shutdown);
    return said;
  });
  EXPECT_EQ(found, (lines{"\"image\"", "\"hole\"", "unexpected_message"}));
}

TEST_P(caf_behaviors, messages_whose_types_are_known_at_run_time_only) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor each = self->spawn([](caf::event_based_actor*) -> caf::behavior {
      return {[](int x, const std::string& y) { return y + std::to_string(x); },
              [](int x) { return "only " + std::to_string(x); }};
    });
    caf::message_builder built;
    built.append(7).append(std::string{"seven"});
    const caf::message pair = built.to_message();
    lines said{test::answer_of<std::string>(self, each, pair), test::answer_of<std::string>(self, each, pair.take(1)),
               test::answer_of<std::string>(self, each, caf::make_message(8) + caf::make_message(std::string{"eight"})),
               test::answer_of<std::string>(self, each, pair.drop(1))};
    self->send_exit(each, caf::exit_reason::user_shutdown);
    return said;
  });
  EXPECT_EQ(found, (lines{"\"seven7\"", "\"only 7\"", "\"eight8\"", "unexpected_message"}));
}

TEST_P(caf_behaviors, urgent_messages_overtake_others) {
  std::atomic<bool> busy = false;
  std::atomic<bool> all_sent = false;
  const lines found = run([&](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor sink{self};
    const caf::actor each = self->spawn([&, sink](caf::event_based_actor* it) -> caf::behavior {
      return {[&](caf::ok_atom) {
                busy = true;
                test::spin_until([&] { return all_sent.load(); });
              },
              [=](const std::string& line) { it->send(sink, line); }};
    });
    self->send(each, caf::ok_atom_v);
    test::spin_until([&] { return busy.load(); });
    for (const char* line : {"a", "b"}) self->send(each, std::string{line});
    for (const char* line : {"U", "V"}) self->send<caf::message_priority::high>(each, std::string{line});
    all_sent = true;
    lines said = test::receive_lines(self, 4);
    self->send_exit(each, caf::exit_reason::user_shutdown);
    return said;
  });
  EXPECT_EQ(found, (lines{"U", "V", "a", "b"}));
}

TEST_P(caf_behaviors, a_lazy_actor_begins_with_its_first_message) {
  std::atomic<int> begun = 0;
  const auto counted = [&](caf::event_based_actor*) -> caf::behavior {
    ++begun;
    return {[](caf::get_atom) { return std::string{"awake"}; }};
  };
  const lines found = run([&](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor lazy = self->spawn<caf::lazy_init>(counted);
    const caf::actor never = self->spawn<caf::lazy_init>(counted);
    lines said{std::to_string(begun)};
    said.push_back(test::answer_of<std::string>(self, lazy, caf::get_atom_v));
    said.push_back(std::to_string(begun));
    self->send_exit(lazy, caf::exit_reason::user_shutdown);
    return said;
  });
  EXPECT_EQ(found, (lines{"0", "\"awake\"", "1"}));
}

TEST_P(caf_behaviors, actors_spawn_actors_that_spawn_actors) {
  struct sum_of {
    long total = 0;
    int left = 2;
  };
  struct tree {
    static caf::behavior node(caf::stateful_actor<sum_of>* self, int depth, const caf::actor& parent) {
      if (depth == 0) {
        self->send(parent, long{1});
        return {};
      }
      for (int i = 0; i != 2; ++i) self->spawn(node, depth - 1, caf::actor{self});
      return {[=](long value) {
        self->state.total += value;
        if (--self->state.left != 0) return;
        self->send(parent, self->state.total);
        self->quit();
      }};
    }
  };
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    self->spawn(&tree::node, 12, caf::actor{self});
    lines said;
    self->receive([&](long total) { said.push_back(std::to_string(total)); });
    return said;
  });
  EXPECT_EQ(found, lines{"4096"});
}

TEST_P(caf_behaviors, ten_thousand_actors_in_a_ring) {
  const lines found = run([](caf::actor_system& system) {
    constexpr int count = 10'000;
    caf::scoped_actor self{system};
    caf::actor next{self};
    for (int i = 0; i != count; ++i) {
      next = self->spawn([next](caf::event_based_actor* each) -> caf::behavior {
        return {[=](int hops) {
          each->send(next, hops + 1);
          each->quit();
        }};
      });
    }
    self->send(next, 0);
    lines said;
    self->receive([&](int hops) { said.push_back(std::to_string(hops)); });
    return said;
  });
  EXPECT_EQ(found, lines{"10000"});
}

// On one worker two actors that are never idle take turns of that many messages, once both have begun.
TEST_P(caf_behaviors, max_throughput_ends_a_turn) {
  constexpr int turn = 5;
  static constexpr int messages = 10'000;
  std::array<int, 2> handled{};
  std::size_t before = 0;
  int in_a_row = 0;
  int longest = 0;
  const auto note = [&](std::size_t me) {
    ++handled[me];
    in_a_row = me == before ? in_a_row + 1 : 1;
    before = me;
    const bool both = handled[1 - me] != 0 && handled[1 - me] != messages;
    if (both) longest = std::max(longest, in_a_row);
  };
  const lines found = run_on(
      {GetParam().ours, 1},
      [&](caf::actor_system& system) {
        caf::scoped_actor self{system};
        std::vector<caf::actor> both;
        for (std::size_t me = 0; me != 2; ++me) {
          both.push_back(
              self->spawn([&note, me, sink = caf::actor{self}](caf::event_based_actor* each) -> caf::behavior {
                return {[&note, me, sink, each](int left) {
                  note(me);
                  if (left > 1) {
                    each->send(each, left - 1);
                    return;
                  }
                  each->send(sink, std::string{"end"});
                  each->quit();
                }};
              }));
        }
        // One actor makes both ready, so that neither is through before the other begins.
        self->spawn([both](caf::event_based_actor* each) {
          for (const caf::actor& one : both) each->send(one, messages);
        });
        test::receive_lines(self, 2);
        return lines{std::to_string(handled[0]), std::to_string(handled[1]), std::to_string(longest)};
      },
      [](caf::actor_system_config& config) { config.set("scheduler.max-throughput", std::size_t{turn}); });
  EXPECT_EQ(found, (lines{"10000", "10000", "5"}));
}

using adder = caf::typed_actor<caf::replies_to<caf::add_atom, int, int>::with<int>>;
using doubler = caf::typed_actor<caf::replies_to<caf::mul_atom, int>::with<int>>;
using both = adder::extend_with<doubler>;

class adding : public caf::composable_behavior<adder> {
 public:
  caf::result<int> operator()(caf::add_atom, int x, int y) override { return x + y; }
};
class doubling : public caf::composable_behavior<doubler> {
 public:
  caf::result<int> operator()(caf::mul_atom, int x) override { return 2 * x; }
};
using calculating = caf::composed_behavior<adding, doubling>;

TEST_P(caf_behaviors, composed_behaviors) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const both each = self->spawn<calculating>();
    lines said{test::answer_of<int>(self, each, caf::add_atom_v, 1, 2),
               test::answer_of<int>(self, each, caf::mul_atom_v, 21)};
    self->send_exit(each, caf::exit_reason::user_shutdown);
    return said;
  });
  EXPECT_EQ(found, (lines{"3", "42"}));
}

TEST_P(caf_behaviors, actors_in_sequence_are_one_actor) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor add = self->spawn([] { return caf::behavior{[](int x) { return x + 1; }}; });
    const caf::actor twice = self->spawn([] { return caf::behavior{[](int x) { return 2 * x; }}; });
    const caf::actor chain = twice * add;
    lines said{test::answer_of<int>(self, chain, 4)};
    for (const caf::actor& each : {add, twice}) self->send_exit(each, caf::exit_reason::user_shutdown);
    return said;
  });
  EXPECT_EQ(found, lines{"10"});
}

}  // namespace
