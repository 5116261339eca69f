// Kinds of awaiters: what await_suspend returns, who owns the awaiter, exceptions thrown by its parts.
#include "probe.hpp"

#include <stdexcept>
#include <string>

using namespace probe;

namespace {

struct trouble : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// await_suspend returns void, bool or a handle; the awaiter owns something and must be destroyed once.
template <class Result>
class waits {
 public:
  explicit waits(counted c) : c_(std::move(c)) {}
  bool await_ready() { return false; }
  template <class Promise>
  Result await_suspend(std::coroutine_handle<Promise> self) {
    if constexpr (std::is_same_v<Result, bool>) {
      return false;
    } else if constexpr (std::is_same_v<Result, void>) {
      self.promise().turn_->next_ = self;
    } else {
      return self;
    }
  }
  counted await_resume() { return std::move(c_); }

 private:
  counted c_;
};

class waits_noop {
 public:
  explicit waits_noop(counted c) : c_(std::move(c)) {}
  bool await_ready() { return false; }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) {
    self.promise().turn_->next_ = self;
    return std::noop_coroutine();
  }
  counted& await_resume() { return c_; }

 private:
  counted c_;
};

enum class where { ready, suspend, resume };
class throws {
 public:
  throws(where w, bool through_loop) : w_(w), through_loop_(through_loop) {}
  bool await_ready() {
    if (w_ == where::ready) throw trouble("ready");
    return false;
  }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> self) {
    if (w_ == where::suspend) throw trouble("suspend");
    if (through_loop_) self.promise().turn_->next_ = self;
    return through_loop_;
  }
  int await_resume() {
    if (w_ == where::resume) throw trouble("resume");
    return 1;
  }

 private:
  counted c_{1};
  where w_;
  bool through_loop_;
};

// An awaiter that can be neither copied nor moved, as one that is linked into a list of waiters.
class linked {
 public:
  explicit linked(counted& c) : c_(&c), self_(this) {}
  linked(const linked&) = delete;
  linked& operator=(const linked&) = delete;
  ~linked() { check(self_ == this, "copied byte by byte"); }
  bool await_ready() { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> self) {
    check(self_ == this, "copied byte by byte");
    self.promise().turn_->next_ = self;
    return true;
  }
  counted& await_resume() {
    check(self_ == this, "copied byte by byte");
    return *c_;
  }

 private:
  counted* c_;
  linked* self_;
};
linked link(counted& c) { return linked(c); }

// An awaitable with a member operator co_await and one with a free operator.
struct member_operator {
  explicit member_operator(int v) : c_(v) {}
  counted c_;
  waits<void> operator co_await() && { return waits<void>(std::move(c_)); }
};
struct free_operator {
  explicit free_operator(int v) : c_(v) {}
  counted c_;
};
waits<void> operator co_await(free_operator&& from) { return waits<void>(std::move(from.c_)); }

// A task whose promise looks at every awaited value.
struct transforming {
  struct promise_type : promise_base {
    transforming get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    void return_void() {}
    template <class A>
    A&& await_transform(A&& a) {
      ++seen_;
      return std::forward<A>(a);
    }
    waits<void> await_transform(int v) { return waits<void>(counted(v)); }
    int seen_ = 0;
  };
  std::coroutine_handle<promise_type> self_;
};

template <class Result>
void value_through() {
  run([]() -> task<> {
    counted first = co_await waits<Result>(counted{7});
    check(first.value() == 7, "wrong value");
    waits<Result> w(counted{8});
    counted second = co_await w;
    check(second.value() == 8, "wrong value");
  }());
}

