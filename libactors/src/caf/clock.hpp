// clock: CAF's delayed messages and timeouts on the timers of a runtime.
#pragma once

#include <actors/detail/scheduler.hpp>
#include <actors/detail/spin_lock.hpp>
#include <actors/detail/timer.hpp>
#include <actors/executor.hpp>

#include <caf/actor_clock.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/atom.hpp>
#include <caf/group.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/message.hpp>
#include <caf/message_id.hpp>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <unordered_map>
#include <variant>

namespace actors::inline v1::detail {

/// All functions: any thread. What is due is sent in the order of its time, at equal times in the order of its setting,
/// by one worker at a time, never early.
///
/// One timer of the runtime is set to the soonest entry. When it fires, under the lock of its queue, it posts
/// `dispatch_`, which sends what is due and sets the timer again. `lock_` guards everything else and may be held while
/// the timer is started or stopped. No entry is destroyed under it: an entry can hold the last reference of an actor,
/// whose end cancels its timeouts here.
class caf_clock final : public ::caf::actor_clock {
 public:
  explicit caf_clock(scheduler& on);
  ~caf_clock() override;
  caf_clock(const caf_clock&) = delete;
  caf_clock& operator=(const caf_clock&) = delete;

  /// The time of the runtime, virtual or not.
  time_point now() const noexcept override { return on_.now(); }

  void set_ordinary_timeout(time_point t, ::caf::abstract_actor* self, ::caf::atom_value type,
                            std::uint64_t id) override;
  void set_multi_timeout(time_point t, ::caf::abstract_actor* self, ::caf::atom_value type, std::uint64_t id) override;
  void set_request_timeout(time_point t, ::caf::abstract_actor* self, ::caf::message_id id) override;
  void cancel_ordinary_timeout(::caf::abstract_actor* self, ::caf::atom_value type) override;
  void cancel_request_timeout(::caf::abstract_actor* self, ::caf::message_id id) override;
  void cancel_timeouts(::caf::abstract_actor* self) override;
  void schedule_message(time_point t, ::caf::strong_actor_ptr receiver, ::caf::mailbox_element_ptr content) override;
  void schedule_message(time_point t, ::caf::group target, ::caf::strong_actor_ptr sender,
                        ::caf::message content) override;
  void cancel_all() override;

  /// Drops what is pending and what is set from now on, and blocks while something is being sent. Not on a worker.
  void close() noexcept;

 private:
  /// What a timeout can be found by. An actor has one ordinary timeout of each type; the others are told apart by id.
  struct timeout_key {
    enum class kind : std::uint8_t { ordinary, multi, request };
    ::caf::actor_id actor = 0;
    kind of = kind::ordinary;
    std::uint64_t type = 0;
    std::uint64_t id = 0;
    friend bool operator==(const timeout_key&, const timeout_key&) = default;
  };
  struct timeout {
    ::caf::strong_actor_ptr self;
    ::caf::atom_value type;
    std::uint64_t id;
  };
  struct request_timeout {
    ::caf::strong_actor_ptr self;
    ::caf::message_id id;
  };
  struct actor_message {
    ::caf::strong_actor_ptr receiver;
    ::caf::mailbox_element_ptr content;
  };
  struct group_message {
    ::caf::group target;
    ::caf::strong_actor_ptr sender;
    ::caf::message content;
  };
  struct entry;
  using schedule = std::multimap<time_point, entry>;
  struct entry {
    std::variant<timeout, request_timeout, actor_message, group_message> what;
    timeout_key key{};  ///< without an actor: a message, for which nobody looks
    schedule::iterator place{};
    entry* next = nullptr;  ///< in a chain of the actor's
    entry* prev = nullptr;
  };
  /// What an actor has here, the newest first. Of requests there may be many, as CAF takes none back that was answered.
  struct owner {
    entry* timeouts = nullptr;
    entry* requests = nullptr;
  };

  struct alarm final : callback_timer {
    caf_clock* clock = nullptr;
    bool fired = false;  ///< written under the lock of the timer's queue, read after `stop` or in the dispatch
  };
  struct dispatch_call final : runnable {
    caf_clock* clock = nullptr;
  };
  /// idle: nothing is set. armed: the timer is; it may have fired, and then the dispatch is on its way.
  /// dispatching: posted or running; it will look at the schedule once more.
  enum class stage : std::uint8_t { idle, armed, dispatching };

  static void on_alarm(callback_timer& self) noexcept;
  static void on_dispatch(runnable& self) noexcept;

  void add_timeout(time_point t, const timeout_key& key, entry what);
  void add_message(time_point t, entry what);
  template <class Wanted>
  void cancel(::caf::actor_id actor, const Wanted& wanted) noexcept;
  schedule::iterator insert(schedule& made);
  void link(entry& one);
  void unlink(entry& one) noexcept;
  static entry*& chain_of(owner& of, const entry& one) noexcept {
    return one.key.of == timeout_key::kind::request ? of.requests : of.timeouts;
  }
  void take_out(schedule::iterator what, schedule& into) noexcept;
  void forget_all(schedule& removed) noexcept;
  void wake_for(schedule::iterator added) noexcept;
  void wait_for_soonest() noexcept;
  void dispatch() noexcept;
  void send(entry& due) noexcept;

  static constexpr std::size_t most_at_once = 64;  ///< entries sent before others get a turn

  scheduler& on_;
  std::atomic<std::size_t> timeouts_{0};  ///< in chains, relaxed: an actor that ends looks for its own entries
  /// Held for some hundred nanoseconds: who finds it taken waits for it awake.
  spin_lock lock_;
  std::condition_variable_any idle_;
  schedule schedule_;
  std::unordered_map<::caf::actor_id, owner> owners_;  ///< of those that have entries
  stage stage_ = stage::idle;
  bool closed_ = false;
  alarm alarm_;
  dispatch_call dispatch_;
};

}  // namespace actors::inline v1::detail
