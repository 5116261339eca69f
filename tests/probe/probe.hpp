// The tools of the compiler probe: a list of forms, a type that counts what happens to it, and a tiny task.
//
// A form is one way of writing coroutine code. It runs in a child process of its own, so that a crash is a result like
// any other. The probe uses the standard library only: what it finds is the compiler's doing.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

// Forms that g++ 12 rejects are left out under it and reported as "does not compile"; -DPROBE_TRY_REJECTED compiles
// them.
#if defined(__GNUC__) && !defined(__clang__) && !defined(PROBE_TRY_REJECTED)
#define PROBE_GCC 1
#else
#define PROBE_GCC 0
#endif

// Built with ThreadSanitizer.
#define PROBE_TSAN 0
#if defined(__SANITIZE_THREAD__)
#undef PROBE_TSAN
#define PROBE_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#undef PROBE_TSAN
#define PROBE_TSAN 1
#endif
#endif

namespace probe {

// Whether the library and its examples use the form. A bad form that is relied on fails the test.
enum class use { relied_on, not_relied_on };

struct form {
  const char* name;
  use how;
  void (*body)();
};

inline std::vector<form>& forms() {
  static std::vector<form> all;
  return all;
}

struct entry {
  entry(const char* name, use how, void (*body)()) { forms().push_back({name, how, body}); }
};

// FORM(relied_on, "name") { body }: adds a form to the list.
#define PROBE_JOIN2(a, b) a##b
#define PROBE_JOIN(a, b) PROBE_JOIN2(a, b)
#define FORM(how, name)                                                                                           \
  static void PROBE_JOIN(form_, __LINE__)();                                                                      \
  static const ::probe::entry PROBE_JOIN(entry_, __LINE__){name, ::probe::use::how, PROBE_JOIN(form_, __LINE__)}; \
  static void PROBE_JOIN(form_, __LINE__)()

// What went wrong in the running form; the first complaint is kept.
inline const char* complaint = nullptr;
inline void check(bool holds, const char* otherwise) {
  if (!holds && !complaint) complaint = otherwise;
}

// Heap blocks now in use (operator new of main.cpp). Freed blocks are overwritten, so that a late read is seen.
extern long blocks_in_use;

// Counts what happens to it, and knows its own address: a copy made byte by byte is found out.
class counted {
 public:
  static inline int made = 0, copied = 0, moved = 0, destroyed = 0;

  explicit counted(int value = 0) : value_(value), self_(this) { ++made; }
  counted(const counted& other) : value_(other.value()), self_(this) { ++copied; }
  counted(counted&& other) noexcept : value_(std::exchange(other.value_, -1)), self_(this) {
    other.check_self();
    ++moved;
  }
  counted& operator=(const counted& other) {
    check_self();
    value_ = other.value();
    return *this;
  }
  counted& operator=(counted&& other) noexcept {
    check_self();
    value_ = std::exchange(other.value_, -1);
    return *this;
  }
  ~counted() {
    check(self_ != gone(), "double destroy");
    check(self_ == this, "copied byte by byte");
    self_ = gone();
    ++destroyed;
  }

  int value() const {
    check_self();
    return value_;
  }
  void set(int value) { value_ = value; }

 private:
  static counted* gone() { return reinterpret_cast<counted*>(8); }
  void check_self() const {
    check(self_ != gone(), "used after its end");
    check(self_ == this, "copied byte by byte");
  }

  int value_;
  counted* volatile self_;
};

struct moving : counted {
  using counted::counted;
  moving(moving&&) = default;
  moving& operator=(moving&&) = default;
};

// The trampoline: await_suspend stores who runs next, and the loop resumes it, however deep the chain is.
struct turn {
  std::coroutine_handle<> next_;
  void run() {
    while (next_) std::exchange(next_, nullptr).resume();
  }
};

struct promise_base {
  struct final_awaiter {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> self) noexcept {
      self.promise().turn_->next_ = self.promise().after_;
    }
    void await_resume() noexcept {}
  };

  turn* turn_ = nullptr;
  std::coroutine_handle<> after_;
  std::exception_ptr error_;

  std::suspend_always initial_suspend() noexcept { return {}; }
  final_awaiter final_suspend() noexcept { return {}; }
  void unhandled_exception() { error_ = std::current_exception(); }
};

template <class T>
struct promise_value : promise_base {
  std::optional<T> value_;
  template <class U = T>
  void return_value(U&& value) {
    value_.emplace(std::forward<U>(value));
  }
  T take() {
    if (error_) std::rethrow_exception(error_);
    return std::move(*value_);
  }
};

template <>
struct promise_value<void> : promise_base {
  void return_void() {}
  void take() {
    if (error_) std::rethrow_exception(error_);
  }
};

// A lazy task; co_await starts it and gives its result or rethrows its error.
template <class T = void>
class task {
 public:
  struct promise_type : promise_value<T> {
    task get_return_object() { return task{handle::from_promise(*this)}; }
  };
  using handle = std::coroutine_handle<promise_type>;

  struct awaiter {
    handle callee_;
    bool await_ready() { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> caller) {
      callee_.promise().turn_ = caller.promise().turn_;
      callee_.promise().after_ = caller;
      callee_.promise().turn_->next_ = callee_;
    }
    T await_resume() { return callee_.promise().take(); }
  };

  task() = default;
  explicit task(handle self) : self_(self) {}
  task(task&& other) noexcept : self_(std::exchange(other.self_, nullptr)) {}
  task& operator=(task&& other) noexcept {
    std::swap(self_, other.self_);
    return *this;
  }
  ~task() {
    if (self_) self_.destroy();
  }

  awaiter operator co_await() && { return {self_}; }
  handle get() const { return self_; }

 private:
  handle self_;
};

// Suspends once and goes on through the loop.
struct step {
  bool await_ready() { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> self) {
    self.promise().turn_->next_ = self;
  }
  void await_resume() {}
};

template <class T>
T run(task<T> main) {
  turn here{main.get()};
  main.get().promise().turn_ = &here;
  here.run();
  main.get().promise().turn_ = nullptr;
  return main.get().promise().take();
}

// Starts a task and runs it to the first `stop`, then drops it there.
struct stop {
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<>) {}
  void await_resume() {}
};

template <class T>
void run_and_drop(task<T> main) {
  turn here{main.get()};
  main.get().promise().turn_ = &here;
  here.run();
  main.get().promise().turn_ = nullptr;
}

}  // namespace probe
