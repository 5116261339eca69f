#include <actors/detail/channel_entry.hpp>
#include <actors/detail/thread_number.hpp>

#include "channel_roots.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <thread>

namespace actors::inline v1::detail {

namespace {

std::unique_ptr<char[]> copy_of(std::string_view text) {
  if (text.empty()) return nullptr;
  auto copy = std::make_unique<char[]>(text.size() + 1);
  copy[text.copy(copy.get(), text.size())] = '\0';
  return copy;
}

/// As spin_lock, but no point where a simulation switches: the register is the process's, and a simulation that is left
/// in the middle must not leave it locked.
class register_lock {
 public:
  void lock() noexcept {
    while (locked_.exchange(true, std::memory_order_acquire)) std::this_thread::yield();
  }
  void unlock() noexcept { locked_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> locked_{false};
};

}  // namespace

/// Lists of channels, in shards, so that threads which make channels are seldom in each other's way. A walk lets go of
/// the lock every few channels; a mark in the list, which is no channel, says where it goes on.
class channel_register {
 public:
  static constexpr std::size_t shards = 16;
  static constexpr unsigned at_once = 32;

  static void add(channel_entry& channel) noexcept {
    channel.shard_ = thread_number() % shards;
    shard& home = all_[channel.shard_];
    const std::lock_guard guard{home.lock};
    insert_behind(home.head, channel);
    channel.listed_ = true;
  }
  static void remove(channel_entry& channel) noexcept {
    const std::lock_guard guard{all_[channel.shard_].lock};
    unlink(channel);
    channel.listed_ = false;
  }
  static void for_each(void (*visit)(const channel_entry&, void*), void* context) {
    for (shard& each : all_) walk(each, visit, context);
  }
  static constexpr channel_roots roots() noexcept;

 private:
  struct mark : register_link {};
  struct alignas(64) shard {
    register_lock lock;
    register_link head{};  ///< in front of the newest
    unsigned marks = 0;
    std::array<const register_link*, 4> where{};  ///< the marks, which are no channels
  };

  static void insert_behind(register_link& before, register_link& fresh) noexcept {
    fresh.before_link = &before;
    fresh.behind_link = before.behind_link;
    if (before.behind_link != nullptr) before.behind_link->before_link = &fresh;
    before.behind_link = &fresh;
  }
  static void unlink(register_link& link) noexcept {
    link.before_link->behind_link = link.behind_link;
    if (link.behind_link != nullptr) link.behind_link->before_link = link.before_link;
  }

  static bool is_mark(const shard& of, const register_link& link) noexcept {
    for (const register_link* each : of.where)
      if (each == &link) return true;
    return false;
  }

  /// Takes a mark away, with the lock.
  struct leaving {
    leaving(shard& its, mark& which, std::size_t slot) noexcept : of{its}, here{which}, place{slot} {}
    leaving(const leaving&) = delete;
    leaving& operator=(const leaving&) = delete;
    ~leaving() {
      unlink(here);
      of.where[place] = nullptr;
      --of.marks;
    }
    shard& of;
    mark& here;
    const std::size_t place;
  };

  static void walk(shard& of, void (*visit)(const channel_entry&, void*), void* context) {
    mark here;
    std::unique_lock guard{of.lock};
    std::size_t slot = 0;
    // More walks at a time than there are slots wait for each other.
    while (of.marks == of.where.size()) {
      guard.unlock();
      std::this_thread::yield();
      guard.lock();
    }
    while (of.where[slot] != nullptr) ++slot;
    of.where[slot] = &here;
    ++of.marks;
    insert_behind(of.head, here);
    const leaving at_end{of, here, slot};  // also where a visitor throws
    for (unsigned left = at_once; here.behind_link != nullptr; --left) {
      register_link& next = *here.behind_link;
      unlink(here);
      insert_behind(next, here);
      if (!is_mark(of, next)) visit(static_cast<const channel_entry&>(next), context);
      if (left == 1) {
        left = at_once + 1;
        guard.unlock();
        guard.lock();
      }
    }
  }

  static constinit std::array<shard, shards> all_;
};

constinit std::array<channel_register::shard, channel_register::shards> channel_register::all_{};

constexpr channel_roots channel_register::roots() noexcept {
  return {&all_,
          shards,
          sizeof(shard),
          offsetof(shard, head),
          offsetof(shard, where),
          std::tuple_size_v<decltype(shard::where)>,
          &actors_debugger_channels};
}
[[gnu::used, gnu::retain]] constinit const channel_roots register_roots = channel_register::roots();

const char* text_of(channel_type type) noexcept {
  switch (type) {
    case channel_type::oneshot:
      return "one-shot channel";
    case channel_type::broadcast:
      return "broadcast channel";
    case channel_type::watch:
      return "watch channel";
    case channel_type::channel:
      break;
  }
  return "channel";
}

channel_entry::channel_entry(channel_type type, const channel_birth& born)
    : name_{copy_of(born.name)}, made_at_{born.made_at}, type_{type} {}

void channel_entry::enter_register() noexcept {
  if (type_ != channel_type::oneshot || name_ != nullptr) channel_register::add(*this);
}

void channel_entry::leave_register() noexcept {
  if (listed_) channel_register::remove(*this);
}

void channel_entry::describe_entry(source_report& into) const noexcept {
  into.type = text_of(type_);
  into.address = this;
  into.made_at = made_at_;
  into.set_name(name());
}

void channel_entry::for_each(void (*visit)(const channel_entry& channel, void* context), void* context) {
  channel_register::for_each(visit, context);
}

}  // namespace actors::inline v1::detail
