// task_state: what is known of a coroutine task apart from its frame and the type of its result.
#pragma once

#include <actors/detail/atomic.hpp>
#include <actors/detail/completion.hpp>
#include <actors/detail/scheduler.hpp>
#include <actors/detail/wait_place.hpp>
#include <actors/errors.hpp>
#include <actors/waiter.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <utility>

namespace actors::inline v1::detail {

class time_limit;
struct error_way;
struct turn_record;

/// One turn of a task on a worker, on the stack of `run_turn`. Coroutines of the task say here what is to be resumed
/// next instead of resuming it themselves: chains of any length run in constant stack, also where the compiler does not
/// turn symmetric transfer into a tail call (g++ 12 below -O2 and under sanitizers; see docs/compilers.md).
struct turn {
  std::coroutine_handle<> next;
  task_state* finished = nullptr;
  std::exception_ptr failure{};      ///< of `finished`
  time_limit* unstarted = nullptr;   ///< limits that began in this turn, the last one first
  std::unique_ptr<error_way> way{};  ///< of the error that last left a coroutine

  // Defined where they are used, in task_state.cpp.
  inline turn() noexcept;
  inline ~turn();
};

/// `unborn`: the coroutine's start has not got as far as a task object that owns the block.
enum class task_status : std::uint8_t { unborn, pending, value, error, cancelled };

/// The head of the block that a task's coroutine frame is allocated in: [ task_state | result | frame ]. The frame is
/// destroyed when the coroutine ends (so that its parameters, say the last sender of a channel, are gone then); the
/// head with the result stays until the last owner releases it.
///
/// A task runs either inside another one that awaits it (as a part of the task that was spawned, its `party`; its
/// `resume_point_` is the coroutine that awaits it) or spawned, as a party of its own.
///
/// Order: `status_` is stored with release after the result and loaded with acquire by whoever reads it. The end of the
/// task closes `completions_`: an entry is told, or its owner sees that the list is closed.
/// `references_` counts owners (decremented with acq_rel). Its upper bits: `retrieved` says that somebody looked at the
/// error that the task ended with (relaxed: it is read by the last owner, after all others have released). The others
/// are for those who find the task by walking through the memory of all frames, where a block can be free, or another
/// task's by now: `listed` says that the task was started and has not ended. It is set with release when all that such
/// a visitor reads has been written. A visitor takes part in the ownership by compare-and-swap (acquire) of a word in
/// which the bit is set, so before the block can be freed. For this the constructor leaves the word alone but for one
/// atomic store.
///
/// Where each byte of a task goes is in docs/decisions/frames-and-timers.md; the static_asserts in task_state.cpp hold
/// it.
class task_state : public waiter {
 public:
  task_state(const task_state&) = delete;
  task_state& operator=(const task_state&) = delete;

  task_status status() const noexcept { return status_.load(std::memory_order_acquire); }
  bool done() const noexcept { return status() > task_status::pending; }
  /// How the task is about to end, for completions.
  task_status outcome() const noexcept { return outcome_; }
  /// Waits until the task counts as done. For those who know that it has ended.
  void settle() const noexcept;

  std::coroutine_handle<> frame() noexcept {
    return std::coroutine_handle<>::from_address(reinterpret_cast<std::byte*>(this) + shape_.frame_units * frame_unit);
  }
  /// A task object owns the block from now on; before, a coroutine that could not be started frees it itself.
  void adopt(await_place body) noexcept {
#if ACTORS_SIMULATION
    body_ = body;
#endif
    note_place(body);
    outcome_ = task_status::pending;
    references().store(1, std::memory_order_relaxed);
  }
#if ACTORS_SIMULATION
  /// The coroutine, for reports.
  const code_place& body() const noexcept { return body_; }
#endif
  bool adopted() const noexcept { return outcome_ != task_status::unborn; }
  /// Destroys the result and frees the block.
  void dispose() noexcept;