FORM(relied_on, "await_suspend: returns void") { value_through<void>(); }
FORM(relied_on, "await_suspend: returns false") { value_through<bool>(); }
FORM(relied_on, "await_suspend: returns its own handle") { value_through<std::coroutine_handle<>>(); }
FORM(relied_on, "await_suspend: returns noop_coroutine") {
  run([]() -> task<> { check((co_await waits_noop(counted{7})).value() == 7, "wrong value"); }());
}
FORM(relied_on, "awaiter: neither copied nor moved, in place and from a function") {
  run([]() -> task<> {
    counted c{7};
    check((co_await linked(c)).value() == 7, "wrong value");
    check((co_await linked{c}).value() == 7, "wrong value");
    check((co_await link(c)).value() == 7, "wrong value");
  }());
}
template <class T>
task<> selects_member(T value) {
#if !PROBE_GCC
  check((co_await waits<void>(std::move(value))).value() == 7, "wrong value");
#endif
  co_await step{};
  if (PROBE_GCC) check(value.value() == 0, "does not compile");
}
FORM(not_relied_on, "template: member of (co_await x) in a template") { run(selects_member(counted{7})); }
template <class T>
task<> selects_member_of_local(T value) {
  T result = co_await waits<void>(std::move(value));
  check(result.value() == 7, "wrong value");
}
FORM(relied_on, "template: member of a local that has the result, in a template") {
  run(selects_member_of_local(counted{7}));
}
FORM(relied_on, "awaiter: from a member and from a free operator co_await") {
  run([]() -> task<> {
    check((co_await member_operator(7)).value() == 7, "wrong value");
    check((co_await free_operator(8)).value() == 8, "wrong value");
  }());
}
FORM(relied_on, "awaiter: through await_transform") {
  turn here;
  auto f = []() -> transforming {
    check((co_await waits<void>(counted{7})).value() == 7, "wrong value");
    check((co_await 8).value() == 8, "wrong value");
    co_await step{};
  };
  auto t = f();
  t.self_.promise().turn_ = &here;
  here.next_ = t.self_;
  here.run();
  check(t.self_.done() && t.self_.promise().seen_ == 2, "wrong value");
  t.self_.destroy();
}
FORM(relied_on, "awaiter: frame dropped while it waits") {
  class stops {
   public:
    explicit stops(int v) : c_(v) {}
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<>) {}
    void await_resume() {}

   private:
    counted c_;
  };
  run_and_drop([]() -> task<> {
    counted local{1};
    co_await stops(2);
  }());
}

task<int> fails_in(where w, bool through_loop) {
  counted local{3};
  co_return co_await throws(w, through_loop) + local.value();
}
void thrown_by(where w, bool through_loop) {
  run([](where w_, bool loop) -> task<> {
    bool caught = false;
    try {
      counted local{2};
      co_await fails_in(w_, loop);
    } catch (const trouble&) {
      caught = true;
    }
    co_await step{};
    check(caught, "not caught");
  }(w, through_loop));
}

FORM(relied_on, "exception: from await_ready") { thrown_by(where::ready, true); }
FORM(relied_on, "exception: from await_suspend") { thrown_by(where::suspend, true); }
FORM(relied_on, "exception: from await_resume") { thrown_by(where::resume, true); }
FORM(relied_on, "exception: from await_resume after await_suspend said false") { thrown_by(where::resume, false); }
FORM(relied_on, "exception: through three tasks with locals") {
  run([]() -> task<> {
    auto third = [](counted c) -> task<int> {
      counted local{c.value()};
      co_await step{};
      throw trouble("third");
    };
    auto second = [&](counted c) -> task<int> {
      counted local{2};
      co_return co_await third(c) + local.value();
    };
    auto first = [&](counted c) -> task<int> {
      counted local{3};
      co_return co_await second(std::move(c)) + local.value();
    };
    std::string what;
    try {
      co_await first(counted{1});
    } catch (const trouble& e) {
      what = e.what();
    }
    check(what == "third", "wrong value");
  }());
}
FORM(relied_on, "exception: kept in a catch block, handled with co_await after it") {
  run([]() -> task<> {
    std::exception_ptr error;
    try {
      co_await fails_in(where::resume, true);
    } catch (...) {
      error = std::current_exception();
    }
    if (error) co_await step{};
    bool caught = false;
    try {
      if (error) std::rethrow_exception(error);
    } catch (const trouble&) {
      caught = true;
    }
    check(caught, "not caught");
  }());
}
FORM(relied_on, "exception: try in a loop, with continue and break out of it") {
  run([]() -> task<> {
    int caught = 0;
    for (int i = 0; i < 5; ++i) {
      counted local{i};
      try {
        if (i == 3) break;
        co_await fails_in(where::resume, i % 2 == 0);
      } catch (const trouble&) {
        ++caught;
        continue;
      }
      caught = 100;
    }
    check(caught == 3, "wrong value");
  }());
}
FORM(relied_on, "exception: expected in a test macro (switch, try, goto around co_await)") {
  run([]() -> task<> {
    bool failed = false;
    switch (0)
    case 0:
    default:
      if (const char* message = "") {
        bool caught = false;
        try {
          co_await fails_in(where::resume, true);
        } catch (const trouble&) {
          caught = true;
        }
        if (!caught) goto missing;
      } else
      missing:
        failed = message != nullptr;
    check(!failed, "not caught");
  }());
}

}  // namespace
