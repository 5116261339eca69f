// Braced lists in coroutines. g++ 12 rejects every list that becomes a std::initializer_list in an expression with a
// co_await ("array used as initializer"); there these forms are left out and reported. -DPROBE_TRY_REJECTED compiles
// them.
#include "probe.hpp"

#include <array>
#include <initializer_list>
#include <string>

using namespace probe;

#if PROBE_GCC
#define REJECTED_BY_GCC(name, ...) \
  FORM(not_relied_on, name) { check(false, "does not compile"); }
#else
#define REJECTED_BY_GCC(name, ...) FORM(not_relied_on, name) __VA_ARGS__
#endif

namespace {

[[maybe_unused]] task<int> sum_of(std::vector<counted> all) {
  co_await step{};
  int sum = 0;
  for (const auto& c : all) sum += c.value();
  co_return sum;
}
[[maybe_unused]] task<int> sum_of_list(std::initializer_list<counted> all) {
  co_await step{};
  int sum = 0;
  for (const auto& c : all) sum += c.value();
  co_return sum;
}
[[maybe_unused]] task<std::size_t> total(std::vector<std::string> all) {
  co_await step{};
  std::size_t sum = 0;
  for (const auto& text : all) sum += text.size();
  co_return sum;
}
task<counted> make(int value) {
  co_await step{};
  co_return counted{value};
}
task<int> number(int value) {
  co_await step{};
  co_return value;
}

REJECTED_BY_GCC("list: braced ints into a vector parameter", {
  run([]() -> task<> {
    auto f = [](std::vector<int> all) -> task<std::size_t> {
      co_await step{};
      co_return all.size();
    };
    check(co_await f({1, 2, 3}) == 3, "wrong value");
  }());
})
REJECTED_BY_GCC("list: braced strings into a vector parameter", {
  run([]() -> task<> { check(co_await total({"one", "two", "three"}) == 11, "wrong value"); }());
})
REJECTED_BY_GCC("list: vector of strings written in the co_await", {
  run([]() -> task<> {
    check(co_await total(std::vector<std::string>{"one", "two", "three"}) == 11, "wrong value");
  }());
})
REJECTED_BY_GCC("list: vector of objects written in the co_await", {
  run([]() -> task<> {
    check(co_await sum_of(std::vector<counted>{counted{1}, counted{2}, counted{4}}) == 7, "wrong value");
  }());
})
FORM(relied_on, "list: vector of objects in a local, moved in") {
  run([]() -> task<> {
    std::vector<counted> all{counted{1}, counted{2}, counted{4}};
    check(co_await sum_of(std::move(all)) == 7, "wrong value");
  }());
}
REJECTED_BY_GCC("list: initializer_list parameter", {
  run([]() -> task<> { check(co_await sum_of_list({counted{1}, counted{2}, counted{4}}) == 7, "wrong value"); }());
})
REJECTED_BY_GCC("list: co_await inside a braced list", {
  run([]() -> task<> {
    std::vector<counted> all{co_await make(1), co_await make(2)};
    check(all[0].value() + all[1].value() == 3, "wrong value");
  }());
})
REJECTED_BY_GCC("list: co_await inside a braced list of ints", {
  run([]() -> task<> {
    std::vector<int> all{co_await number(1), co_await number(2)};
    check(all[0] + all[1] == 3, "wrong value");
  }());
})
FORM(relied_on, "list: std::array written in the co_await") {
  run([]() -> task<> {
    auto f = [](std::array<int, 3> all) -> task<int> {
      co_await step{};
      co_return all[0] + all[1] + all[2];
    };
    check(co_await f(std::array<int, 3>{1, 2, 4}) == 7, "wrong value");
    check(co_await f({1, 2, 4}) == 7, "wrong value");
  }());
}
FORM(not_relied_on, "list: std::array of objects written in the co_await") {
  run([]() -> task<> {
    auto f = [](std::array<counted, 2> all) -> task<int> {
      co_await step{};
      co_return all[0].value() + all[1].value();
    };
    check(co_await f(std::array<counted, 2>{counted{3}, counted{4}}) == 7, "wrong value");
  }());
}
FORM(relied_on, "list: co_await inside the braces of a std::array") {
  run([]() -> task<> {
    std::array<int, 2> all{co_await number(3), co_await number(4)};
    check(all[0] + all[1] == 7, "wrong value");
  }());
}
FORM(not_relied_on, "list: array of objects as a local, co_await in its braces") {
  run([]() -> task<> {
    counted all[] = {co_await make(3), counted{4}};
    co_await step{};
    check(all[0].value() + all[1].value() == 7, "wrong value");
  }());
}
FORM(relied_on, "list: vector of strings in a local, initialised from literals") {
  run([]() -> task<> {
    std::vector<std::string> all{"one", "two", "three, which is rather longer than the others"};
    co_await step{};
    check(all.size() == 3 && all[0] == "one", "wrong value");
  }());
}

}  // namespace