  /// Whether the task was spawned or awaited.
  bool started() const noexcept { return nature_.role != role::none; }
  /// The task that was spawned which this one is, or is a part of. Precondition: started.
  task_state& party() noexcept { return nature_.role == role::spawned ? *this : *party_; }

  void retain() noexcept { references().fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept {
    // The only owner needs no read-modify-write: nobody else can add a reference to a task that is not listed.
    if (references().load(std::memory_order_acquire) == 1) {
      references().store(0, std::memory_order_relaxed);
      destroy();
    } else if ((references().fetch_sub(1, std::memory_order_acq_rel) & count_mask) == 1) {
      destroy();
    }
  }

  /// For those who come by chance upon what may be a task: shares the ownership of one that is listed. False otherwise.
  bool retain_listed() noexcept;
  /// Whether it is a task of `where`. For those who retained a listed one.
  bool belongs_to(const scheduler& where) const noexcept;
  /// Asks a listed task to stop, once however often it is called.
  void ask_to_end() noexcept;

  /// Makes the task a party of its own on `where` and queues it. Adds a reference, released when the task ends.
  void start(lane& where) noexcept { start(where, 0); }
  /// The same for one that the end of its runtime waits for and does not cancel.
  void start_cleanup(lane& where) noexcept { start(where, asked); }
  /// As `start`, for a task that others know already and may retain meanwhile.
  void start_shared(lane& where) noexcept;
  /// As `start`, but where a task of that lane runs on the calling thread the new one runs inside its turn at once, up
  /// to its first suspension. The caller has a reference.
  void start_eagerly(lane& where) noexcept;

  /// Of one that was spawned, or will be.
  completion_list& completions() noexcept { return completions_; }
  /// Whether it has task-local values. Both for the task itself, and who starts it.
  bool has_locals() const noexcept { return nature_.has_locals; }
  void note_locals() noexcept { nature_.has_locals = true; }

  // In debug mode, until it is started: the lambda whose coroutine it is, if that has captures. (What the coroutine is
  // to be resumed at is not known yet.)
  void note_closure(const void* closure) noexcept {
    resume_point_ = std::coroutine_handle<>::from_address(const_cast<void*>(closure));
  }
  const void* take_closure() noexcept { return std::exchange(resume_point_, nullptr).address(); }

  // A task without a coroutine: a call that was submitted to a pool, whose block has the call where others have their
  // frame. It is never resumed; `home` is the pool, which is no lane.

  /// Makes the new task one that runs, with the caller as one owner and the call as another. `counted`: among whose
  /// tasks, or null. False where those are asked to end.
  bool begin_call(executor& where, task_list* counted, void (*on_cancel)(runnable&) noexcept) noexcept;
  /// Ends it, with the value that it has, or with `failure`; releases the call's ownership.
  void end_call(task_list* counted, std::exception_ptr failure) noexcept;
  /// The call. Precondition: it is such a task.
  void* call() noexcept { return reinterpret_cast<std::byte*>(this) + shape_.frame_units * frame_unit; }
  bool is_call() const noexcept { return nature_.is_call; }
  /// Whether it runs, or ran, as a part of another one. Precondition: started.
  bool is_part() const noexcept { return nature_.role == role::part; }
  /// Of a part: the coroutine that awaits it. Null for others.
  const void* awaiting_frame() const noexcept { return is_part() ? resume_point_.address() : nullptr; }

  /// Where the coroutine is, or was when it last awaited something. Precondition: it has not ended.
  place_ref place() const noexcept { return at_.place(); }
  void note_place(await_place where) noexcept { at_.set(place_ref{where}); }
  /// What the coroutine that is suspended there waits for.
  void note_suspension(wait_kind what, await_place where) noexcept { at_.set(place_ref{where}, what); }
  /// The promise in its frame has the place where it is about to be spawned.
  void mark_spawn_noted() noexcept { nature_.spawn_noted = true; }
  /// That place; none where that was not noted. Precondition: it was spawned, and the caller keeps it alive.
  place_ref spawned_at() const noexcept;

  /// Enters `entry`; false when the task has ended.
  bool subscribe(completion& entry) noexcept;
  /// Takes it out. Afterwards nobody touches it; where it returns false the task has ended and `done` was called.
  bool unsubscribe(completion& entry) noexcept;

  /// Lets `who` wait for the end of this task; false when it has ended. A cancellation of `who` is handed on by
  /// `hand_on` (which must call `keep_waiting`) and does not end the wait.
  bool join(completion& entry, waiter& who, std::coroutine_handle<> point, wake_filter& filter) noexcept;

  /// After a cancellation woke the joining `who`: true when this task has ended meanwhile. Otherwise cancels this task,
  /// arms `who` again, shielded, and returns false: `who` may not be touched any more.
  bool keep_waiting(waiter& who) noexcept;

  /// The result of a coroutine, noted before it reaches its final suspension.
  void succeed() noexcept { outcome_ = task_status::value; }
  void fail(const source_place& body, const char* header) noexcept;

  /// Called by the coroutine at its final suspension.
  void finish() noexcept { party().running_turn().finished = this; }
  /// Called by a coroutine of this party's turn that awaits `child`, which becomes a part of the party.
  void descend(task_state& child, std::coroutine_handle<> from) noexcept {
    running_turn().next = make_part(child, from);
  }
  /// The same without a turn: gives where the party is to be resumed.
  std::coroutine_handle<> make_part(task_state& child, std::coroutine_handle<> from) noexcept {
    child.nature_.role = role::part;
    child.party_ = this;
    child.resume_point_ = from;
    return child.frame();
  }

  // For coroutines that run as a part of a party again and again (generators), after `descend`.

  /// Suspends this one; the coroutine that awaits it goes on.
  void yield_back() noexcept { party_->running_turn().next = resume_point_; }
  /// As `finish`, but `after` runs as a part of the party before the awaiting coroutine goes on.
  void finish(task_state& after) noexcept {
    after.nature_.role = role::part;
    after.party_ = party_;
    after.resume_point_ = resume_point_;
    resume_point_ = after.frame();
    finish();
  }
  /// Ends one that was not started: its coroutine is destroyed and counts as done.
  void end_unstarted() noexcept;

  /// Throws the error this task ended with, if any, to the one who looks at it at `where`. Precondition: done.
  void rethrow_failure(const source_place& where = source_place::here()) {
    if (outcome_ > task_status::value) [[unlikely]]
      throw_failure(where, __FILE__);
  }
  /// What the task ended with; null where that is a value. Precondition: done.
  std::exception_ptr failure() noexcept {
    mark_retrieved();
    return outcome_ > task_status::value ? failure_ : nullptr;
  }
  /// Precondition: done.
  void mark_retrieved() noexcept {
    if (outcome_ > task_status::value) references().fetch_or(retrieved, std::memory_order_relaxed);
  }

  static void run_turn(runnable& self) noexcept;

  /// The turn of this party, which runs.
  turn& running_turn() noexcept {
    return *reinterpret_cast<turn*>(unseen(next.word()).load(std::memory_order_relaxed));
  }

 protected:
  static constexpr std::size_t frame_unit = 16;

  /// `frame_offset`: of the coroutine's frame in the block, in steps of `frame_unit`, less than 512 KiB.
  /// `has_disposer`: this is a `disposable_task`.
  task_state(std::size_t frame_offset, bool has_disposer) noexcept
      : shape_{static_cast<std::uint16_t>(frame_offset / frame_unit), has_disposer} {
    references().store(0, std::memory_order_relaxed);
  }
  ~task_state() {}  // of the unions nothing is left to destroy

 private:
  friend struct task_layout;
  friend class acting_as;
  friend struct task_peek;
  friend struct task_offsets;
  static constexpr std::uint32_t listed = 1U << 31;
  static constexpr std::uint32_t asked = 1U << 30;
  static constexpr std::uint32_t retrieved = 1U << 29;
  static constexpr std::uint32_t count_mask = retrieved - 1;

  enum class role : std::uint8_t { none, part, spawned };

  void start(lane& where, std::uint32_t marks) noexcept;
  static void first_turn(runnable& self) noexcept;
  void enter(lane& where, std::uint32_t marks, bool shared = false) noexcept;
  void resume_all(std::coroutine_handle<> from) noexcept;
  /// While it runs it is in no queue: `next` has its turn. It is no address of a lock (`link::note_bits`).
  void begin_turn_of(turn& now) noexcept {
    unseen(next.word()).store(reinterpret_cast<std::uintptr_t>(&now), std::memory_order_relaxed);
  }
  void resume_watched(std::coroutine_handle<> from, thread_context& context, turn_record& record) noexcept;
  template <class Watch>
  void resume_with(std::coroutine_handle<> from, thread_context& context, Watch watch) noexcept;
  /// `now`: the turn that ends with it, which has the failure; null where that was set.
  void complete(thread_context& here, task_list* counted, turn* now = nullptr) noexcept;
  void set_failure(std::exception_ptr error) noexcept;
  [[noreturn]] void throw_failure(const source_place& where, const char* header);
  void destroy() noexcept;
  void destroy_unusual() noexcept;
  void destroy_failed_frame(thread_context& here) noexcept;
  atomic_ref<std::uint32_t> references() noexcept { return atomic_ref<std::uint32_t>{references_}; }

  /// In one byte, which reports read as a whole.
  struct nature {
    enum role role : 2 = role::none;
    std::uint8_t depth : 2 = 0;   ///< 0: started from outside of all tasks, 1: by one of these, 2: by another one
    bool on_strand : 1 = false;   ///< `home` is a strand_lane, of which this has a reference until its block is freed
    bool is_call : 1 = false;     ///< a call that was submitted to a pool, which is its `home`
    bool has_locals : 1 = false;  ///< written by the task, and by who starts it before
    bool spawn_noted : 1 = false;
  };
  nature nature_;
  std::uint32_t references_;  ///< among the first 64 bytes, which the frame pool leaves alone
  struct shape {
    std::uint16_t frame_units : 15;
    std::uint16_t has_disposer : 1;
  };
  const shape shape_;
  atomic<task_status> status_{task_status::pending};
  task_status outcome_ = task_status::unborn;
  union {
    wait_place at_{};             ///< where its coroutine is, or was when it last awaited something
    std::exception_ptr failure_;  ///< of one that ended with an error or a cancellation
  };
  union {
    completion_list completions_{};  ///< of a task that was spawned, or will be
    task_state* party_;              ///< of one that is awaited
  };
#if ACTORS_SIMULATION
  code_place body_;
#endif
};

/// A task whose result has a destructor: the head of its block knows how to end it.
class disposable_task : public task_state {
 public:
  void dispose_with_result() noexcept { dispose_(*this); }

