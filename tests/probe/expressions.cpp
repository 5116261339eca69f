// Where a co_await may stand: loops, operators, initialisers, returns.
#include "probe.hpp"

#include <map>
#include <memory>
#include <string>

using namespace probe;

namespace {

task<counted> make(int value) {
  co_await step{};
  co_return counted{value};
}
task<int> number(int value) {
  co_await step{};
  co_return value;
}
task<std::string> text(std::size_t size) {
  co_await step{};
  co_return std::string(size, 'x');
}
task<std::vector<counted>> many() {
  co_await step{};
  std::vector<counted> all;
  for (int i = 1; i <= 3; ++i) all.emplace_back(i);
  co_return all;
}

struct base {
  virtual ~base() = default;
  virtual task<int> run() = 0;
};
struct derived final : base {
  counted c_{7};
  task<int> run() override {
    co_await step{};
    co_return c_.value();
  }
};

template <class T>
task<int> choose(T value) {
  if constexpr (std::is_same_v<T, counted>) {
    co_await step{};
    co_return value.value();
  } else {
    co_return static_cast<int>(co_await number(value));
  }
}

FORM(relied_on, "range-for: over the result of co_await") {
  run([]() -> task<> {
    int sum = 0;
    for (auto& c : co_await many()) {
      co_await step{};
      sum += c.value();
    }
    check(sum == 6, "wrong value");
  }());
}
FORM(relied_on, "range-for: over a braced list of ints, awaiting in the body") {
  run([]() -> task<> {
    int sum = 0;
    for (int i : {1, 2, 4}) sum += co_await number(i);
    check(sum == 7, "wrong value");
  }());
}
FORM(relied_on, "range-for: over a braced list of objects, awaiting in the body") {
  run([]() -> task<> {
    int sum = 0;
    for (const auto& c : {counted{1}, counted{2}, counted{4}}) {
      co_await step{};
      sum += c.value();
    }
    check(sum == 7, "wrong value");
  }());
}
FORM(relied_on, "range-for: over a local map, structured binding, awaiting in the body") {
  run([]() -> task<> {
    std::map<std::string, counted> all;
    all.emplace("one", 1);
    all.emplace("two", 2);
    int sum = 0;
    for (auto& [name, c] : all) sum += c.value() * co_await number(static_cast<int>(name.size()));
    check(sum == 9, "wrong value");
  }());
}
FORM(relied_on, "operator: sums, products and comparisons of co_awaits") {
  run([]() -> task<> {
    const int got = co_await number(1) + 2 * co_await number(3) - (co_await make(1)).value();
    check(got == 6, "wrong value");
  }());
}
FORM(relied_on, "operator: string + co_await") {
  run([]() -> task<> {
    std::string s = "abc";
    s = s + co_await text(4) + "x";
    check(s.size() == 8, "wrong value");
  }());
}
FORM(relied_on, "operator: assignment through map[key] and *pointer") {
  run([]() -> task<> {
    std::map<std::string, std::string> all;
    all["key"] = co_await text(40);
    auto p = std::make_unique<std::string>();
    *p = co_await text(3);
    check(all["key"].size() == 40 && p->size() == 3, "wrong value");
  }());
}
FORM(relied_on, "operator: += co_await") {
  run([]() -> task<> {
    int sum = 1;
    for (int i = 1; i <= 3; ++i) sum += co_await number(i);
    std::string s = "a";
    s += co_await text(4);
    check(sum == 7 && s.size() == 5, "wrong value");
  }());
}
FORM(not_relied_on, "initialiser: lambda capture [c = co_await ...]") {
  run([]() -> task<> {
    auto f = [c = co_await make(7)] { return c.value(); };
    co_await step{};
    check(f() == 7, "wrong value");
  }());
}
FORM(relied_on, "initialiser: constructor arguments") {
  run([]() -> task<> {
    std::pair<counted, std::string> both(co_await make(3), co_await text(4));
    co_await step{};
    check(both.first.value() + static_cast<int>(both.second.size()) == 7, "wrong value");
  }());
}
FORM(not_relied_on, "initialiser: new with co_await in its arguments") {
  run([]() -> task<> {
    std::unique_ptr<counted> p(new counted(co_await make(5)));
    check(p->value() == 5, "wrong value");
  }());
}
FORM(relied_on, "initialiser: make_unique with co_await in its arguments") {
  run([]() -> task<> {
    auto p = std::make_unique<counted>(co_await make(5));
    check(p->value() == 5, "wrong value");
  }());
}
FORM(relied_on, "initialiser: push_back and emplace_back of co_await") {
  run([]() -> task<> {
    std::vector<counted> all;
    for (int i = 0; i < 4; ++i) all.push_back(co_await make(i));
    all.emplace_back(co_await make(4));
    check(all.size() == 5 && all[4].value() == 4, "wrong value");
  }());
}
FORM(relied_on, "return: co_return co_await") {
  run([]() -> task<> {
    auto f = []() -> task<counted> { co_return co_await make(7); };
    check((co_await f()).value() == 7, "wrong value");
  }());
}
FORM(relied_on, "return: co_return of a local is a move") {
  run([]() -> task<> {
    auto f = []() -> task<moving> {
      moving c{7};
      co_await step{};
      co_return c;
    };
    auto g = [](counted c) -> task<counted> { co_return c; };
    check((co_await f()).value() == 7 && (co_await g(counted{7})).value() == 7, "wrong value");
    check(counted::copied == 0, "copied");
  }());
}
FORM(relied_on, "return: co_await of a void task in co_return") {
  run([]() -> task<> {
    auto f = []() -> task<> { co_await step{}; };
    co_return co_await f();
  }());
}
FORM(relied_on, "member: virtual coroutine") {
  run([]() -> task<> {
    std::unique_ptr<base> b = std::make_unique<derived>();
    check(co_await b->run() == 7, "wrong value");
  }());
}
FORM(relied_on, "template: if constexpr in a coroutine") {
  run([]() -> task<> { check(co_await choose(counted{3}) + co_await choose(4) == 7, "wrong value"); }());
}
FORM(relied_on, "scope: same name in nested blocks, destroyed in order") {
  run([]() -> task<> {
    counted c{1};
    {
      counted inner{2};
      co_await step{};
      check(counted::destroyed == 0 && inner.value() == 2, "wrong value");
    }
    check(counted::destroyed == 1, "not destroyed at the end of its block");
    for (int i = 0; i < 2; ++i) {
      counted inner{3};
      co_await step{};
    }
    check(counted::destroyed == 3 && c.value() == 1, "not destroyed at the end of its block");
  }());
}

}  // namespace
