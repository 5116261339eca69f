// wait_list: the list of a source's waiters, and what is noted of each of them.
#pragma once

#include <actors/detail/wait_lock.hpp>
#include <actors/waiter.hpp>

#include <cstddef>
#include <cstdint>
#include <new>

namespace actors::inline v1 {

namespace detail {
struct channel_offsets;
struct open_receive;
}  // namespace detail

/// How a listed wait ended, written by the claimant before it posts; `none` on resumption means: cancelled.
enum class wait_outcome : std::uint8_t { none, delivered, closed };

/// An entry of a source's list of waiters. Lives in the awaiter, in the frame of the waiting coroutine; everything but
/// `who`, `slot`, `open` and `by_word` is guarded by the source's lock (the outcome until the waiter is posted).
struct wait_node {
  wait_node* prev = nullptr;
  wait_node* next = nullptr;
  waiter* who = nullptr;
  void* slot = nullptr;                  ///< the value to send, or where to put the received one
  detail::open_receive* open = nullptr;  ///< of a receive that is not over when it has its value
  std::uint32_t came = 0;                ///< for sources with several lists: in which order
  wait_outcome outcome = wait_outcome::none;
  bool listed = false;
  bool by_word = false;  ///< the wait is not under the lock: it is at several sources, or no cancellation ends it

  /// Decides the wait. `guard`, the lock of the list, is held.
  bool claim(detail::wait_lock& guard) noexcept { return by_word ? who->claim() : who->claim_at_lock(guard); }
  /// Whether that would succeed: nobody came before.
  bool live(const detail::wait_lock& guard) const noexcept {
    return by_word ? who->waits_by_word() : who->waits_at_lock(guard);
  }
};

/// Room for a wait_node, which is begun only where a wait begins: most operations need not wait, and what a node costs
/// is much of what they cost.
class node_place {
 public:
  node_place() noexcept {}
  node_place(const node_place&) = delete;
  node_place& operator=(const node_place&) = delete;

  wait_node& begin(waiter& who) noexcept {
    ::new (static_cast<void*>(&node_)) wait_node;
    node_.who = &who;
    return node_;
  }
  /// One that was begun.
  wait_node& node() noexcept { return node_; }

 private:
  union {
    wait_node node_;
  };
};

/// A first-in, first-out list of waiting parties; every operation is O(1). Not synchronised.
class wait_list {
 public:
  bool empty() const noexcept { return head_ == nullptr; }

  void push_back(wait_node& node) noexcept {
    node.prev = tail_;
    node.next = nullptr;
    node.listed = true;
    (tail_ != nullptr ? tail_->next : head_) = &node;
    tail_ = &node;
  }

  wait_node* front() const noexcept { return head_; }
  /// For reports: calls `look` for the first of them.
  void visit(void (*look)(const wait_node& node, void* context), void* context) const {
    constexpr std::size_t most = 1024;
    std::size_t many = 0;
    for (const wait_node* each = head_; each != nullptr && many != most; each = each->next, ++many)
      look(*each, context);
  }
  /// For reports: takes time in their number.
  std::size_t count() const noexcept {
    std::size_t many = 0;
    for (const wait_node* each = head_; each != nullptr; each = each->next) ++many;
    return many;
  }

  void remove(wait_node& node) noexcept {
    (node.prev != nullptr ? node.prev->next : head_) = node.next;
    (node.next != nullptr ? node.next->prev : tail_) = node.prev;
    node.listed = false;
  }

  /// Removes waiters from the front until one can be claimed; null where none can. `guard` is the lock that they wait
  /// under, and held.
  wait_node* claim_front(detail::wait_lock& guard) noexcept {
    while (wait_node* node = head_) {
      remove(*node);
      if (node->claim(guard)) return node;
    }
    return nullptr;
  }

  /// Removes waiters from the front that somebody else has decided, and gives the first that is left.
  wait_node* live_front(const detail::wait_lock& guard) noexcept {
    while (head_ != nullptr && !head_->live(guard)) remove(*head_);
    return head_;
  }

 private:
  friend struct detail::channel_offsets;
  wait_node* head_ = nullptr;
  wait_node* tail_ = nullptr;
};

/// Claimed waiters that are posted together once the source's lock is released. Uses `wait_node::next`.
class wake_batch {
 public:
  void add(wait_node& node) noexcept {
    node.next = nullptr;
    *last_ = &node;
    last_ = &node.next;
  }

  /// Posts every waiter in the order of `add`. Their frames may be gone when this returns.
  void wake_all() noexcept {
    for (wait_node* node = first_; node != nullptr;) {
      wait_node* after = node->next;
      node->who->wake();
      node = after;
    }
    first_ = nullptr;
    last_ = &first_;
  }

 private:
  wait_node* first_ = nullptr;
  wait_node** last_ = &first_;
};

}  // namespace actors::inline v1