 protected:
  disposable_task(std::size_t frame_offset, void (*disposer)(task_state&) noexcept) noexcept
      : task_state{frame_offset, true}, dispose_{disposer} {}
  ~disposable_task() = default;

 private:
  void (*const dispose_)(task_state&) noexcept;
};

/// For an operation that need not wait, or may turn out so, and is the last of the turn (`waiter::spend`): throws a
/// pending cancellation, or lets the party step back; true.
bool end_turn_at(waiter& party, std::coroutine_handle<> point);

/// The task that runs on the calling thread; null outside of one. Not inlined, for the reason of current_scheduler.
task_state* current_task_state() noexcept;

/// While it lives, code that is called outside of the task's turns, by who is about to resume it, finds that task as
/// the running one, and a turn: limits of time that it moves, and the ways of errors that it catches, are in there.
class acting_as {
 public:
  explicit acting_as(waiter& who) noexcept;
  ~acting_as();
  acting_as(const acting_as&) = delete;
  acting_as& operator=(const acting_as&) = delete;

 private:
  turn now_;
  task_state& acting_;
};

/// A promise of this library's coroutines: it knows the task it belongs to.
template <class Promise>
concept task_promise_type = requires(Promise& promise) {
  { promise.party() } -> std::same_as<task_state&>;
};

}  // namespace actors::inline v1::detail
