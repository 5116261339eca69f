// join_handle: a spawned task as seen by others: await it, cancel it, look at its result.
#pragma once

#include <actors/task.hpp>
#include <actors/task_ref.hpp>

#include <coroutine>
#include <exception>
#include <string>
#include <type_traits>
#include <utility>

namespace actors::inline v1 {

template <class T = void>
class join_handle;

namespace detail {

[[noreturn]] void throw_self_join();
/// Who waits by such an entry, which is in a list that is locked.
awaiter_note awaiter_of(const completion& entry) noexcept;

/// Waits for the end of a task, for awaiters of any result.
class join_wait : private completion, private wake_filter {
 public:
  explicit join_wait(task_state* state) noexcept : state_{state} {}
  join_wait(const join_wait&) = delete;
  join_wait& operator=(const join_wait&) = delete;

  bool await_ready() const {
    if (state_ == nullptr) throw_empty_handle();
    return false;
  }
  /// Of an entry in the list of a task's completions: whether it is such a wait, and whose.
  static bool note_awaiter(const completion& entry, awaiter_note& into) noexcept;

  template <task_promise_type Promise>
  ACTORS_SUSPENDS bool await_suspend(std::coroutine_handle<Promise> point, await_place where = await_place::here()) {
    task_state& party = point.promise().party();
    note_wait(party, wait_kind::join_task, *state_, where);
    if (state_->done()) return party.spend() && end_turn_at(party, point);
    note_suspension(point, wait_kind::join_task, where);
    return suspend(party, point);
  }

 protected:
  ~join_wait() = default;
  task_state* state_;
  waiter* who_ = nullptr;

 private:
  friend struct task_offsets;
  bool suspend(task_state& party, std::coroutine_handle<> point);
  static bool on_done(completion& self, task_state& ended) noexcept;
  static bool on_cancel(wake_filter& self, waiter& who) noexcept;
};

template <class T, bool Move>
class join_awaiter : public join_wait {
 public:
  using result_type = std::conditional_t<Move, T, std::add_lvalue_reference_t<T>>;
  explicit join_awaiter(task_block<T>* block) noexcept : join_wait{block} {}

  result_type await_resume(source_place where = source_place::here()) {
    auto& block = static_cast<task_block<T>&>(*state_);
    // The cancellation that this task handed on came back as the end of the one it waited for.
    if (who_ != nullptr && block.status() == task_status::cancelled) who_->take_cancel();
    block.rethrow_failure(where);
    if constexpr (Move)
      return block.take_result();
    else
      return block.result();
  }
};

/// For the library's own parts: the block of a handle.
struct handle_access {
  template <class Handle>
  static auto* block(const Handle& handle) noexcept {
    return handle.block_;
  }
};

template <class F, class T>
task<> run_callback(F callback, join_handle<T> ended) {
  if constexpr (std::is_same_v<std::invoke_result_t<F&, const join_handle<T>&>, task<>>) {
    task<> rest = callback(ended);
    co_await rest;
  } else {
    callback(ended);
    co_return;
  }
}

}  // namespace detail

/// The handle of a spawned task. Copies refer to the same task; dropping all of them leaves it running. An error that
/// nobody took through a handle is reported when the last handle is gone. Thread-safe as a std::shared_ptr is.
template <class T>
class join_handle {
 public:
  using value_type = T;

  join_handle() noexcept = default;
  explicit join_handle(detail::task_block<T>* adopted) noexcept : block_{adopted} {}
  join_handle(const join_handle& other) noexcept : block_{other.block_} {
    if (block_ != nullptr) block_->retain();
  }
  join_handle(join_handle&& other) noexcept : block_{std::exchange(other.block_, nullptr)} {}
  join_handle& operator=(const join_handle& other) noexcept { return *this = join_handle{other}; }
  join_handle& operator=(join_handle&& other) noexcept {
    join_handle taken{std::move(other)};
    std::swap(block_, taken.block_);
    return *this;
  }
  ~join_handle() {
    if (block_ != nullptr) block_->release();
  }

  /// Awaitable: suspends until the task has ended; gives a reference to its result (`co_await std::move(handle)` moves
  /// it out) or throws what the task ended with. A cancellation of the awaiting task is handed on to the awaited one;
  /// where that has ended before, it is thrown at every 128th operation that need not wait, and the result stays.
  /// Throws usage_error for an empty handle and for a task that awaits itself.
  detail::join_awaiter<T, false> operator co_await() const& noexcept { return detail::join_awaiter<T, false>{block_}; }
  detail::join_awaiter<T, true> operator co_await() && noexcept { return detail::join_awaiter<T, true>{block_}; }

  /// Blocks the calling plain thread until the task has ended, then as for co_await. Throws usage_error on a worker.
  T get() {
    wait();
    state().rethrow_failure();
    return block_->take_result();
  }

  /// Blocks the calling plain thread until the task has ended. Throws usage_error on a worker.
  void wait() const { detail::wait_on_thread(state()); }

  /// Asks the task to stop: the wait it is in, or the next one, throws `cancelled` in it. False once it has ended.
  bool cancel() const {
    if (state().done()) return false;
    state().request_cancel();
    return true;
  }

  bool done() const { return state().done(); }
  bool was_cancelled() const { return state().status() == detail::task_status::cancelled; }
  /// What the task ended with; null where that is a value. The error counts as looked at. Throws usage_error while it
  /// runs.
  std::exception_ptr exception() const { return ref().exception(); }
  /// The way that this error took: see task_ref::trace.
  error_trace trace() const { return ref().trace(); }

  /// What `set_name` or `spawn` gave it, otherwise "task-" and a number that it gets when it is first asked for.
  std::string name() const { return detail::name_of(state()); }
  void set_name(std::string name) const { detail::set_name_of(state(), std::move(name)); }

  /// The same task without the type of its result.
  task_ref ref() const { return task_ref{&state()}; }
  operator task_ref() const { return ref(); }

  /// Lets the task run on by itself; the handle is empty then. As dropping it, but says so.
  void detach() noexcept { *this = join_handle{}; }

  /// Calls `callback(handle)` once the task has ended: as a task of its own on the task's runtime, so never inside this
  /// call, and its errors are those of that task. A `task<>` that the callback returns is awaited. Callbacks start in
  /// the order in which they were added. One that is added after the end is called all the same. For a call that was
  /// submitted to a pool it is a task of the caller's runtime. Throws usage_error where the task has ended, or is such
  /// a call, and the calling thread is no worker.
  template <class F>
  void add_done_callback(F callback) const {
    detail::call_when_done(state(), detail::run_callback(std::move(callback), *this));
  }

  /// The result of a task that ended; throws what it ended with, usage_error while it runs. Does not suspend.
  std::add_lvalue_reference_t<T> result() const {
    if (!state().done()) detail::throw_result_too_early();
    state().rethrow_failure();
    return block_->result();
  }

  explicit operator bool() const noexcept { return block_ != nullptr; }
  friend bool operator==(const join_handle& a, const join_handle& b) noexcept { return a.block_ == b.block_; }

 private:
  friend struct detail::handle_access;
  detail::task_block<T>& state() const {
    if (block_ == nullptr) detail::throw_empty_handle();
    return *block_;
  }
  detail::task_block<T>* block_ = nullptr;
};

}  // namespace actors::inline v1
