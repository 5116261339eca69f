// CAF programs: monitors, links, and what handlers throw. Neither a monitor nor a link keeps an actor alive: who waits
// for nothing else needs a handle.
#include "programs.hpp"

#include <atomic>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using test::lines;

class caf_failures : public test::caf_program {};
INSTANTIATE_TEST_SUITE_P(each, caf_failures, test::hosts, testing::PrintToStringParamName());

/// Ends with the reason that it is sent, and throws what it is told to.
caf::behavior mortal(caf::event_based_actor* self) {
  return {[=](caf::exit_reason why) { self->quit(why); },
          [](const std::string& what) { throw std::runtime_error{what}; },
          [](caf::get_atom) { return std::string{"alive"}; }};
}

TEST_P(caf_failures, monitors_are_told_why_each_ended) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    std::vector<caf::actor> all;
    for (int i = 0; i != 3; ++i) all.push_back(self->spawn(mortal));
    const caf::actor watching =
        self->spawn([all, sink = caf::actor{self}](caf::event_based_actor* each) -> caf::behavior {
          for (const caf::actor& one : all) each->monitor(one);
          each->set_down_handler([=, left = std::make_shared<int>(3)](const caf::down_msg& down) {
            for (std::size_t i = 0; i != all.size(); ++i)
              if (down.source == all[i])
                each->send(sink, std::to_string(i) + " " + test::text_of(each->system(), down.reason));
            if (--*left == 0) each->quit();
          });
          each->send(all[0], caf::exit_reason::user_shutdown);
          each->send(all[1], caf::exit_reason::normal);
          each->send(all[2], caf::exit_reason::out_of_workers);
          return {[](caf::get_atom) {}};
        });
    return test::sorted(test::receive_lines(self, 3));
  });
  EXPECT_EQ(found, (lines{"0 user_shutdown", "1 none", "2 out_of_workers"}));
}

TEST_P(caf_failures, monitoring_one_that_has_ended_tells_at_once) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor gone = self->spawn(mortal);
    self->send(gone, caf::exit_reason::out_of_workers);
    self->wait_for(gone);
    self->monitor(gone);
    lines said;
    self->receive([&](const caf::down_msg& down) { said.push_back(test::text_of(self, down.reason)); });
    return said;
  });
  EXPECT_EQ(found, lines{"out_of_workers"});
}

TEST_P(caf_failures, who_does_not_monitor_any_more_is_not_told) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor first = self->spawn(mortal);
    const caf::actor second = self->spawn(mortal);
    const caf::actor watching =
        self->spawn([=, sink = caf::actor{self}](caf::event_based_actor* each) -> caf::behavior {
          each->monitor(first);
          each->monitor(second);
          each->demonitor(first);
          each->set_down_handler([=](const caf::down_msg& down) {
            each->send(sink, std::string{down.source == first ? "first" : "second"});
            each->quit();
          });
          each->send(first, caf::exit_reason::user_shutdown);
          each->request(first, caf::infinite, caf::get_atom_v)
              .then([](const std::string&) {},
                    [=](const caf::error&) { each->send(second, caf::exit_reason::user_shutdown); });
          return {[](caf::get_atom) {}};
        });
    return test::receive_lines(self, 1);
  });
  EXPECT_EQ(found, lines{"second"});
}

TEST_P(caf_failures, links_end_all_but_who_traps) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor sink{self};
    const caf::actor first = self->spawn(mortal);
    std::vector<caf::actor> chain{first};
    for (int i = 0; i != 5; ++i) {
      chain.push_back(self->spawn([before = chain.back()](caf::event_based_actor* each) -> caf::behavior {
        each->link_to(before);
        return {[](caf::get_atom) { return std::string{"linked"}; }};
      }));
      self->request(chain.back(), caf::infinite, caf::get_atom_v)
          .receive([](const std::string&) {}, [](caf::error&) {});
    }
    const caf::actor trap = self->spawn([=](caf::event_based_actor* each) -> caf::behavior {
      each->link_to(chain.back());
      each->set_exit_handler(
          [=](const caf::exit_msg& how) { each->send(sink, "trapped " + test::text_of(each->system(), how.reason)); });
      each->send(sink, std::string{"ready"});
      return {[](caf::get_atom) { return std::string{"still here"}; }};
    });
    lines said = test::receive_lines(self, 1);
    self->send(first, caf::exit_reason::out_of_workers);
    said.push_back(test::receive_lines(self, 1).front());
    said.push_back(test::answer_of<std::string>(self, trap, caf::get_atom_v));
    self->send_exit(trap, caf::exit_reason::kill);
    self->wait_for(trap);
    return said;
  });
  EXPECT_EQ(found, (lines{"ready", "trapped out_of_workers", "\"still here\""}));
}

TEST_P(caf_failures, a_normal_end_ends_no_linked_actor_and_unlinking_undoes_a_link) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor quiet = self->spawn(mortal);
    const caf::actor loud = self->spawn(mortal);
    const caf::actor each = self->spawn([=](caf::event_based_actor* it) -> caf::behavior {
      it->link_to(quiet);
      it->link_to(loud);
      it->unlink_from(loud);
      return {[](caf::get_atom) { return std::string{"alive"}; }};
    });
    lines said{test::answer_of<std::string>(self, each, caf::get_atom_v)};
    self->send(quiet, caf::exit_reason::normal);
    self->send(loud, caf::exit_reason::out_of_workers);
    self->wait_for(quiet, loud);
    said.push_back(test::answer_of<std::string>(self, each, caf::get_atom_v));
    self->send_exit(each, caf::exit_reason::user_shutdown);
    return said;
  });
  EXPECT_EQ(found, (lines{"\"alive\"", "\"alive\""}));
}

