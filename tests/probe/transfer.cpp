// Deep chains, and frames that end inside await_suspend.
#include "probe.hpp"

using namespace probe;

namespace {

constexpr int deep = 1'000'000;

// A task that resumes by symmetric transfer: await_suspend returns the handle to run next.
class symmetric {
 public:
  struct promise_type {
    struct final_awaiter {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept {
        auto after = self.promise().after_;
        return after ? after : std::noop_coroutine();
      }
      void await_resume() noexcept {}
    };
    std::coroutine_handle<> after_;
    symmetric get_return_object() { return symmetric{std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    final_awaiter final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };

  explicit symmetric(std::coroutine_handle<promise_type> self) : self_(self) {}
  symmetric(symmetric&& other) noexcept : self_(std::exchange(other.self_, nullptr)) {}
  ~symmetric() {
    if (self_) self_.destroy();
  }
  bool await_ready() { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) {
    self_.promise().after_ = caller;
    return self_;
  }
  void await_resume() {}
  void start() { self_.resume(); }

 private:
  std::coroutine_handle<promise_type> self_;
};

FORM(relied_on, "symmetric transfer: ten tasks deep, ten in a row") {
  int ended = 0;
  auto level = [&](auto& again, int n) -> symmetric {
    counted c{n};
    if (n > 0) co_await again(again, n - 1);
    ended += c.value() >= 0;
  };
  auto rows = [&]() -> symmetric {
    for (int i = 0; i < 10; ++i) co_await level(level, 9);
  };
  auto t = rows();
  t.start();
  check(ended == 100, "wrong value");
}

FORM(not_relied_on, "symmetric transfer: a million in a row") {
  long ended = 0;
  auto leaf = [&]() -> symmetric {
    ++ended;
    co_return;
  };
  auto rows = [&]() -> symmetric {
    for (int i = 0; i < deep; ++i) co_await leaf();
  };
  auto t = rows();
  t.start();
  check(ended == deep, "wrong value");
}

FORM(not_relied_on, "symmetric transfer: a coroutine to itself, a million times") {
  struct again {
    bool await_ready() { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> self) { return self; }
    void await_resume() {}
  };
  int n = 0;
  auto f = [&]() -> symmetric {
    for (; n < deep; ++n) co_await again{};
  };
  auto t = f();
  t.start();
  check(n == deep, "wrong value");
}

task<int> down(int n) {
  if (n == 0) co_return 0;
  co_return co_await down(n - 1) + 1;
}

FORM(relied_on, "trampoline: a million tasks deep") { check(run(down(deep)) == deep, "wrong value"); }
FORM(relied_on, "trampoline: a million in a row") {
  run([]() -> task<> {
    int sum = 0;
    for (int i = 0; i < deep; ++i) sum += co_await down(1);
    check(sum == deep, "wrong value");
  }());
}
struct wake {
  std::coroutine_handle<>* other_;
  bool await_ready() { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> self) {
    auto next = std::exchange(*other_, self);
    self.promise().turn_->next_ = next;
    return true;
  }
  void await_resume() {}
};

FORM(relied_on, "trampoline: two coroutines that wake each other a million times") {
  turn here;
  int n = 0;
  std::coroutine_handle<> other;
  auto player = [&]() -> task<> {
    while (n < deep) {
      ++n;
      co_await wake{&other};
    }
  };
  auto a = player(), b = player();
  a.get().promise().turn_ = b.get().promise().turn_ = &here;
  other = b.get();
  here.next_ = a.get();
  here.run();
  check(n == deep, "wrong value");
}

// A coroutine that nobody owns: its frame ends in its own final awaiter.
enum class ending { returns_void, returns_true, returns_handle };
template <ending How>
struct spawned {
  struct promise_type {
    counted guard_{1};
    std::coroutine_handle<> after_;
    spawned get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    auto final_suspend() noexcept {
      struct awaiter {
        bool await_ready() noexcept { return false; }
        auto await_suspend(std::coroutine_handle<promise_type> self) noexcept {
          if constexpr (How == ending::returns_void) {
            self.destroy();
          } else if constexpr (How == ending::returns_true) {
            self.destroy();
            return true;
          } else {
            auto after = self.promise().after_;
            self.destroy();
            return after;
          }
        }
        void await_resume() noexcept {}
      };
      return awaiter{};
    }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  std::coroutine_handle<promise_type> self_;
};

template <ending How>
spawned<How> body(counted c, int& ended) {
  counted local{2};
  co_await std::suspend_always{};
  ended += c.value() + local.value();
}

template <ending How>
void ends_itself() {
  int ended = 0;
  for (int i = 0; i < 100; ++i) {
    auto s = body<How>(counted{1}, ended);
    s.self_.promise().after_ = std::noop_coroutine();
    s.self_.resume();
    s.self_.resume();
  }
  check(ended == 300, "wrong value");
}

FORM(relied_on, "end: frame destroyed in the final awaiter, void") { ends_itself<ending::returns_void>(); }
FORM(relied_on, "end: frame destroyed in the final awaiter, bool") { ends_itself<ending::returns_true>(); }
FORM(relied_on, "end: frame destroyed in the final awaiter, handle returned") { ends_itself<ending::returns_handle>(); }

// await_suspend gives the frame away (here: ends it) and then still uses its own locals: they must not live in the
// frame. Inlining may put them there; a function that is not inlined keeps them on the stack.
[[gnu::noinline]] void look_at(int* value) { asm volatile("" : "+m"(*value)); }

template <class Result>
Result give_away(std::coroutine_handle<> self) {
  int local = 41;
  look_at(&local);
  self.destroy();
  look_at(&local);
  check(local == 41, "a local of await_suspend lives in the frame");
  if constexpr (std::is_same_v<Result, bool>) return true;
  if constexpr (std::is_same_v<Result, std::coroutine_handle<>>) return std::noop_coroutine();
}

template <class Result>
struct gives_away {
  bool await_ready() { return false; }
  Result await_suspend(std::coroutine_handle<> self) { return give_away<Result>(self); }
  void await_resume() {}
};
template <class Result>
struct gives_away_outlined : gives_away<Result> {
  [[gnu::noinline]] Result await_suspend(std::coroutine_handle<> self) { return give_away<Result>(self); }
};

template <class Awaiter>
void given_away() {
  auto f = [](counted c) -> spawned<ending::returns_void> {
    counted local{c.value()};
    co_await Awaiter{};
    check(false, "resumed");
  };
  f(counted{1}).self_.resume();
}

FORM(relied_on, "given away: frame ended inside await_suspend, void") { given_away<gives_away<void>>(); }
FORM(relied_on, "given away: frame ended inside await_suspend, bool") { given_away<gives_away<bool>>(); }
FORM(relied_on, "given away: frame ended inside await_suspend, handle") {
  given_away<gives_away<std::coroutine_handle<>>>();
}
FORM(relied_on, "given away: the same, await_suspend not inlined, void") { given_away<gives_away_outlined<void>>(); }
FORM(relied_on, "given away: the same, await_suspend not inlined, bool") { given_away<gives_away_outlined<bool>>(); }
FORM(relied_on, "given away: the same, await_suspend not inlined, handle") {
  given_away<gives_away_outlined<std::coroutine_handle<>>>();
}

// The coroutine is resumed and ends while await_suspend of an earlier suspension is still on the stack.
FORM(relied_on, "given away: resumed and ended inside await_suspend, void") {
  struct resumes {
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> self) {
      int local = 41;
      look_at(&local);
      self.resume();
      look_at(&local);
      check(local == 41, "a local of await_suspend lives in the frame");
    }
    void await_resume() {}
  };
  int ended = 0;
  auto f = [](counted c, int& n) -> spawned<ending::returns_void> {
    co_await resumes{};
    n += c.value();
  };
  f(counted{1}, ended).self_.resume();
  check(ended == 1, "wrong value");
}

}  // namespace
