// Santa Claus sleeps until he is woken, by his nine reindeer, all back from their holidays, or by three of his ten
// elves who want his advice. Where both wait the reindeer come first.   santa [YEARS]
// Source: J. A. Trono, "A New Exercise in Concurrency" (1994).
#include <actors/actors.hpp>
#include <actors/select.hpp>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

using namespace actors;
using namespace std::chrono_literals;

enum class kind { reindeer, elf };

// One at Santa's door. He lets him in with the number of the round, and out by closing that channel.
struct visitor {
  int name;
  sender<int> let_in;
};
using group = std::vector<visitor>;

struct entry {
  int round;
  kind who;
  int name;
};

// Away, to the door, in, out: writes down in which round it was.
task<> live(kind who, int name, std::chrono::microseconds away, sender<visitor> door, sender<entry> diary) {
  for (;;) {
    co_await sleep(away);
    auto [let_in, inside] = channel<int>();
    visitor me{name, std::move(let_in)};
    co_await door.send(std::move(me));
    while (auto round = co_await inside.receive()) {
      entry line{*round, who, name};
      co_await diary.send(line);
    }
  }
}

// [santa]
// Lets as many come together as make a group, and sends them to Santa all at once.
task<> gather_at_door(std::size_t size, receiver<visitor> door, sender<group> to_santa) {
  group waiting;
  while (auto next = co_await door.receive()) {
    waiting.push_back(std::move(*next));
    if (waiting.size() == size) co_await to_santa.send(std::exchange(waiting, {}));
  }
}

struct book {
  int deliveries = 0, consultations = 0;
  int both_waited = 0;  // the reindeer and three elves
  int wrong_turns = 0;  // the elves came in though the reindeer waited
};

task<> sleep_and_work(int years, receiver<group> reindeer, receiver<group> elves, book& done) {
  const auto work = [&](std::optional<group> inside, std::chrono::microseconds takes) -> task<> {
    for (visitor& each : inside.value()) co_await each.let_in.send(done.deliveries + done.consultations);
    co_await sleep(takes);
  };
  while (done.deliveries != years) {
    const bool ready = reindeer.size() != 0, both = ready && elves.size() != 0;
    done.both_waited += both ? 1 : 0;
    co_await select(biased,
                    on_receive(reindeer,
                               [&](std::optional<group> nine) {
                                 ++done.deliveries;
                                 return work(std::move(nine), 1ms);
                               }),
                    on_receive(elves, [&](std::optional<group> three) {
                      ++done.consultations;
                      done.wrong_turns += ready ? 1 : 0;
                      return work(std::move(three), 2ms);
                    }));
  }
}
// [/santa]

// Whether each round was one of nine reindeer, or of three elves, and all of them different.
bool unmixed(const std::vector<entry>& diary, int rounds) {
  std::vector<std::set<int>> names[2] = {std::vector<std::set<int>>(static_cast<std::size_t>(rounds) + 1),
                                         std::vector<std::set<int>>(static_cast<std::size_t>(rounds) + 1)};
  for (const entry& line : diary) {
    if (!names[line.who == kind::elf ? 1 : 0].at(static_cast<std::size_t>(line.round)).insert(line.name).second)
      return false;
  }
  for (std::size_t round = 1; round <= static_cast<std::size_t>(rounds); ++round) {
    const std::size_t deer = names[0][round].size(), elves = names[1][round].size();
    if (!(deer == 9 && elves == 0) && !(deer == 0 && elves == 3)) return false;
  }
  return true;
}

task<book> christmas(int years) {
  book done;
  std::vector<entry> diary;
  auto [write, read] = channel<entry>(unbounded);
  co_await with_group([&](task_group& all) -> task<> {
    auto [stable, at_stable] = channel<visitor>();
    auto [workshop, at_workshop] = channel<visitor>();
    auto [harnessed, reindeer] = channel<group>(1);
    auto [asking, elves] = channel<group>(1);
    all.spawn(gather_at_door(9, std::move(at_stable), std::move(harnessed)));
    all.spawn(gather_at_door(3, std::move(at_workshop), std::move(asking)));
    const auto diary_of = [&] { return write; };
    co_return;
  });
  co_return done;
}

int main() {}
