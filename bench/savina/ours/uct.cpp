// Unbalanced cobwebbed tree: every node asks the root whether it may have ten children, which is drawn, until there are
// n nodes. Then the tree is traversed from above, and ended.
#include "../problems.hpp"
#include "team.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <utility>

namespace bench::savina::ours {

namespace {

using actors::actor;
using actors::in;
using actors::sender;
using actors::task;

// To a node, or to the root.
struct message {
  enum class kind : std::uint8_t { start, may_i, children, granted, traverse, stop } what;
  int number = 0;  // may_i: the height; granted: which child
  tree_growth::grant grant{};
  sender<message> from{};  // start: the node's own; may_i: who asks
};

struct node final : actor {
  in<message> messages{*this, "messages"};

  // What all of them share.
  struct tree {
    actors::team* team;
    sender<message> root;
    std::atomic<std::int64_t> traversed{0};
  };

  node(tree* of, sender<message> its_parent, int its_height, std::int64_t its_id, int, bool)
      : whole{of}, parent{std::move(its_parent)}, height{its_height}, id{its_id} {}
  task<> run() override {
    std::array<sender<message>, uct_children> children;
    std::array<bool, uct_children> granted{};
    sender<message> self;
    while (auto each = co_await messages.receive()) {
      switch (each->what) {
        case message::kind::start: {
          self = each->from;
          message ask{.what = message::kind::may_i, .number = height, .from = std::move(each->from)};
          static_cast<void>(whole->root.try_send(std::move(ask)));  // gone where the tree is full
          break;
        }
        case message::kind::children: {
          message told{.what = message::kind::granted, .number = static_cast<int>(id % uct_children)};
          static_cast<void>(parent.try_send(std::move(told)));
          make_children(*whole, self, height + 1, each->grant, children);
          break;
        }
        case message::kind::granted:
          granted[static_cast<std::size_t>(each->number)] = true;
          break;
        case message::kind::traverse:
          whole->traversed.fetch_add(1, std::memory_order_relaxed);
          tell(children, message::kind::traverse);
          break;
        default:
          tell(children, message::kind::stop);
          co_return;
      }
    }
  }

  static void tell(const std::array<sender<message>, uct_children>& children, message::kind what) {
    if (!children.front()) return;
    for (const sender<message>& each : children) static_cast<void>(each.try_send(message{.what = what}));
  }
  static void make_children(tree& whole, const sender<message>& parent, int height, const tree_growth::grant& given,
                            std::array<sender<message>, uct_children>& children) {
    for (int i = 0; i != uct_children; ++i) {
      const auto one =
          whole.team->spawn<node>(&whole, parent, height, given.first_id + i, given.computing, i == given.urgent);
      children[static_cast<std::size_t>(i)] = one.sender(&node::messages, actors::unbounded);
      whole.team->start(one);
    }
    for (const sender<message>& each : children)
      static_cast<void>(each.try_send(message{.what = message::kind::start, .from = each}));
  }

  tree* whole;
  sender<message> parent;
  int height;
  std::int64_t id;
};

struct root final : actor {
  in<message> messages{*this, "messages"};

  root(node::tree* of, std::int64_t most, std::int64_t* result) : whole{of}, n{most}, size{result} {}
  task<> run() override {
    tree_growth growth{n};
    int height = 2;
    std::array<sender<message>, uct_children> children;
    std::array<bool, uct_children> granted{};
    node::make_children(*whole, whole->root, height, growth.begin(), children);
    while (auto each = co_await messages.receive()) {
      if (each->what == message::kind::granted) {
        granted[static_cast<std::size_t>(each->number)] = true;
        continue;
      }
      if (growth.is_full()) break;
      const auto grant = growth.ask();
      height = std::max(height, grant.granted ? each->number + 1 : each->number);
      if (!grant.granted) continue;
      message yes{.what = message::kind::children, .grant = grant};
      static_cast<void>(each->from.try_send(std::move(yes)));
    }
    node::tell(children, message::kind::traverse);
    node::tell(children, message::kind::stop);
    *size = growth.size();
  }

  node::tree* whole;
  std::int64_t n;
  std::int64_t* size;
};

}  // namespace

outcome uct(const settings& s) {
  std::int64_t size = 0;
  node::tree whole;
  const auto elapsed = run_team(s, [&](actors::team& team) {
    whole.team = &team;
    whole.root = team.spawn<root>(&whole, s.n, &size).sender(&root::messages, actors::unbounded);
  });
  expect("nodes traversed", whole.traversed, size - 1);
  return {s.n, elapsed, size};
}

}  // namespace bench::savina::ours
