// Plain lambdas in coroutines: work given to an awaiter, handlers of a select, arguments of ordinary calls.
#include "probe.hpp"

#include <string>
#include <tuple>

using namespace probe;

namespace {

// An awaiter that owns a plain callable, as blocking(f) does.
template <class F>
class calls {
 public:
  explicit calls(F f) : f_(std::move(f)) {}
  bool await_ready() { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> self) {
    self.promise().turn_->next_ = self;
  }
  auto await_resume() { return f_(); }

 private:
  F f_;
};

template <class F>
calls<F> blocking(F f) {
  return calls<F>(std::move(f));
}

template <class F, class... Args>
class calls_with {
 public:
  calls_with(F f, Args... args) : f_(std::move(f)), args_(std::move(args)...) {}
  bool await_ready() { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> self) {
    self.promise().turn_->next_ = self;
  }
  auto await_resume() { return std::apply(f_, args_); }

 private:
  F f_;
  std::tuple<Args...> args_;
};

template <class F, class... Args>
calls_with<F, std::decay_t<Args>...> blocking_with(F f, Args&&... args) {
  return calls_with<F, std::decay_t<Args>...>(std::move(f), std::forward<Args>(args)...);
}

// A select whose cases are made by functions from lambdas; all handlers run, in order.
template <class F>
struct select_case {
  explicit select_case(int key, F f) : key_(key), f_(std::move(f)) {}
  int key_;
  F f_;
};

template <class F>
select_case<F> on(int key, F f) {
  return select_case<F>(key, std::move(f));
}

template <class... Cases>
class select_awaiter {
 public:
  explicit select_awaiter(Cases... cases) : cases_(std::move(cases)...) {}
  bool await_ready() { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> self) {
    self.promise().turn_->next_ = self;
  }
  void await_resume() {
    std::apply([](auto&... each) { (each.f_(each.key_), ...); }, cases_);
  }

