// Frames: parameters, allocation by the promise, alignment, constructors that throw.
#include "probe.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <new>
#include <stdexcept>

using namespace probe;

namespace {

// A block with a header in front of the frame. The promise's operator delete only marks the block; it is freed later.
struct header {
  std::size_t size_;
  bool ended_ = false;
};
constexpr std::size_t front = 64;
static_assert(sizeof(header) <= front);
header* last_block = nullptr;
int releases = 0;

template <bool WithArguments>
struct kept {
  struct promise_type {
    kept get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }

    static void* operator new(std::size_t size) requires(!WithArguments) { return make(size); }
    template <class... Args>
    static void* operator new(std::size_t size, const Args&... args) requires(WithArguments) {
      check(sizeof...(args) > 0, "operator new did not get the arguments");
      return make(size);
    }
    static void operator delete(void* frame, std::size_t size) {
      auto* h = reinterpret_cast<header*>(static_cast<char*>(frame) - front);
      check(h->size_ == size, "operator delete got another size");
      h->ended_ = true;
      ++releases;
    }
    static void* make(std::size_t size) {
      last_block = new (::operator new (front + size, std::align_val_t{64})) header{size};
      return reinterpret_cast<char*>(last_block) + front;
    }
  };
  std::coroutine_handle<promise_type> self_;
};

void free_block() {
  check(last_block->ended_, "operator delete was not called");
  ::operator delete (last_block, std::align_val_t{64});
}

// Not inlined, so that the optimiser cannot see that the frame need not be on the heap.
template <class Kept>
[[gnu::noinline]] void end(Kept k) {
  k.self_.resume();
  k.self_.resume();
  check(k.self_.done(), "not done");
  k.self_.destroy();
  check(releases == 1, "operator delete was not called once");
  free_block();
}

template <class Kept>
[[gnu::noinline]] void end_early(Kept k) {
  k.self_.destroy();
  check(releases == 1, "operator delete was not called once");
  free_block();
}

template <bool WithArguments>
kept<WithArguments> uses(counted by_value, counted& by_reference) {
  counted local{by_value.value()};
  co_await std::suspend_always{};
  by_reference.set(local.value() + 1);
}

struct object {
  counted c_{5};
  kept<true> member(int n) {
    co_await std::suspend_always{};
    c_.set(c_.value() + n);
  }
};

FORM(relied_on, "frame: operator new with a header in front, operator delete that keeps the block") {
  counted c{1};
  end(uses<false>(counted{7}, c));
  check(c.value() == 8, "wrong value");
}
FORM(relied_on, "frame: operator new template that takes the coroutine's arguments") {
  counted c{1};
  end(uses<true>(counted{7}, c));
  check(c.value() == 8, "wrong value");
}
FORM(relied_on, "frame: operator new template, member coroutine") {
  object o;
  end(o.member(2));
  check(o.c_.value() == 7, "wrong value");
}
FORM(relied_on, "frame: operator new template, capturing lambda") {
  counted c{1};
  auto f = [&c](counted more) -> kept<true> {
    co_await std::suspend_always{};
    c.set(more.value());
  };
  end(f(counted{7}));
  check(c.value() == 7, "wrong value");
}
FORM(relied_on, "frame: destroyed before it started") {
  counted c{1};
  auto k = uses<false>(counted{7}, c);
  end_early(k);
}
FORM(not_relied_on, "frame: operator new called even where everything can be inlined") {
  counted c{1};
  auto k = uses<false>(counted{7}, c);
  k.self_.resume();
  k.self_.resume();
  k.self_.destroy();
  check(releases == 1, "allocation elided: no operator new, no header");
  if (releases == 1) free_block();
}

