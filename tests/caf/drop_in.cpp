// A CAF program with our main function: two pings over the middleman to an actor of its own.
#include <actors/caf/main.hpp>

#include <caf/all.hpp>
#include <caf/io/all.hpp>
#include <pthread.h>

#include <cstdio>
#include <string>

namespace {

caf::behavior echo(caf::event_based_actor* self) {
  return {[](int x) {
            char name[32] = {};
            pthread_getname_np(pthread_self(), name, sizeof name);
            return std::to_string(x) + " on " + std::string{name}.substr(0, 7);
          },
          [=](caf::close_atom) { self->quit(); }};
}

void caf_main(caf::actor_system& system) {
  caf::scoped_actor self{system};
  const caf::actor local = self->spawn(echo);
  if (!system.middleman().publish(local, 0, "127.0.0.1")) return;
  for (int i = 1; i <= 2; ++i)
    self->request(local, caf::infinite, i)
        .receive([](const std::string& answer) { std::printf("%s\n", answer.c_str()); }, [](caf::error&) {});
  self->send(local, caf::close_atom_v);
}

}  // namespace

ACTORS_CAF_MAIN(caf::io::middleman)
