// Recursive matrix multiplication: two square matrices of side n. A master gives blocks to 20 workers; a worker gives a
// large one back as eight smaller ones, and multiplies one of 128 rows. What counts is an element of the product.
#include "../problems.hpp"
#include "team.hpp"

#include <variant>
#include <vector>

namespace bench::savina::ours {

namespace {

using actors::actor;
using actors::in;
using actors::out;
using actors::sender;
using actors::task;

struct done {};
using news = std::variant<matrix_work, done>;

// Ends with its input.
struct worker final : actor {
  in<matrix_work> blocks{*this, "blocks"};
  out<news> master{*this, "master"};

  explicit worker(matrices* whole) : all{whole} {}
  task<> run() override {
    while (const auto block = co_await blocks.receive()) {
      if (block->is_small())
        all->multiply(*block);
      else
        for (int i = 0; i != 8; ++i) co_await master.send(block->part(i));
      co_await master.send(done{});
    }
  }

  matrices* all;
};

struct master final : actor {
  in<news> all_news{*this, "news"};

  master(matrices* whole, std::vector<sender<matrix_work>>* to) : all{whole}, workers{to} {}
  task<> run() override {
    const matrix_work first = all->whole();
    co_await to(first).send(first);
    for (std::int64_t given = 1; given != 0;) {
      const auto each = co_await all_news.receive();
      if (!each) co_return;
      if (const auto* block = std::get_if<matrix_work>(&*each)) {
        ++given;
        co_await to(*block).send(*block);
      } else {
        --given;
      }
    }
    workers->clear();
  }
  const sender<matrix_work>& to(const matrix_work& block) const {
    return (*workers)[static_cast<std::size_t>(block.worker())];
  }

  matrices* all;
  std::vector<sender<matrix_work>>* workers;
};

}  // namespace

outcome matrix(const settings& s) {
  matrices all{static_cast<int>(s.n)};
  std::vector<sender<matrix_work>> workers;
  const auto elapsed = run_team(s, [&](actors::team& team) {
    auto one = team.spawn<master>(&all, &workers);
    for (int i = 0; i != matrix_workers; ++i) {
      auto each = team.spawn<worker>(&all);
      connect(each.port(&worker::master), one.port(&master::all_news), actors::unbounded);
      workers.push_back(each.sender(&worker::blocks, actors::unbounded));
    }
  });
  all.check();
  return {s.n, elapsed, s.n * s.n};
}

}  // namespace bench::savina::ours
