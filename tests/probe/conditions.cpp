// co_await in conditions of if, while, for and switch, right of && and ||, and in the conditional operator.
#include "probe.hpp"

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

// Gives 1, 2, 3, then nothing.
class source {
 public:
  task<std::optional<counted>> receive() {
    co_await step{};
    if (++n_ > 3) co_return std::nullopt;
    co_return counted{n_};
  }

 private:
  int n_ = 0;
};

FORM(relied_on, "condition: while (auto v = co_await ...)") {
  run([]() -> task<> {
    source in;
    int sum = 0;
    while (auto v = co_await in.receive()) {
      co_await step{};
      sum += v->value();
    }
    check(sum == 6, "wrong value");
  }());
}
FORM(relied_on, "condition: while (auto v = co_await ...) with continue and break") {
  run([]() -> task<> {
    source in;
    int sum = 0;
    while (auto v = co_await in.receive()) {
      counted local{1};
      if (v->value() == 1) continue;
      co_await step{};
      sum += v->value();
      if (v->value() == 2) break;
    }
    check(sum == 2, "wrong value");
  }());
}
FORM(relied_on, "condition: return out of while (auto v = co_await ...)") {
  run([]() -> task<> {
    auto first = [](source in) -> task<int> {
      while (auto v = co_await in.receive()) co_return v->value();
      co_return 0;
    };
    check(co_await first(source{}) == 1, "wrong value");
  }());
}
FORM(relied_on, "condition: if (auto v = co_await ...; test)") {
  run([]() -> task<> {
    if (auto c = co_await make(7); c.value() == 7) {
      co_await step{};
      check(c.value() == 7, "wrong value");
    } else {
      check(false, "wrong branch");
    }
  }());
}
FORM(relied_on, "condition: for, do and switch over co_await") {
  run([]() -> task<> {
    int n = 0;
    for (int i = co_await number(0); i < co_await number(3); i += co_await number(1)) ++n;
    do {
      ++n;
    } while (co_await number(n) < 5);
    switch (co_await number(2)) {
      case 2:
        n += co_await number(2);
        break;
      default:
        n = 0;
    }
    check(n == 7, "wrong value");
  }());
}
FORM(relied_on, "condition: if (co_await ...) with temporaries") {
  run([]() -> task<> {
    bool yes = false;
    if ((co_await make(7)).value() == 7 && (co_await text(40)).size() == 40) yes = true;
    check(yes, "wrong value");
  }());
}
// Says whether co_await left and right of && and || is evaluated as often as it should be.
struct notes {
  int reached_ = 0;
  task<bool> note(bool v) {
    co_await step{};
    ++reached_;
    co_return v;
  }
};
FORM(not_relied_on, "condition: co_await right of && and || in an if") {
  run([]() -> task<> {
    notes n;
    bool a = false, b = false;
    if (co_await n.note(false) && co_await n.note(true)) a = true;
    if (co_await n.note(true) || co_await n.note(true)) b = true;
    check(!a && b, "wrong value");
    check(n.reached_ == 2, "not short-circuited");
  }());
}
FORM(not_relied_on, "condition: co_await right of && and || in an initialiser") {
  run([]() -> task<> {
    notes n;
    const bool a = co_await n.note(false) && co_await n.note(true);
    const bool b = co_await n.note(true) || co_await n.note(true);
    check(!a && b, "wrong value");
    check(n.reached_ == 2, "not short-circuited");
  }());
}
FORM(not_relied_on, "condition: co_await right of && and || in an argument") {
  run([]() -> task<> {
    notes n;
    check(!(co_await n.note(false) && co_await n.note(true)), "wrong value");
    check(co_await n.note(true) || co_await n.note(true), "wrong value");
    check(n.reached_ == 2, "not short-circuited");
  }());
}
FORM(relied_on, "condition: while (test) { if (!co_await ...) break; }") {
  run([]() -> task<> {
    notes n;
    int turns = 0;
    while (turns < 2) {
      if (!co_await n.note(true)) break;
      ++turns;
    }
    check(turns == 2 && n.reached_ == 2, "wrong value");
  }());
}
// g++ 12 drops the whole body of a function (not of a lambda) that declares nothing and awaits in a condition.
int turns_taken = 0;
task<bool> take_a_turn() {
  co_await step{};
  co_return ++turns_taken < 3;
}
task<> loop_without_declarations() {
  while (co_await take_a_turn()) {
  }
}
task<> choice_without_declarations() {
  if (co_await take_a_turn()) turns_taken += 10;
}
task<> loop_with_a_declaration() {
  bool more = true;
  while (more) more = co_await take_a_turn();
}
task<> loop_that_declares_in_its_condition() {
  while (const bool more = co_await take_a_turn()) static_cast<void>(more);
}
FORM(not_relied_on, "condition: while (co_await ...) in a function that declares nothing") {
  run(loop_without_declarations());
  check(turns_taken == 3, "body dropped");
}
FORM(not_relied_on, "condition: if (co_await ...) in a function that declares nothing") {
  run(choice_without_declarations());
  check(turns_taken == 11, "body dropped");
}
FORM(relied_on, "condition: while (co_await ...) in a lambda that declares nothing") {
  run([]() -> task<> {
    while (co_await take_a_turn()) {
    }
  }());
  check(turns_taken == 3, "body dropped");
}
FORM(relied_on, "condition: co_await in a loop, its value in a local") {
  run(loop_with_a_declaration());
  check(turns_taken == 3, "body dropped");
}
FORM(relied_on, "condition: while (auto v = co_await ...) as the only declaration of a function") {
  run(loop_that_declares_in_its_condition());
  check(turns_taken == 3, "body dropped");
}
FORM(relied_on, "condition: co_await left of &&, a plain test right of it") {
  run([]() -> task<> {
    notes n;
    int turns = 0;
    while (co_await n.note(true) && turns < 2) ++turns;
    check(turns == 2 && n.reached_ == 3, "wrong value");
  }());
}
FORM(not_relied_on, "condition: co_await right of && in a while") {
  run([]() -> task<> {
    notes n;
    int turns = 0;
    while (turns < 2 && co_await n.note(true)) ++turns;
    check(turns == 2 && n.reached_ == 2, "not short-circuited");
  }());
}
FORM(not_relied_on, "condition: co_await right of && and || in an assignment") {
  run([]() -> task<> {
    notes n;
    bool a = true, b = false;
    a = co_await n.note(false) && co_await n.note(true);
    b = co_await n.note(true) || co_await n.note(true);
    check(!a && b && n.reached_ == 2, "not short-circuited");
  }());
}
FORM(not_relied_on, "condition: co_await right of || in a co_return") {
  run([]() -> task<> {
    notes n;
    auto f = [](notes& m) -> task<bool> { co_return co_await m.note(true) || co_await m.note(true); };
    check(co_await f(n) && n.reached_ == 1, "not short-circuited");
  }());
}
FORM(not_relied_on, "conditional: c ? co_await a : co_await b of ints in initialiser and assignment") {
  run([]() -> task<> {
    notes n;
    const bool a = n.reached_ == 0 ? co_await n.note(true) : co_await n.note(false);
    bool b = false;
    b = n.reached_ == 1 ? co_await n.note(true) : co_await n.note(false);
    check(a && b && n.reached_ == 2, "both sides evaluated");
  }());
}
FORM(not_relied_on, "conditional: c ? co_await a : co_await b of ints in a co_return") {
  run([]() -> task<> {
    notes n;
    auto f = [](notes& m) -> task<bool> { co_return m.reached_ == 0 ? co_await m.note(true) : co_await m.note(false); };
    check(co_await f(n) && n.reached_ == 1, "both sides evaluated");
  }());
}
FORM(not_relied_on, "conditional: c ? co_await a : co_await b of ints in an argument") {
  run([]() -> task<> {
    int reached = 0;
    auto f = [&](int v) -> task<int> {
      co_await step{};
      ++reached;
      co_return v;
    };
    for (bool left : {true, false}) check((left ? co_await f(1) : co_await f(2)) == (left ? 1 : 2), "wrong value");
    check(reached == 2, "both sides evaluated");
  }());
}
FORM(not_relied_on, "conditional: c ? co_await a : co_await b") {
  run([]() -> task<> {
    for (bool left : {true, false}) {
      counted c = left ? co_await make(1) : co_await make(2);
      check(c.value() == (left ? 1 : 2), "wrong value");
    }
  }());
}
#if !PROBE_TSAN  // clang 14 crashes on it with -O2 -g -fsanitize=thread
FORM(not_relied_on, "conditional: co_await (c ? a : b)") {
  run([]() -> task<> {
    for (bool left : {true, false}) {
      counted c = co_await (left ? make(1) : make(2));
      check(c.value() == (left ? 1 : 2), "wrong value");
    }
  }());
}
#endif
FORM(not_relied_on, "conditional: c ? co_await a : value, of strings") {
  run([]() -> task<> {
    for (bool left : {true, false}) {
      std::string s = left ? co_await text(40) : std::string("brief");
      check(s.size() == (left ? 40u : 5u), "wrong value");
    }
  }());
}
FORM(not_relied_on, "conditional: c ? co_await a : value, of ints") {
  run([]() -> task<> {
    for (bool left : {true, false}) check((left ? co_await number(1) : 2) == (left ? 1 : 2), "wrong value");
  }());
}
FORM(not_relied_on, "conditional: argument of a co_await, with temporaries") {
  run([]() -> task<> {
    auto f = [](counted c) -> task<int> {
      co_await step{};
      co_return c.value();
    };
    for (bool left : {true, false}) {
      const int got = co_await f(left ? counted{1} : counted{2});
      check(got == (left ? 1 : 2), "wrong value");
    }
  }());
}
FORM(relied_on, "conditional: if and else with co_await into a local") {
  run([]() -> task<> {
    for (bool left : {true, false}) {
      counted c;
      if (left)
        c = co_await make(1);
      else
        c = co_await make(2);
      check(c.value() == (left ? 1 : 2), "wrong value");
    }
  }());
}

}  // namespace
