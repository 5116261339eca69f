// standalone: what channels need without the runtime: an executor and a coroutine type of a few lines each.
#pragma once

#include <actors/executor.hpp>
#include <actors/waiter.hpp>

#include <coroutine>
#include <deque>
#include <exception>
#include <utility>

namespace test {

/// Runs what is ready, in order, when it is told to.
struct loop final : actors::executor {
  void post(actors::runnable& work) noexcept override { ready.push_back(&work); }
  void run() {
    while (!ready.empty()) {
      actors::runnable* next = ready.front();
      ready.pop_front();
      next->run(*next);
    }
  }
  std::deque<actors::runnable*> ready;
};

/// A coroutine that starts when it is called and is destroyed with this object. Its first parameter is where it runs.
class strand {
 public:
  struct promise_type : actors::waiter {
    explicit promise_type(loop& where, auto&&...) {
      home = &where;
      run = [](actors::runnable& self) noexcept { static_cast<promise_type&>(self).resume_point_.resume(); };
    }
    actors::waiter& party() noexcept { return *this; }
    strand get_return_object() { return strand{std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { failure = std::current_exception(); }
    std::exception_ptr failure;
  };

  strand(strand&& other) noexcept : frame_{std::exchange(other.frame_, {})} {}
  strand& operator=(strand&&) = delete;
  ~strand() {
    if (frame_) frame_.destroy();
  }
  bool done() const { return frame_.done(); }
  actors::waiter& party() const { return frame_.promise(); }
  template <class Error>
  bool failed_with() const {
    try {
      if (frame_.promise().failure) std::rethrow_exception(frame_.promise().failure);
    } catch (const Error&) {
      return true;
    } catch (...) {
    }
    return false;
  }

 private:
  explicit strand(std::coroutine_handle<promise_type> frame) : frame_{frame} {}
  std::coroutine_handle<promise_type> frame_;
};

/// Awaitable of a strand: it goes on when its loop runs the next time.
struct next_turn {
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<strand::promise_type> point) const noexcept {
    point.promise().step_back(point);
  }
  void await_resume() const noexcept {}
};

}  // namespace test