 private:
  std::tuple<Cases...> cases_;
};

template <class... Cases>
auto select(Cases... cases) {
  return select_awaiter<Cases...>(std::move(cases)...);
}

template <class... Cases>
task<> select_tasks(Cases... cases) {
  (co_await cases.f_(cases.key_), ...);
}

task<int> five() { co_return 5; }

FORM(not_relied_on, "lambda: plain, by value captures, owned by an awaiter from a function") {
  run([]() -> task<> {
    std::string path(40, 'x');
    counted c{2};
    const auto size = co_await blocking([path, c] { return static_cast<int>(path.size()) + c.value(); });
    check(size == 42, "wrong value");
  }());
}

FORM(not_relied_on, "lambda: plain, owned by an awaiter made in place") {
  run([]() -> task<> {
    counted c{2};
    check(co_await calls([c] { return c.value(); }) == 2, "wrong value");
  }());
}

FORM(relied_on, "lambda: handlers of a select, by reference") {
  run([]() -> task<> {
    counted sum{0};
    co_await select(on(1, [&](int key) { sum.set(sum.value() + key); }),
                    on(2, [&](int key) { sum.set(sum.value() + key); }), on(4, [&](int) {}));
    check(sum.value() == 3, "wrong value");
  }());
}

FORM(not_relied_on, "lambda: handlers of a select, by value") {
  run([]() -> task<> {
    int sum = 0;
    counted c{10};
    co_await select(on(1, [&sum, c](int key) { sum += key * c.value(); }),
                    on(2, [&sum, c = moving{100}](int key) { sum += key * c.value(); }));
    check(sum == 210, "wrong value");
  }());
}

FORM(not_relied_on, "lambda: handlers of a select that are coroutines, by value") {
  run([]() -> task<> {
    int sum = 0;
    counted c{10};
    co_await select_tasks(on(1,
                             [&sum, c](int key) -> task<> {
                               co_await step{};
                               sum += key * c.value();
                             }),
                          on(2, [&](int key) -> task<> {
                            co_await step{};
                            sum += key;
                          }));
    check(sum == 12, "wrong value");
  }());
}

FORM(relied_on, "lambda: without captures, values passed beside it to an awaiter") {
  run([]() -> task<> {
    std::string path(40, 'x');
    const auto size = co_await blocking_with(
        [](const std::string& p, counted& c) { return static_cast<int>(p.size()) + c.value(); }, path, counted{2});
    check(size == 42, "wrong value");
  }());
}

FORM(relied_on, "lambda: plain, by reference, owned by an awaiter from a function") {
  run([]() -> task<> {
    std::string path(40, 'x');
    counted c{2};
    check(co_await blocking([&] { return static_cast<int>(path.size()) + c.value(); }) == 42, "wrong value");
  }());
}

FORM(relied_on, "lambda: plain, by value captures, in a local, moved into an awaiter") {
  run([]() -> task<> {
    auto f = [c = moving{2}] { return c.value(); };
    check(co_await blocking(std::move(f)) == 2, "wrong value");
  }());
}

FORM(not_relied_on, "lambda: with captures, argument of a plain call beside a co_await") {
  run([]() -> task<> {
    counted c{2};
    auto call = [](auto f, int n) { return f() + n; };
    check(call([c] { return c.value(); }, co_await five()) == 7, "wrong value");
  }());
}

FORM(relied_on, "lambda: with captures, in a call without co_await inside a coroutine") {
  run([]() -> task<> {
    counted c{2};
    co_await step{};
    auto call = [](auto f) { return f(); };
    check(call([c, d = moving{5}] { return c.value() + d.value(); }) == 7, "wrong value");
    co_await step{};
  }());
}

FORM(relied_on, "lambda: handlers of a select that are coroutines, by reference") {
  run([]() -> task<> {
    counted sum{0};
    co_await select_tasks(on(1,
                             [&](int key) -> task<> {
                               co_await step{};
                               sum.set(sum.value() + key);
                             }),
                          on(2, [&](int key) -> task<> {
                            co_await step{};
                            sum.set(sum.value() + key);
                          }));
    check(sum.value() == 3, "wrong value");
  }());
}

// A chain of stages with callables, awaited as a whole.
template <class F>
struct stage {
  explicit stage(F f) : f_(std::move(f)) {}
  F f_;
};
template <class F, class G>
auto operator|(stage<F> left, stage<G> right) {
  auto both = [f = std::move(left.f_), g = std::move(right.f_)](int n) { return g(f(n)); };
  return stage<decltype(both)>(std::move(both));
}
template <class F>
task<int> through(stage<F> whole, int n) {
  co_await step{};
  co_return whole.f_(n);
}
FORM(relied_on, "lambda: in a chain of operators, no captures or by reference") {
  run([]() -> task<> {
    counted c{2};
    const int got =
        co_await through(stage([](int n) { return n + 1; }) | stage([&](int n) { return n * c.value(); }), 4);
    check(got == 10, "wrong value");
  }());
}
FORM(not_relied_on, "lambda: in a chain of operators, objects captured by value") {
  run([]() -> task<> {
    counted c{2};
    const int got =
        co_await through(stage([](int n) { return n + 1; }) | stage([c](int n) { return n * c.value(); }), 4);
    check(got == 10, "wrong value");
  }());
}
FORM(relied_on, "lambda: in a chain of operators, built in a statement of its own, then awaited") {
  run([]() -> task<> {
    counted c{2};
    auto chain = stage([](int n) { return n + 1; }) | stage([c](int n) { return n * c.value(); });
    check(co_await through(std::move(chain), 4) == 10, "wrong value");
  }());
}
auto multiplies(counted by) {
  return [c = std::move(by)](int n) { return n * c.value(); };
}
FORM(relied_on, "lambda: closure with objects, returned by an ordinary function") {
  run([]() -> task<> {
    check(co_await through(stage(multiplies(counted{2})), 4) == 8, "wrong value");
    check(co_await blocking_with(multiplies(counted{2}), 4) == 8, "wrong value");
  }());
}

}  // namespace
