// CAF programs: the middleman between two systems over the loopback, and brokers. Whoever another system may hold is
// ended, and waited for, before either system goes.
#include "programs.hpp"

#include <caf/io/all.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace {

using namespace std::chrono_literals;
using test::lines;

void with_middleman(caf::actor_system_config& config) { config.load<caf::io::middleman>(); }

class caf_io : public test::caf_program {
 protected:
  /// What `program` gives on two systems that can reach each other.
  template <class Program>
  lines run_on_two(Program program) {
    test::hosted_system server{GetParam(), with_middleman};
    test::hosted_system client{GetParam(), with_middleman};
    return program(*server, *client);
  }
};
INSTANTIATE_TEST_SUITE_P(each, caf_io, test::hosts, testing::PrintToStringParamName());

caf::behavior calculating(caf::event_based_actor* self) {
  return {[](caf::add_atom, int x, int y) { return x + y; }, [](const std::string& line) { return line + "!"; },
          [=](caf::close_atom) { self->quit(caf::exit_reason::out_of_workers); }};
}

TEST_P(caf_io, requests_to_a_remote_actor) {
  const lines found = run_on_two([](caf::actor_system& server, caf::actor_system& client) {
    const caf::actor local = server.spawn(calculating);
    const auto port = server.middleman().publish(local, 0, "127.0.0.1");
    if (!port) return lines{test::text_of(server, port.error())};
    lines said;
    {
      caf::scoped_actor self{client};
      const auto remote = client.middleman().remote_actor("127.0.0.1", *port);
      if (!remote) return lines{test::text_of(client, remote.error())};
      said = {test::answer_of<int>(self, *remote, caf::add_atom_v, 1, 2),
              test::answer_of<std::string>(self, *remote, std::string{"hello"}),
              test::answer_of<std::string>(self, *remote, 1.5)};
      int sum = 0;
      const caf::actor asking = self->spawn([&, whom = *remote](caf::event_based_actor* each) {
        for (int i = 0; i != 500; ++i) each->request(whom, 60s, caf::add_atom_v, i, i).then([&](int y) { sum += y; });
      });
      self->wait_for(asking);
      said.push_back(std::to_string(sum));
      self->monitor(*remote);
      self->send(*remote, caf::close_atom_v);
      self->receive([&](const caf::down_msg& down) { said.push_back(test::text_of(self, down.reason)); });
    }
    caf::scoped_actor { server } -> wait_for(local);
    return said;
  });
  EXPECT_EQ(found, (lines{"3", "\"hello!\"", "unexpected_message", "249500", "out_of_workers"}));
}

TEST_P(caf_io, actors_of_both_sides_talk_as_they_get_to_know_each_other) {
  const lines found = run_on_two([](caf::actor_system& server, caf::actor_system& client) {
    // Whoever is sent to it is answered a number of times.
    const caf::actor local = server.spawn([](caf::event_based_actor* self) -> caf::behavior {
      return {[=](const caf::actor& whom, int count) {
                for (int i = 0; i != count; ++i) self->send(whom, i);
              },
              [=](caf::close_atom) { self->quit(); }};
    });
    const auto port = server.middleman().publish(local, 0, "127.0.0.1");
    lines said;
    {
      caf::scoped_actor self{client};
      const auto remote = client.middleman().remote_actor("127.0.0.1", *port);
      if (!remote) return lines{test::text_of(client, remote.error())};
      const caf::actor listening =
          self->spawn([sink = caf::actor{self}](caf::event_based_actor* each) -> caf::behavior {
            return {[=, next = 0, sum = 0](int x) mutable {
              if (x != next++) sum -= 1'000'000;
              sum += x;
              if (next != 1000) return;
              each->send(sink, std::to_string(sum));
              each->quit();
            }};
          });
      self->send(*remote, listening, 1000);
      said = test::receive_lines(self, 1);
      self->wait_for(listening);
      self->send(*remote, caf::close_atom_v);
    }
    caf::scoped_actor { server } -> wait_for(local);
    return said;
  });
  EXPECT_EQ(found, lines{"499500"});
}

TEST_P(caf_io, a_port_where_nobody_listens) {
  const lines found = run(
      [](caf::actor_system& system) {
        const caf::actor local = system.spawn(calculating);
        const auto port = system.middleman().publish(local, 0, "127.0.0.1");
        const auto closed = system.middleman().unpublish(local, *port);
        const auto none = system.middleman().remote_actor("127.0.0.1", *port);
        caf::anon_send(local, caf::close_atom_v);
        return lines{closed ? "closed" : test::text_of(system, closed.error()),
                     none ? "connected" : test::text_of(system, none.error()).substr(0, 22)};
      },
      with_middleman);
  EXPECT_EQ(found, (lines{"closed", "cannot_connect_to_node"}));
}

/// Sends back each line of five bytes that comes in.
caf::behavior echo_connection(caf::io::broker* self, caf::io::connection_handle with) {
  self->configure_read(with, caf::io::receive_policy::exactly(5));
  return {[=](const caf::io::new_data_msg& got) {
            self->write(got.handle, got.buf.size(), got.buf.data());
            self->flush(got.handle);
          },
          [=](const caf::io::connection_closed_msg&) { self->quit(); }};
}

caf::behavior echo_server(caf::io::broker* self) {
  return {[=](const caf::io::new_connection_msg& each) {
            self->fork(echo_connection, each.handle);
            self->quit();
          },
          [=](caf::connect_atom) -> caf::expected<std::uint16_t> {
            auto door = self->add_tcp_doorman(0, "127.0.0.1");
            if (!door) return door.error();
            return door->second;
          }};
}

caf::behavior echo_client(caf::io::broker* self, caf::io::connection_handle with, const caf::actor& sink) {
  self->configure_read(with, caf::io::receive_policy::exactly(5));
  const auto say = [=](const std::string& line) {
    self->write(with, line.size(), line.data());
    self->flush(with);
  };
  say("round");
  return {[=, left = 3](const caf::io::new_data_msg& got) mutable {
    const std::string line{got.buf.begin(), got.buf.end()};
    self->send(sink, line);
    if (--left == 0)
      self->quit();
    else
      say(std::string{line.rbegin(), line.rend()});
  }};
}

TEST_P(caf_io, brokers_of_both_ends_of_a_connection) {
  const lines found = run(
      [](caf::actor_system& system) {
        caf::scoped_actor self{system};
        const caf::actor server = system.middleman().spawn_broker(echo_server);
        std::uint16_t port = 0;
        self->request(server, caf::infinite, caf::connect_atom_v)
            .receive([&](std::uint16_t p) { port = p; }, [](caf::error&) {});
        const auto client = system.middleman().spawn_client(echo_client, "127.0.0.1", port, caf::actor{self});
        if (!client) return lines{test::text_of(system, client.error())};
        return test::receive_lines(self, 3);
      },
      with_middleman);
  EXPECT_EQ(found, (lines{"round", "dnuor", "round"}));
}

}  // namespace
