// A barber who sleeps while nobody is there, and a waiting room with a few chairs. Who finds all of them taken leaves.
//   barber [CHAIRS]
// Source: E. W. Dijkstra, "Cooperating Sequential Processes" (1965).
#include <actors/actors.hpp>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

using namespace actors;
using namespace std::chrono_literals;

enum class visit { shorn, turned_away };

// [barber]
struct customer {
  event done;
};

// The waiting room is a channel: its capacity is the number of chairs, and an empty one is what he sleeps in front of.
task<int> cut_hair(receiver<customer*> waiting_room) {
  int haircuts = 0;
  while (auto next = co_await waiting_room.receive()) {
    co_await sleep(2370us);
    ++haircuts;
    (*next)->done.set();
  }
  co_return haircuts;
}

task<visit> go_to_barber(sender<customer*> waiting_room) {
  customer me;
  if (waiting_room.try_send(&me) != channel_status::ok) co_return visit::turned_away;
  co_await me.done.wait();
  co_return visit::shorn;
}
// [/barber]

struct day {
  int came = 0, shorn = 0, turned_away = 0, haircuts = 0;
};

task<day> one_day(std::size_t chairs) {
  day today;
  auto [door, waiting_room] = channel<customer*>(chairs);
  auto barber = spawn(cut_hair(std::move(waiting_room)));
  std::vector<join_handle<visit>> visits;
  for (; today.came != 60; ++today.came) {
    visits.push_back(spawn(go_to_barber(door)));
    co_await sleep(1ms);
  }
  door = {};  // the last customer who leaves closes the shop
  for (auto& each : visits) {
    const visit end = co_await each;
    ++(end == visit::shorn ? today.shorn : today.turned_away);
  }
  today.haircuts = co_await barber;
  co_return today;
}

task<> amain(std::size_t chairs) {
  const day today = co_await one_day(chairs);
  std::printf("%d came: %d were shorn, %d found no chair; %d haircuts\n", today.came, today.shorn, today.turned_away,
              today.haircuts);
}

int main(int argc, char** argv) {
  char* end = nullptr;
  const long chairs = argc > 1 ? std::strtol(argv[1], &end, 10) : 3;
  if (argc > 2 || chairs < 1 || chairs > 1000 || (end != nullptr && *end != '\0')) {
    std::fprintf(stderr, "barber [CHAIRS]: CHAIRS in the waiting room, from 1 to 1000; found '%s'\n", argv[argc - 1]);
    return 2;
  }
  run(amain(static_cast<std::size_t>(chairs)));
}
