// Unbalanced cobwebbed tree: every node asks the root whether it may have ten children, which is drawn, until there are
// n nodes. Then the tree is traversed from above, and ended.
#include "../problems.hpp"
#include "system.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <utility>

namespace bench::savina::classic {

namespace {

class tree_node final : public caf_actor {
 public:
  tree_node(caf::actor_config& config, caf::actor parent, caf::actor root, std::atomic<std::int64_t>* traversed,
            int height, std::int64_t id, int computing, bool urgent)
      : caf_actor{config},
        parent_{std::move(parent)},
        root_{std::move(root)},
        traversed_{traversed},
        height_{height},
        id_{id},
        computing_{computing},
        urgent_{urgent} {}
  caf::behavior make_behavior() override {
    return {[this](start_word) { send(root_, enter_word::value, height_); },
            [this](grant_word, std::int64_t first_id, int computing, int urgent) {
              send(parent_, grant_word::value, static_cast<int>(id_ % uct_children));
              for (int i = 0; i != uct_children; ++i)
                children_[static_cast<std::size_t>(i)] = spawn<tree_node, caf::lazy_init>(
                    caf::actor{this}, root_, traversed_, height_ + 1, first_id + i, computing, i == urgent);
              tell_children(start_word::value);
            },
            [this](grant_word, int child) { granted_[static_cast<std::size_t>(child)] = true; },
            [this](next_word) {
              traversed_->fetch_add(1, std::memory_order_relaxed);
              tell_children(next_word::value);
            },
            [this](stop_word) {
              tell_children(stop_word::value);
              quit();
            }};
  }
  void on_exit() override {
    destroy(parent_);
    destroy(root_);
  }

 private:
  template <class Word>
  void tell_children(Word word) {
    if (!children_.front()) return;
    for (const caf::actor& each : children_) send(each, word);
  }

  caf::actor parent_;
  caf::actor root_;
  std::atomic<std::int64_t>* traversed_;
  int height_;
  std::int64_t id_;
  [[maybe_unused]] int computing_;
  [[maybe_unused]] bool urgent_;
  std::array<caf::actor, uct_children> children_;
  std::array<bool, uct_children> granted_{};
};

class root final : public caf_actor {
 public:
  root(caf::actor_config& config, std::int64_t n, std::atomic<std::int64_t>* traversed, std::int64_t* size)
      : caf_actor{config}, growth_{n}, traversed_{traversed}, size_{size} {}
  caf::behavior make_behavior() override {
    const caf::actor self{this};
    const auto given = growth_.begin();
    for (int i = 0; i != uct_children; ++i)
      children_[static_cast<std::size_t>(i)] =
          spawn<tree_node, caf::lazy_init>(self, self, traversed_, 2, given.first_id + i, given.computing, false);
    for (const caf::actor& each : children_) send(each, start_word::value);
    return {[this](enter_word, int height) {
              if (!growth_.is_full()) {
                const auto grant = growth_.ask();
                if (grant.granted) send(asker(), grant_word::value, grant.first_id, grant.computing, grant.urgent);
                height_ = std::max(height_, grant.granted ? height + 1 : height);
                return;
              }
              for (const caf::actor& each : children_) {
                send(each, next_word::value);
                send(each, stop_word::value);
              }
              *size_ = growth_.size();
              quit();
            },
            [this](grant_word, int child) { granted_[static_cast<std::size_t>(child)] = true; }};
  }

 private:
  tree_growth growth_;
  std::atomic<std::int64_t>* traversed_;
  std::int64_t* size_;
  int height_ = 2;
  std::array<caf::actor, uct_children> children_;
  std::array<bool, uct_children> granted_{};
};

}  // namespace

outcome uct(const settings& s) {
  std::atomic<std::int64_t> traversed{0};
  std::int64_t size = 0;
  const auto elapsed = run_actors(s, [&](caf::actor_system& system) { system.spawn<root>(s.n, &traversed, &size); });
  expect("nodes traversed", traversed, size - 1);
  return {s.n, elapsed, size};
}

}  // namespace bench::savina::classic
