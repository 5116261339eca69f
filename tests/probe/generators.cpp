// co_yield: references, temporaries, early exit, exceptions; generators that await.
#include "probe.hpp"

#include <memory>
#include <stdexcept>
#include <string>

using namespace probe;

namespace {

// Yields a reference to a value that lives in the generator (or in the expression of the co_yield).
template <class T>
class generator {
 public:
  struct promise_type {
    T* now_ = nullptr;
    std::exception_ptr error_;
    generator get_return_object() { return generator{std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(T& value) {
      now_ = std::addressof(value);
      return {};
    }
    std::suspend_always yield_value(T&& value) {
      now_ = std::addressof(value);
      return {};
    }
    void return_void() {}
    void unhandled_exception() { error_ = std::current_exception(); }
  };

  explicit generator(std::coroutine_handle<promise_type> self) : self_(self) {}
  generator(generator&& other) noexcept : self_(std::exchange(other.self_, nullptr)) {}
  ~generator() {
    if (self_) self_.destroy();
  }
  T* next() {
    self_.resume();
    if (self_.promise().error_) std::rethrow_exception(self_.promise().error_);
    return self_.done() ? nullptr : self_.promise().now_;
  }

  struct iterator {
    generator* from_;
    T* now_;
    T& operator*() const { return *now_; }
    iterator& operator++() {
      now_ = from_->next();
      return *this;
    }
    bool operator!=(std::nullptr_t) const { return now_; }
  };
  iterator begin() { return {this, next()}; }
  std::nullptr_t end() { return nullptr; }

 private:
  std::coroutine_handle<promise_type> self_;
};

// A generator that may await; next() is a task's awaitable.
template <class T>
class async_generator {
 public:
  struct promise_type {
    std::optional<T> now_;
    turn* turn_ = nullptr;
    std::coroutine_handle<> after_;
    async_generator get_return_object() {
      return async_generator{std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    struct yields {
      bool await_ready() noexcept { return false; }
      void await_suspend(std::coroutine_handle<promise_type> self) noexcept {
        self.promise().turn_->next_ = self.promise().after_;
      }
      void await_resume() noexcept {}
    };
    std::suspend_always initial_suspend() noexcept { return {}; }
    yields final_suspend() noexcept {
      now_.reset();
      return {};
    }
    yields yield_value(T value) {
      now_.emplace(std::move(value));
      return {};
    }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };

  class awaiter {
   public:
    explicit awaiter(std::coroutine_handle<promise_type> self) : self_(self) {}
    bool await_ready() { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> caller) {
      self_.promise().turn_ = caller.promise().turn_;
      self_.promise().after_ = caller;
      self_.promise().turn_->next_ = self_;
    }
    std::optional<T> await_resume() { return std::exchange(self_.promise().now_, std::nullopt); }

   private:
    std::coroutine_handle<promise_type> self_;
  };

  explicit async_generator(std::coroutine_handle<promise_type> self) : self_(self) {}
  async_generator(async_generator&& other) noexcept : self_(std::exchange(other.self_, nullptr)) {}
  ~async_generator() {
    if (self_) self_.destroy();
  }
  awaiter next() { return awaiter(self_); }

 private:
  std::coroutine_handle<promise_type> self_;
};

struct item {
  counted c;
  int n = 0;
};

generator<counted> up_to(int n) {
  for (int i = 1; i <= n; ++i) {
    counted c{i};
    co_yield c;
  }
}
async_generator<counted> slowly(int n) {
  counted guard{100};
  for (int i = 1; i <= n; ++i) {
    co_await step{};
    co_yield counted{i};
  }
  check(guard.value() == 100, "wrong value");
}

FORM(relied_on, "generator: co_yield of a reference to a local, range-for") {
  int sum = 0;
  for (auto& c : up_to(3)) sum += c.value();
  check(sum == 6 && counted::copied + counted::moved == 0, "wrong value");
}
FORM(relied_on, "generator: left early, its locals are destroyed") {
  int sum = 0;
  for (auto& c : up_to(100)) {
    sum += c.value();
    if (sum >= 3) break;
  }
  check(sum == 3, "wrong value");
}
FORM(relied_on, "generator: co_yield of a temporary") {
  auto f = []() -> generator<counted> {
    co_yield counted{3};
    co_yield counted{4};
  };
  int sum = 0;
  for (auto& c : f()) sum += c.value();
  check(sum == 7, "wrong value");
}
FORM(relied_on, "generator: co_yield of a temporary string") {
  auto f = []() -> generator<std::string> {
    co_yield std::string("brief");
    co_yield std::string(40, 'x');
    co_yield "literal";
  };
  std::size_t sum = 0;
  for (auto& s : f()) sum += s.size();
  check(sum == 52, "wrong value");
}
FORM(not_relied_on, "generator: co_yield of a temporary aggregate") {
  auto f = []() -> generator<item> {
    co_yield item{counted{3}, 4};
    co_yield {counted{5}, 6};
  };
  int sum = 0;
  for (auto& i : f()) sum += i.c.value() + i.n;
  check(sum == 18, "wrong value");
}
FORM(relied_on, "generator: co_yield of an aggregate in a local") {
  auto f = []() -> generator<item> {
    item i{counted{3}, 4};
    co_yield i;
    co_yield std::move(i);
  };
  int sum = 0;
  for (auto& i : f()) sum += i.c.value() + i.n;
  check(sum == 14, "wrong value");
}
FORM(relied_on, "generator: an exception leaves it") {
  auto f = []() -> generator<counted> {
    counted local{1};
    co_yield local;
    throw std::runtime_error("late");
  };
  int seen = 0;
  bool caught = false;
  try {
    for (auto& c : f()) seen += c.value();
  } catch (const std::runtime_error&) {
    caught = true;
  }
  check(seen == 1 && caught, "not caught");
}
FORM(relied_on, "generator: capturing lambda, called in a range-for as a variable") {
  counted c{3};
  auto f = [c]() -> generator<int> {
    for (int i = 0; i < c.value(); ++i) co_yield i;
  };
  int sum = 0;
  for (int i : f()) sum += i;
  check(sum == 3, "wrong value");
}
FORM(relied_on, "async generator: while (auto v = co_await g.next())") {
  run([]() -> task<> {
    auto g = slowly(3);
    int sum = 0;
    while (auto v = co_await g.next()) sum += v->value();
    check(sum == 6, "wrong value");
  }());
}
FORM(relied_on, "async generator: left early") {
  run([]() -> task<> {
    auto g = slowly(100);
    int sum = 0;
    while (auto v = co_await g.next()) {
      sum += v->value();
      if (sum >= 3) break;
    }
    check(sum == 3, "wrong value");
  }());
}

}  // namespace
