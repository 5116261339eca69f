// Values written directly inside a co_await expression: arguments by value and by reference, strings, move-only values.
#include "probe.hpp"

#include <memory>
#include <string>
#include <tuple>
#include <variant>

using namespace probe;

namespace {

task<int> by_value(counted c) {
  co_await step{};
  co_return c.value();
}
task<int> by_const_reference(const counted& c) {
  co_await step{};
  co_return c.value();
}
task<int> by_rvalue_reference(counted&& c) {
  co_await step{};
  counted mine = std::move(c);
  co_return mine.value();
}
task<int> move_only(moving c) {
  co_await step{};
  co_return c.value();
}
task<std::size_t> string_by_value(std::string text) {
  co_await step{};
  co_return text.size();
}
task<std::size_t> string_by_reference(const std::string& text) {
  co_await step{};
  co_return text.size();
}
task<int> with_default(counted c = counted{9}) {
  co_await step{};
  co_return c.value();
}
task<counted> make(int value) {
  co_await step{};
  co_return counted{value};
}
task<int> add(counted a, counted b, counted c) {
  co_await step{};
  co_return a.value() * 100 + b.value() * 10 + c.value();
}

template <class... Ts>
task<std::tuple<Ts...>> gather(task<Ts>... each) {
  co_return std::tuple<Ts...>{co_await std::move(each)...};
}

task<std::monostate> produce(moving to) {
  co_await step{};
  check(to.value() == 1, "wrong value");
  co_return std::monostate{};
}
task<int> consume(moving from) {
  co_await step{};
  co_return from.value();
}

// A chain of stages joined with |, awaited as a whole.
struct stage {
  explicit stage(int value) : c_(value) {}
  moving c_;
};
stage operator|(stage left, stage right) { return stage(left.c_.value() * 10 + right.c_.value()); }
task<int> finish(stage whole) {
  co_await step{};
  co_return whole.c_.value();
}
task<int>::awaiter wait_for(task<int>& t) { return std::move(t).operator co_await(); }

struct built_in_parts {
  built_in_parts() : c_(1) {}
  counted c_;
  built_in_parts& with(const counted& more) {
    c_.set(c_.value() + more.value());
    return *this;
  }
  task<int> build() {
    co_await step{};
    co_return c_.value();
  }
};
struct builder {
  counted c_{1};
  builder& with(const counted& more) {
    c_.set(c_.value() + more.value());
    return *this;
  }
  task<int> build() {
    co_await step{};
    co_return c_.value();
  }
};

FORM(relied_on, "temporary: by value") {
  run([]() -> task<> { check(co_await by_value(counted{7}) == 7, "wrong value"); }());
}
FORM(relied_on, "temporary: by const reference") {
  run([]() -> task<> { check(co_await by_const_reference(counted{7}) == 7, "wrong value"); }());
}
FORM(relied_on, "temporary: by rvalue reference") {
  run([]() -> task<> { check(co_await by_rvalue_reference(counted{7}) == 7, "wrong value"); }());
}
FORM(relied_on, "temporary: move-only, by value") {
  run([]() -> task<> { check(co_await move_only(moving{7}) == 7, "wrong value"); }());
}
FORM(relied_on, "temporary: local moved in") {
  run([]() -> task<> {
    moving c{7};
    check(co_await move_only(std::move(c)) == 7, "wrong value");
  }());
}
FORM(relied_on, "temporary: string by value, short") {
  run([]() -> task<> { check(co_await string_by_value(std::string("brief")) == 5, "wrong value"); }());
}
FORM(relied_on, "temporary: string by value, long") {
  run([]() -> task<> { check(co_await string_by_value(std::string(40, 'x')) == 40, "wrong value"); }());
}
FORM(relied_on, "temporary: string by const reference") {
  run([]() -> task<> { check(co_await string_by_reference(std::string("brief")) == 5, "wrong value"); }());
}
FORM(relied_on, "temporary: string from a literal, by value") {
  run([]() -> task<> { check(co_await string_by_value("brief") == 5, "wrong value"); }());
}
FORM(relied_on, "temporary: string from a literal, by const reference") {
  run([]() -> task<> { check(co_await string_by_reference("brief") == 5, "wrong value"); }());
}
FORM(relied_on, "temporary: string from operator+") {
  run([]() -> task<> {
    std::string name = "a";
    check(co_await string_by_value("file " + name + std::to_string(12)) == 8, "wrong value");
  }());
}
FORM(relied_on, "temporary: default argument") {
  run([]() -> task<> { check(co_await with_default() == 9, "wrong value"); }());
}
FORM(relied_on, "temporary: unique_ptr by value") {
  run([]() -> task<> {
    auto f = [](std::unique_ptr<counted> p) -> task<int> {
      co_await step{};
      co_return p->value();
    };
    check(co_await f(std::make_unique<counted>(7)) == 7, "wrong value");
  }());
}
FORM(relied_on, "temporary: optional and pair by value") {
  run([]() -> task<> {
    auto f = [](std::optional<counted> o, std::pair<counted, int> p) -> task<int> {
      co_await step{};
      co_return o->value() + p.first.value() + p.second;
    };
    check(co_await f(counted{1}, {counted{2}, 4}) == 7, "wrong value");
  }());
}
FORM(relied_on, "temporary: co_await inside a co_await's argument") {
  run([]() -> task<> { check(co_await by_value(co_await make(7)) == 7, "wrong value"); }());
}
FORM(relied_on, "temporary: several co_awaits among the arguments") {
  run([]() -> task<> { check(co_await add(co_await make(1), counted{2}, co_await make(4)) == 124, "wrong value"); }());
}
FORM(relied_on, "temporary: co_await among a plain function's arguments") {
  run([]() -> task<> {
    auto plain = [](counted a, const counted& b, counted&& c) { return a.value() + b.value() + c.value(); };
    check(plain(counted{1}, co_await make(2), co_await make(4)) == 7, "wrong value");
  }());
}
FORM(relied_on, "temporary: co_await result bound to a const reference over a suspension") {
  run([]() -> task<> {
    const counted& c = co_await make(7);
    co_await step{};
    check(c.value() == 7, "wrong value");
  }());
}
FORM(relied_on, "temporary: methods of a temporary with a constructor, chained") {
  run([]() -> task<> {
    check(co_await built_in_parts().with(counted{2}).with(counted{4}).build() == 7, "wrong value");
  }());
}
FORM(not_relied_on, "temporary: methods of a temporary aggregate, chained") {
  run([]() -> task<> { check(co_await builder{}.with(counted{2}).with(counted{4}).build() == 7, "wrong value"); }());
}
FORM(relied_on, "temporary: method of the result of co_await") {
  run([]() -> task<> { check((co_await make(7)).value() == 7, "wrong value"); }());
}
FORM(relied_on, "temporary: gather of tasks with values moved in, structured binding") {
  run([]() -> task<> {
    moving tx{1}, rx{5};
    auto [_, sum] = co_await gather(produce(std::move(tx)), consume(std::move(rx)));
    co_await step{};
    check(sum == 5, "wrong value");
  }());
}
FORM(relied_on, "temporary: structured binding of non-trivial values") {
  run([]() -> task<> {
    auto [a, b] = co_await gather(make(3), make(4));
    co_await step{};
    check(a.value() + b.value() == 7, "wrong value");
  }());
}
FORM(relied_on, "temporary: chain of operators, awaited as a whole") {
  run([]() -> task<> { check(co_await finish(stage(1) | stage(2) | stage(4)) == 124, "wrong value"); }());
}
FORM(relied_on, "temporary: awaiter of a task variable from a function") {
  run([]() -> task<> {
    auto t = by_value(counted{7});
    check(co_await wait_for(t) == 7, "wrong value");
  }());
}
FORM(relied_on, "temporary: frame dropped while temporaries of a co_await live") {
  run_and_drop([]() -> task<> {
    auto waits = [](const counted&, counted) -> task<> { co_await stop{}; };
    counted local{1};
    co_await waits(counted{2}, counted{3});
  }());
}

}  // namespace
