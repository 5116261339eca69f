// Lambdas in coroutines: as coroutines themselves, as callables owned by a helper.
#include "probe.hpp"

#include <functional>
#include <list>
#include <string>

using namespace probe;

namespace {

// Owns the callable in its own frame until its coroutine has ended.
template <class F>
task<int> owned(F f) {
  co_return co_await f();
}

// An ordinary function that hands the callable on to the coroutine.
template <class F>
auto handed_on(F&& f) {
  return owned<std::decay_t<F>>(std::forward<F>(f));
}

template <class F>
task<int> borrowed(const F& f) {
  co_return co_await f();
}

struct group {
  std::list<task<>> children_;

  template <class F>
  static task<> own(F f) {
    co_await f();
  }
  template <class F>
  void spawn(F f) {
    children_.push_back(own(std::move(f)));
  }
};

template <class F>
task<> with_group(F f) {
  group children;
  co_await f(children);
  for (auto& child : children.children_) co_await std::move(child);
}

template <class F>
task<> with_limit(int, F f) {
  co_await step{};
  co_await f();
}

task<int> through_function(std::function<task<int>()> f) { co_return co_await f(); }

struct actor {
  counted state_{3};
  task<int> run() {
    counted extra{4};
    co_return co_await owned([this, extra]() -> task<int> {
      co_await step{};
      co_return state_.value() + extra.value();
    });
  }
  task<int> run_by_reference() {
    counted extra{4};
    co_return co_await owned([&]() -> task<int> {
      co_await step{};
      co_return state_.value() + extra.value();
    });
  }
};

FORM(not_relied_on, "lambda: captures by value, called as a temporary") {
  run([]() -> task<> {
    counted c{7};
    const int got = co_await [c]() -> task<int> {
      co_await step{};
      co_return c.value();
    }();
    check(got == 7, "wrong value");
  }());
}

FORM(relied_on, "lambda: captures by reference, called as a temporary") {
  run([]() -> task<> {
    counted c{7};
    co_await [&]() -> task<> {
      co_await step{};
      c.set(c.value() + 1);
    }();
    check(c.value() == 8, "wrong value");
  }());
}

FORM(not_relied_on, "lambda: move-only init-capture, called as a temporary") {
  run([]() -> task<> {
    const int got = co_await [c = moving{7}]() -> task<int> {
      co_await step{};
      co_return c.value();
    }();
    check(got == 7, "wrong value");
  }());
}

FORM(relied_on, "lambda: in a local variable, then called") {
  run([]() -> task<> {
    auto f = [c = counted{7}](counted more) mutable -> task<int> {
      co_await step{};
      c.set(c.value() + more.value());
      co_return c.value();
    };
    check(co_await f(counted{1}) == 8, "wrong value");
    check(co_await f(counted{1}) == 9, "wrong value");
  }());
}

FORM(not_relied_on, "lambda: by value captures, temporary owned by a helper coroutine") {
  run([]() -> task<> {
    counted c{7};
    const int got = co_await owned([c]() -> task<int> {
      co_await step{};
      co_return c.value();
    });
    check(got == 7, "wrong value");
  }());
}

FORM(relied_on, "lambda: by reference captures, temporary owned by a helper coroutine") {
  run([]() -> task<> {
    counted c{7};
    const int got = co_await owned([&]() -> task<int> {
      co_await step{};
      co_return c.value();
    });
    check(got == 7, "wrong value");
  }());
}

FORM(not_relied_on, "lambda: move-only init-capture, temporary owned by a helper coroutine") {
  run([]() -> task<> {
    const int got = co_await owned([c = moving{7}]() -> task<int> {
      co_await step{};
      co_return c.value();
    });
    check(got == 7, "wrong value");
  }());
}

FORM(not_relied_on, "lambda: string capture, temporary owned by a helper coroutine") {
  run([]() -> task<> {
    std::string text(40, 'x'), brief = "brief";
    const int got = co_await owned([text, brief]() -> task<int> {
      co_await step{};
      co_return static_cast<int>(text.size() + brief.size());
    });
    check(got == 45, "wrong value");
  }());
}

FORM(relied_on, "lambda: local variable moved into a helper coroutine") {
  run([]() -> task<> {
    auto f = [c = moving{7}]() -> task<int> {
      co_await step{};
      co_return c.value();
    };
    check(co_await owned(std::move(f)) == 7, "wrong value");
  }());
}

FORM(not_relied_on, "lambda: temporary handed through a function to a helper coroutine") {
  run([]() -> task<> {
    counted c{7};
    const int got = co_await handed_on([c]() -> task<int> {
      co_await step{};
      co_return c.value();
    });
    check(got == 7, "wrong value");
  }());
}

FORM(not_relied_on, "lambda: temporary borrowed by a helper coroutine (const reference)") {
  run([]() -> task<> {
    counted c{7};
    const int got = co_await borrowed([c]() -> task<int> {
      co_await step{};
      co_return c.value();
    });
    check(got == 7, "wrong value");
  }());
}

FORM(relied_on, "lambda: scopes inside scopes, by reference, spawning into a group") {
  run([]() -> task<> {
    counted sum{0};
    co_await with_limit(30, [&]() -> task<> {
      co_await with_group([&](group& children) -> task<> {
        for (int i = 1; i <= 3; ++i) {
          children.spawn([&sum, c = counted{i}]() -> task<> {
            co_await step{};
            sum.set(sum.value() + c.value());
          });
        }
        co_return;
      });
    });
    check(sum.value() == 6, "wrong value");
  }());
}

FORM(not_relied_on, "lambda: temporary converted to a std::function parameter") {
  run([]() -> task<> {
    counted c{7};
    const int got = co_await through_function([c]() -> task<int> {
      co_await step{};
      co_return c.value();
    });
    check(got == 7, "wrong value");
  }());
}

FORM(not_relied_on, "lambda: captures this and an object by value, inside a member coroutine") {
  run([]() -> task<> {
    actor a;
    check(co_await a.run() == 7, "wrong value");
  }());
}

FORM(relied_on, "lambda: generic, with a parameter pack") {
  run([]() -> task<> {
    auto sum = [](auto... each) -> task<int> {
      co_await step{};
      co_return (each.value() + ...);
    };
    check(co_await sum(counted{1}, moving{2}, counted{4}) == 7, "wrong value");
  }());
}

FORM(relied_on, "lambda: temporary with captures in a statement of its own, the task awaited next") {
  run([]() -> task<> {
    counted c{7};
    auto t = owned([c, d = moving{1}]() -> task<int> {
      co_await step{};
      co_return c.value() + d.value();
    });
    check(co_await std::move(t) == 8, "wrong value");
  }());
}

FORM(relied_on, "lambda: trivial values captured by value, temporary owned by a helper coroutine") {
  run([]() -> task<> {
    int a = 3;
    double b = 4;
    const counted* c = nullptr;
    const int got = co_await owned([=]() -> task<int> {
      co_await step{};
      co_return c ? 0 : a + static_cast<int>(b);
    });
    check(got == 7, "wrong value");
  }());
}

FORM(relied_on, "lambda: without captures, values passed as arguments, called as a temporary") {
  run([]() -> task<> {
    counted c{7};
    const int got = co_await [](counted mine, moving more) -> task<int> {
      co_await step{};
      co_return mine.value() + more.value();
    }(c, moving{1});
    check(got == 8, "wrong value");
  }());
}

FORM(relied_on, "lambda: std::function in a local from a capturing lambda, then awaited") {
  run([]() -> task<> {
    std::function<task<int>()> f = [c = counted{7}]() -> task<int> {
      co_await step{};
      co_return c.value();
    };
    check(co_await f() == 7, "wrong value");
    check(co_await through_function(std::move(f)) == 7, "wrong value");
  }());
}

FORM(relied_on, "lambda: captures this and locals by reference, inside a member coroutine") {
  run([]() -> task<> {
    actor a;
    check(co_await a.run_by_reference() == 7, "wrong value");
  }());
}

FORM(relied_on, "lambda: its task kept, the closure alive in a variable") {
  run([]() -> task<> {
    auto f = [c = counted{7}]() -> task<int> {
      co_await step{};
      co_return c.value();
    };
    auto first = f(), second = f();
    check(co_await std::move(second) + co_await std::move(first) == 14, "wrong value");
  }());
}

}  // namespace
