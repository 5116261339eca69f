// Aggregates (braces, no constructor) inside co_await expressions, as arguments and as awaiters.
#include "probe.hpp"

#include <map>
#include <string>
#include <string_view>

using namespace probe;

namespace {

struct plain {
  int a = 1;
  int b = 2;
};
struct item {
  counted c;
  int n = 0;
};
struct word {
  std::string text;
  int count = 0;
};
struct nested {
  item inner;
  counted more{5};
};
struct built {
  built(counted c, int n) : c_(std::move(c)), n_(n) {}
  counted c_;
  int n_;
};

task<int> take_plain(plain p) {
  co_await step{};
  co_return p.a * 10 + p.b;
}
task<int> take(item i) {
  co_await step{};
  co_return i.c.value() + i.n;
}
task<int> take_const(const item& i) {
  co_await step{};
  co_return i.c.value() + i.n;
}
task<int> take_rvalue(item&& i) {
  co_await step{};
  item mine = std::move(i);
  co_return mine.c.value() + mine.n;
}
task<std::size_t> take_word(word w) {
  co_await step{};
  co_return w.text.size() + static_cast<std::size_t>(w.count);
}
task<int> take_nested(nested n) {
  co_await step{};
  co_return n.inner.c.value() + n.inner.n + n.more.value();
}
task<int> take_built(built b) {
  co_await step{};
  co_return b.c_.value() + b.n_;
}

// send(v): an awaiter that holds the value (by value) or refers to it (by reference) until it is resumed.
template <class T>
class sends {
 public:
  explicit sends(T value) : value_(std::forward<T>(value)) {}
  bool await_ready() { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> self) {
    self.promise().turn_->next_ = self;
  }
  int await_resume() { return value_.c.value() + value_.n; }

 private:
  T value_;
};
sends<item> send(item i) { return sends<item>(std::move(i)); }
sends<item&&> send_reference(item&& i) { return sends<item&&>(std::move(i)); }
item make_item(counted c, int n) { return item{std::move(c), n}; }

// Awaiters that are aggregates themselves.
struct wait_plain {
  int result_ = 3;
  bool await_ready() { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> self) {
    self.promise().turn_->next_ = self;
  }
  int await_resume() { return result_; }
};
struct wait_holding {
  counted c_;
  int n_ = 0;
  bool await_ready() { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> self) {
    self.promise().turn_->next_ = self;
  }
  int await_resume() { return c_.value() + n_; }
};
class wait_built {
 public:
  wait_built(counted c, int n) : inner_{std::move(c), n} {}
  bool await_ready() { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> self) {
    inner_.await_suspend(self);
  }
  int await_resume() { return inner_.await_resume(); }