TEST_P(caf_failures, spawned_linked_and_spawned_monitored) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor parent = self->spawn<caf::monitored>([](caf::event_based_actor* each) -> caf::behavior {
      const caf::actor child = each->spawn<caf::linked>(mortal);
      each->send(child, caf::exit_reason::out_of_workers);
      return {[](caf::get_atom) {}};
    });
    lines said;
    const auto note = [&](const caf::down_msg& down) { said.push_back(test::text_of(self, down.reason)); };
    self->receive(note);
    const caf::actor other = self->spawn<caf::monitored>(mortal);
    self->send_exit(other, caf::exit_reason::kill);
    self->receive(note);
    return said;
  });
  EXPECT_EQ(found, (lines{"out_of_workers", "kill"}));
}

TEST_P(caf_failures, what_a_handler_throws_ends_its_actor) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor each = self->spawn<caf::monitored>([](caf::event_based_actor* it) {
      it->set_exception_handler(
          [](std::exception_ptr&) { return caf::make_error(caf::exit_reason::unhandled_exception); });
      return mortal(it);
    });
    self->send(each, std::string{"expected by the test"});
    lines said;
    self->receive([&](const caf::down_msg& down) { said.push_back(test::text_of(self, down.reason)); });
    return said;
  });
  EXPECT_EQ(found, lines{"unhandled_exception"});
}

TEST_P(caf_failures, an_exception_handler_gives_the_reason) {
  const auto guarded = [](caf::event_based_actor* self) {
    self->set_exception_handler([](std::exception_ptr& thrown) -> caf::error {
      try {
        std::rethrow_exception(thrown);
      } catch (const std::runtime_error& problem) {
        if (problem.what() == std::string{"harmless"}) return caf::none;
      }
      return caf::make_error(caf::exit_reason::out_of_workers);
    });
    return mortal(self);
  };
  const lines found = run([&](caf::actor_system& system) {
    caf::scoped_actor self{system};
    lines said;
    for (const char* what : {"harmless", "harmful"}) {
      const caf::actor each = self->spawn<caf::monitored>(guarded);
      self->send(each, std::string{what});
      self->receive([&](const caf::down_msg& down) { said.push_back(test::text_of(self, down.reason)); });
    }
    return said;
  });
  EXPECT_EQ(found, (lines{"none", "out_of_workers"}));
}

TEST_P(caf_failures, error_handlers_get_the_errors_that_are_sent) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor sink{self};
    const caf::actor firm = self->spawn([=](caf::event_based_actor* each) -> caf::behavior {
      each->set_error_handler([=](const caf::error& e) { each->send(sink, test::text_of(each->system(), e)); });
      return mortal(each);
    });
    self->send(firm, caf::make_error(caf::sec::runtime_error, "sent as a message"));
    lines said = test::receive_lines(self, 1);
    said.push_back(test::answer_of<std::string>(self, firm, caf::get_atom_v));
    const caf::actor frail = self->spawn<caf::monitored>(mortal);
    self->send(frail, caf::make_error(caf::sec::runtime_error));
    self->receive([&](const caf::down_msg& down) { said.push_back(test::text_of(self, down.reason)); });
    self->send_exit(firm, caf::exit_reason::user_shutdown);
    return said;
  });
  EXPECT_EQ(found, (lines{"runtime_error, (\"sent as a message\")", "\"alive\"", "runtime_error"}));
}

TEST_P(caf_failures, a_supervisor_restarts_what_fails) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor supervisor = self->spawn([sink = caf::actor{self}](caf::event_based_actor* each) -> caf::behavior {
      const auto start = [=](int attempt) {
        const caf::actor child = each->spawn<caf::monitored>([=](caf::event_based_actor* it) -> caf::behavior {
          it->set_exception_handler([](std::exception_ptr&) { return caf::make_error(caf::sec::runtime_error); });
          it->send(it, attempt);
          return {[=](int which) {
            if (which != 10) throw std::runtime_error{"expected by the test"};
            it->send(sink, "attempt " + std::to_string(which));
            it->quit();
          }};
        });
        return child;
      };
      each->set_down_handler([=, attempt = std::make_shared<int>(1)](const caf::down_msg& down) {
        if (down.reason)
          start(++*attempt);
        else
          each->quit();
      });
      start(1);
      return {[](caf::get_atom) {}};
    });
    return test::receive_lines(self, 1);
  });
  EXPECT_EQ(found, lines{"attempt 10"});
}

// The system counts an actor out before it calls what is attached; its end waits for that too.
TEST_P(caf_failures, functors_attached_to_an_actor_run_when_it_ends) {
  std::atomic<int> told = 0;
  run([&](caf::actor_system& system) {
    const caf::actor each = system.spawn(mortal);
    for (int i = 0; i != 5; ++i) each->attach_functor([&] { ++told; });
    caf::anon_send(each, caf::exit_reason::user_shutdown);
    return lines{};
  });
  EXPECT_EQ(told, 5);
}

}  // namespace
