// Santa Claus sleeps until his nine reindeer, all back from their holidays, wake him, or three of his ten elves, who
// want his advice. Where both wait the reindeer come first.   santa [YEARS]
// Source: J. A. Trono, "A New Exercise in Concurrency" (1994).
#include <actors/actors.hpp>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <set>
#include <utility>
#include <vector>

using namespace actors;
using namespace std::chrono_literals;

enum class kind { reindeer, elf };

struct worker {
  kind what;
  int name;
};

// One who waits at a door, until he is let in.
struct visitor {
  worker who;
  sender<bool> let_in;
};
using group = std::vector<visitor>;

task<> live(worker me, std::chrono::microseconds away, sender<visitor> door, sender<worker> at_work) {
  for (;;) {
    co_await sleep(away);
    auto [let_in, inside] = channel<bool>();
    visitor at_door{me, std::move(let_in)};
    co_await door.send(std::move(at_door));
    co_await inside.receive();
    co_await at_work.send(me);
  }
}

// As many as make a group go to Santa together.
task<> assemble(std::size_t size, receiver<visitor> door, sender<group> to_santa) {
  group waiting;
  while (auto next = co_await door.receive()) {
    waiting.push_back(std::move(*next));
    if (waiting.size() != size) continue;
    co_await to_santa.send(std::move(waiting));
    waiting = {};
  }
}

struct book {
  int deliveries = 0, consultations = 0;
  int both_waited = 0;
  int mixed = 0;        // groups of others than nine reindeer, or three elves
  int out_of_turn = 0;  // elves who came before reindeer that waited
};

// Lets the group in, and waits until each has done his work. Nobody else may be at work meanwhile.
task<> work_with(group inside, kind what, std::size_t size, const receiver<worker>& at_work, book& done) {
  for (const visitor& each : inside) co_await each.let_in.send(true);
  std::set<int> names;
  bool pure = true;
  for (std::size_t i = 0; i != inside.size(); ++i) {
    auto who = co_await at_work.receive();
    names.insert(who->name);
    pure = pure && who->what == what;
  }
  if (!pure || names.size() != size) ++done.mixed;
  co_await sleep(what == kind::reindeer ? 1ms : 2ms);
}

// [santa]
task<> sleep_and_work(int years, receiver<group> nine, receiver<group> three, receiver<worker> at_work, book& done) {
  bool nine_wait = false;
  const auto deliver = [&](std::optional<group> reindeer) {
    ++done.deliveries;
    return work_with(std::move(reindeer.value()), kind::reindeer, 9, at_work, done);
  };
  const auto consult = [&](std::optional<group> elves) {
    ++done.consultations;
    done.out_of_turn += nine_wait ? 1 : 0;
    return work_with(std::move(elves.value()), kind::elf, 3, at_work, done);
  };
  while (done.deliveries != years) {
    nine_wait = nine.size() != 0;
    done.both_waited += nine_wait && three.size() != 0 ? 1 : 0;
    co_await select(biased, on_receive(nine, deliver), on_receive(three, consult));
  }
}
// [/santa]

task<book> christmases(int years) {
  book done;
  co_await with_group([&](task_group& all) -> task<> {
    auto [stable, reindeer] = channel<visitor>();
    auto [workshop, elves] = channel<visitor>();
    auto [harnessed, nine] = channel<group>(1);  // a place each, so that Santa can see who waits
    auto [troubled, three] = channel<group>(1);
    auto [begin_work, at_work] = channel<worker>();
    all.spawn(assemble(9, std::move(reindeer), std::move(harnessed)));
    all.spawn(assemble(3, std::move(elves), std::move(troubled)));
    for (int i = 0; i != 9; ++i) all.spawn(live({kind::reindeer, i}, 9ms + i * 100us, stable, begin_work));
    for (int i = 0; i != 10; ++i) all.spawn(live({kind::elf, i}, 1ms + i * 100us, workshop, begin_work));
    co_await sleep_and_work(years, std::move(nine), std::move(three), std::move(at_work), done);
    all.cancel();
  });
  co_return done;
}

task<> amain(int years) {
  const book done = co_await christmases(years);
  std::printf("%d deliveries, %d consultations\n", done.deliveries, done.consultations);
  std::printf("reindeer and elves waited at once %d times, elves came first %d times\n", done.both_waited,
              done.out_of_turn);
  std::printf("%d groups were mixed\n", done.mixed);
}

int main(int argc, char** argv) {
  char* end = nullptr;
  const long years = argc > 1 ? std::strtol(argv[1], &end, 10) : 10;
  if (argc > 2 || years < 1 || years > 10'000 || (end != nullptr && *end != '\0')) {
    std::fprintf(stderr, "santa [YEARS]: YEARS is from 1 to 10000; found '%s'\n", argv[argc - 1]);
    return 2;
  }
  run(amain(static_cast<int>(years)));
}
