// Five philosophers, five forks, and a butler who lets no more than four of them sit down: so one of them can always
// eat. Who waits for the butler, or for a fork, has it in order of arrival: nobody starves.   philosophers [MEALS]
// Source: E. W. Dijkstra, "Hierarchical Ordering of Sequential Processes" (1971); the butler is the footman of
// C. A. R. Hoare, "Communicating Sequential Processes" (1985), who has him from C. S. Scholten.
#include <actors/actors.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>

using namespace actors;
using namespace std::chrono_literals;

constexpr std::size_t seats = 5;

// A fork is a process: after it was taken up it waits to be put down.
struct fork_handle {
  sender<std::size_t> take, put;
};

task<> lie_on_table(receiver<std::size_t> taken, receiver<std::size_t> put) {
  while (auto who = co_await taken.receive()) co_await put.receive();
}

task<> philosophize(std::size_t me, sender<std::size_t> sit_down, sender<std::size_t> get_up, fork_handle left,
                    fork_handle right) {
  for (;;) {
    co_await sit_down.send(me);
    co_await left.take.send(me);
    co_await right.take.send(me);
    co_await sleep(1ms);  // eats
    co_await left.put.send(me);
    co_await right.put.send(me);
    co_await get_up.send(me);
  }
}

struct dinner {
  std::array<int, seats> meals{};
  int most_seated = 0;
};

// [butler]
task<> wait_at_table(receiver<std::size_t> sit_down, receiver<std::size_t> get_up, int meals, dinner& book) {
  int seated = 0;
  const auto seat = [&](std::optional<std::size_t>) { book.most_seated = std::max(book.most_seated, ++seated); };
  const auto say_goodbye = [&](std::optional<std::size_t> who) {
    --seated;
    --meals;
    ++book.meals.at(who.value());
  };
  while (meals != 0) co_await select(when(seated < 4, on_receive(sit_down, seat)), on_receive(get_up, say_goodbye));
}
// [/butler]

task<dinner> dine(int meals) {
  dinner book;
  co_await with_group([&](task_group& all) -> task<> {
    auto [sit_down, sitting] = channel<std::size_t>();
    auto [get_up, leaving] = channel<std::size_t>();
    std::array<fork_handle, seats> forks;
    for (fork_handle& each : forks) {
      auto [take, taken] = channel<std::size_t>();
      auto [put, put_down] = channel<std::size_t>();
      all.spawn(lie_on_table(std::move(taken), std::move(put_down)));
      each = {std::move(take), std::move(put)};
    }
    for (std::size_t i = 0; i != seats; ++i)
      all.spawn(philosophize(i, sit_down, get_up, forks[i], forks[(i + 1) % seats]));
    co_await wait_at_table(std::move(sitting), std::move(leaving), meals, book);
  });  // the butler is gone: each philosopher puts down what he has, and ends; then nobody can take a fork
  co_return book;
}

task<> amain(int meals) {
  const dinner book = co_await dine(meals);
  for (std::size_t i = 0; i != seats; ++i) std::printf("philosopher %zu ate %d times\n", i, book.meals[i]);
  std::printf("at most %d sat at the table\n", book.most_seated);
}

int main(int argc, char** argv) {
  char* end = nullptr;
  const long meals = argc > 1 ? std::strtol(argv[1], &end, 10) : 500;
  if (argc > 2 || meals < 1 || meals > 1'000'000 || (end != nullptr && *end != '\0')) {
    std::fprintf(stderr, "philosophers [MEALS]: MEALS of all, from 1 to 1000000; found '%s'\n", argv[argc - 1]);
    return 2;
  }
  run(amain(static_cast<int>(meals)));
}