 private:
  wait_holding inner_;
};
wait_holding make_waiting(counted c) { return {std::move(c), 4}; }
struct awaitable {
  counted c_;
  wait_holding operator co_await() && { return {std::move(c_), 4}; }
};

FORM(relied_on, "aggregate: of ints, by value") {
  run([]() -> task<> { check(co_await take_plain(plain{3, 4}) == 34, "wrong value"); }());
}
FORM(relied_on, "aggregate: of ints, designated, type left out") {
  run([]() -> task<> { check(co_await take_plain({.b = 7}) == 17, "wrong value"); }());
}
FORM(relied_on, "aggregate: of trivial members (pointer, string_view), designated, type left out") {
  run([]() -> task<> {
    struct options {
      std::string_view name = "none";
      const counted* c = nullptr;
    };
    auto f = [](int n, options o) -> task<std::size_t> {
      co_await step{};
      co_return o.name.size() + (o.c ? 1u : 0u) + static_cast<std::size_t>(n);
    };
    check(co_await f(2, {.name = "brief"}) == 7, "wrong value");
  }());
}
FORM(not_relied_on, "aggregate: by value") {
  run([]() -> task<> { check(co_await take(item{counted{3}, 4}) == 7, "wrong value"); }());
}
FORM(not_relied_on, "aggregate: by value, designated") {
  run([]() -> task<> { check(co_await take(item{.c = counted{3}, .n = 4}) == 7, "wrong value"); }());
}
FORM(not_relied_on, "aggregate: by value, type left out") {
  run([]() -> task<> { check(co_await take({counted{3}, 4}) == 7, "wrong value"); }());
}
FORM(not_relied_on, "aggregate: by value, from a local and a literal") {
  run([]() -> task<> {
    counted c{3};
    check(co_await take(item{c, 4}) == 7, "wrong value");
    check(co_await take(item{std::move(c), 4}) == 7, "wrong value");
  }());
}
FORM(not_relied_on, "aggregate: by const reference") {
  run([]() -> task<> { check(co_await take_const(item{counted{3}, 4}) == 7, "wrong value"); }());
}
FORM(not_relied_on, "aggregate: by rvalue reference") {
  run([]() -> task<> { check(co_await take_rvalue(item{counted{3}, 4}) == 7, "wrong value"); }());
}
FORM(not_relied_on, "aggregate: holding a string, by value") {
  run([]() -> task<> {
    std::string text(40, 'x');
    check(co_await take_word(word{text, 2}) == 42, "wrong value");
    check(co_await take_word(word{"brief", 2}) == 7, "wrong value");
  }());
}
FORM(not_relied_on, "aggregate: holding a string, from dereferenced and indexed values") {
  run([]() -> task<> {
    std::map<std::string, int> n;
    std::optional<std::string> w = "word";
    check(co_await take_word(word{*w, ++n[*w]}) == 5, "wrong value");
  }());
}
FORM(not_relied_on, "aggregate: nested, with a default member initialiser") {
  run([]() -> task<> { check(co_await take_nested(nested{{counted{3}, 4}}) == 12, "wrong value"); }());
}
FORM(not_relied_on, "aggregate: to a function that returns an awaiter, held by value") {
  run([]() -> task<> { check(co_await send(item{counted{3}, 4}) == 7, "wrong value"); }());
}
FORM(not_relied_on, "aggregate: to a function that returns an awaiter, held by reference") {
  run([]() -> task<> { check(co_await send_reference(item{counted{3}, 4}) == 7, "wrong value"); }());
}
FORM(relied_on, "aggregate: in a local, then moved in") {
  run([]() -> task<> {
    item i{counted{3}, 4};
    check(co_await take(std::move(i)) == 7, "wrong value");
    item j{counted{3}, 4};
    check(co_await send(std::move(j)) == 7, "wrong value");
    item k{counted{3}, 4};
    check(co_await send_reference(std::move(k)) == 7, "wrong value");
  }());
}
FORM(relied_on, "aggregate: from a function that returns it") {
  run([]() -> task<> {
    check(co_await take(make_item(counted{3}, 4)) == 7, "wrong value");
    check(co_await send(make_item(counted{3}, 4)) == 7, "wrong value");
    check(co_await send_reference(make_item(counted{3}, 4)) == 7, "wrong value");
  }());
}
FORM(relied_on, "aggregate: a class with a constructor instead") {
  run([]() -> task<> {
    check(co_await take_built(built{counted{3}, 4}) == 7, "wrong value");
    check(co_await take_built(built(counted{3}, 4)) == 7, "wrong value");
  }());
}
FORM(relied_on, "aggregate: a class with a constructor, type left out") {
  run([]() -> task<> { check(co_await take_built({counted{3}, 4}) == 7, "wrong value"); }());
}
FORM(relied_on, "aggregate: in co_return") {
  run([]() -> task<> {
    auto f = []() -> task<item> {
      co_await step{};
      co_return item{counted{3}, 4};
    };
    const item i = co_await f();
    check(i.c.value() + i.n == 7, "wrong value");
  }());
}
FORM(relied_on, "aggregate: in co_return, type left out") {
  run([]() -> task<> {
    auto f = []() -> task<item> {
      co_await step{};
      co_return {counted{3}, 4};
    };
    const item i = co_await f();
    check(i.c.value() + i.n == 7, "wrong value");
  }());
}
FORM(not_relied_on, "aggregate: local initialised with co_await inside the braces") {
  run([]() -> task<> {
    item i{counted{3}, co_await take_plain({0, 4})};
    co_await step{};
    check(i.c.value() + i.n == 7, "wrong value");
  }());
}
FORM(relied_on, "awaiter: aggregate of ints, in place") {
  run([]() -> task<> { check(co_await wait_plain{7} == 7 && co_await wait_plain{} == 3, "wrong value"); }());
}
FORM(not_relied_on, "awaiter: aggregate holding an object, in place") {
  run([]() -> task<> { check(co_await wait_holding{counted{3}, 4} == 7, "wrong value"); }());
}
FORM(relied_on, "awaiter: aggregate holding an object, in a local") {
  run([]() -> task<> {
    wait_holding w{counted{3}, 4};
    check(co_await w == 7, "wrong value");
    wait_holding v{counted{3}, 4};
    check(co_await std::move(v) == 7, "wrong value");
  }());
}
FORM(relied_on, "awaiter: aggregate holding an object, from a function") {
  run([]() -> task<> { check(co_await make_waiting(counted{3}) == 7, "wrong value"); }());
}
FORM(relied_on, "awaiter: with a constructor, in place") {
  run([]() -> task<> { check(co_await wait_built{counted{3}, 4} == 7, "wrong value"); }());
}
FORM(not_relied_on, "awaiter: aggregate from operator co_await of an aggregate") {
  run([]() -> task<> { check(co_await awaitable{counted{3}} == 7, "wrong value"); }());
}

}  // namespace