FORM(relied_on, "parameter: by value, moved into the frame once") {
  auto f = [](counted c, moving m) -> task<int> {
    co_await step{};
    co_return c.value() + m.value();
  };
  counted c{3};
  check(run(f(std::move(c), moving{4})) == 7, "wrong value");
  check(counted::copied == 0 && counted::moved == 3, "another number of copies or moves");
}
FORM(relied_on, "parameter: unused and unnamed") {
  auto f = [](counted, moving, [[maybe_unused]] counted c) -> task<> { co_await step{}; };
  run(f(counted{1}, moving{2}, counted{3}));
}
FORM(relied_on, "parameter: by value, destroyed with the frame after the locals") {
  auto f = [](counted c) -> task<int> {
    counted local{1};
    co_await step{};
    co_return c.value() + local.value();
  };
  auto t = f(counted{7});
  turn here{t.get()};
  t.get().promise().turn_ = &here;
  here.run();
  check(counted::made + counted::moved - counted::destroyed == 1, "parameter not alive until the frame ends");
}
FORM(relied_on, "parameter: forwarding references and packs, by value in the frame") {
  auto inner = [](auto... all) -> task<int> {
    co_await step{};
    co_return (all.value() + ...);
  };
  auto outer = [&](auto&&... all) { return inner(std::forward<decltype(all)>(all)...); };
  counted c{1};
  check(run(outer(c, counted{2}, moving{4})) == 7, "wrong value");
}

struct throws_on_copy {
  throws_on_copy() = default;
  throws_on_copy(const throws_on_copy& other) : c_(other.c_) { throw std::runtime_error("copy"); }
  counted c_{1};
};
FORM(relied_on, "parameter: copying it into the frame throws") {
  auto f = [](counted c, throws_on_copy t, counted d) -> task<int> {
    co_await step{};
    co_return c.value() + t.c_.value() + d.value();
  };
  bool caught = false;
  try {
    const throws_on_copy t;
    auto made = [&] { return f(counted{1}, t, counted{2}); };
    auto unused = made();
  } catch (const std::runtime_error&) {
    caught = true;
  }
  check(caught, "not caught");
}

struct throws_in_copy_only_inside {
  throws_in_copy_only_inside() = default;
  throws_in_copy_only_inside(throws_in_copy_only_inside&&) { throw std::runtime_error("move"); }
  counted c_{1};
};
FORM(relied_on, "parameter: moving it into the frame throws") {
  auto f = [](counted c, throws_in_copy_only_inside t) -> task<int> {
    co_await step{};
    co_return c.value() + t.c_.value();
  };
  bool caught = false;
  try {
    auto unused = f(counted{1}, {});
  } catch (const std::runtime_error&) {
    caught = true;
  }
  check(caught, "not caught");
}

// Over-aligned locals. The frame comes from operator new(size), which knows nothing of their alignment.
struct alignas(64) wide {
  std::array<char, 64> bytes_{};
};
bool aligned(const void* p) { return reinterpret_cast<std::uintptr_t>(p) % 64 == 0; }

FORM(not_relied_on, "alignment: alignas(64) local, frame from the global operator new") {
  auto f = []() -> task<bool> {
    wide w;
    co_await step{};
    co_return aligned(&w);
  };
  std::vector<task<bool>> all;
  std::vector<char*> between;
  for (int i = 0; i < 32; ++i) {
    all.push_back(f());
    between.push_back(new char[static_cast<std::size_t>(16 + 16 * (i % 4))]);
  }
  for (auto& t : all) check(run(std::move(t)), "not aligned");
  for (auto* p : between) delete[] p;
}
FORM(relied_on, "alignment: alignas(64) local, frame from a 64-byte aligned block") {
  auto f = [](bool& yes) -> kept<false> {
    wide w;
    co_await std::suspend_always{};
    yes = aligned(&w);
  };
  bool yes = false;
  end(f(yes));
  check(yes, "not aligned");
}
FORM(relied_on, "alignment: alignas(64) value on the heap, owned by a local") {
  auto f = []() -> task<bool> {
    auto w = std::make_unique<wide>();
    co_await step{};
    co_return aligned(w.get());
  };
  for (int i = 0; i < 8; ++i) check(run(f()), "not aligned");
}

}  // namespace
