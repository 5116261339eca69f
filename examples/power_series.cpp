// Power series with rational coefficients, as processes: each gives the coefficients of one series, one by one, and
// only when it is asked. So a series may be made of itself: exp x is 1 + the integral of exp x.   power_series [COUNT]
// Source: M. D. McIlroy, "Squinting at Power Series" (1990).
#include <actors/actors.hpp>

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <numeric>
#include <optional>
#include <type_traits>
#include <utility>

using namespace actors;

struct rational {
  long over = 0, under = 1;  // in lowest terms
};

rational reduced(long over, long under) {
  const long divisor = std::gcd(over, under);
  return {over / divisor, under / divisor};
}
rational operator+(rational a, rational b) {
  const long common = std::lcm(a.under, b.under);
  return reduced(a.over * (common / a.under) + b.over * (common / b.under), common);
}
rational operator*(rational a, rational b) {
  const rational left = reduced(a.over, b.under), right = reduced(b.over, a.under);
  return {left.over * right.over, left.under * right.under};
}

struct demand {};

// A series as its reader has it.
struct series {
  sender<demand> ask;
  receiver<rational> answers;

  task<rational> next() const {
    co_await ask.send(demand{});
    auto coefficient = co_await answers.receive();
    if (!coefficient) throw channel_closed{"the process of this series has ended"};
    co_return *coefficient;
  }
};

// As the process has it that computes the series, with the group in which it starts others.
struct outlet {
  task_group& all;
  receiver<demand> asked;
  sender<rational> answers;
};

std::pair<outlet, series> stream(task_group& all) {
  auto [ask, asked] = channel<demand>();
  auto [answer, answers] = channel<rational>();
  return {outlet{all, std::move(asked), std::move(answer)}, series{std::move(ask), std::move(answers)}};
}

template <class... From>
series start(task_group& all, task<> (*process)(outlet, From...), std::type_identity_t<From>... from) {
  auto [out, result] = stream(all);
  all.spawn(process(std::move(out), std::move(from)...));
  return std::move(result);
}

task<> one(outlet out) {
  if (co_await out.asked.receive()) co_await out.answers.send(rational{1});
  while (auto next = co_await out.asked.receive()) co_await out.answers.send(rational{0});
}

task<> add(outlet out, series f, series g) {
  while (co_await out.asked.receive()) {
    const rational a = co_await f.next(), b = co_await g.next();
    co_await out.answers.send(a + b);
  }
}

task<> scale(outlet out, rational by, series f) {
  while (co_await out.asked.receive()) {
    const rational a = co_await f.next();
    co_await out.answers.send(by * a);
  }
}

task<> integrate(outlet out, rational constant, series f) {
  if (co_await out.asked.receive()) co_await out.answers.send(constant);
  for (long n = 1; co_await out.asked.receive(); ++n) {
    const rational a = co_await f.next();
    co_await out.answers.send(rational{1, n} * a);
  }
}

// [split]
// Two readers of one series, each at his own pace. While one waits for a new coefficient the other is given those that
// are there: the new one may depend on them.
struct reader {
  outlet to;
  std::deque<rational> unread{};
  bool waits = false;
};

task<> share(reader a, reader b, series f) {
  bool ended = false;
  const auto note = [&](reader& one) { return [&](std::optional<demand> more) { (more ? one.waits : ended) = true; }; };
  const auto keep = [&](std::optional<rational> next) {
    ended = !next;
    for (reader* each : {&a, &b}) each->unread.push_back(next.value_or(rational{}));
  };
  while (!ended) {
    const bool dry = (a.waits && a.unread.empty()) || (b.waits && b.unread.empty());
    co_await select(when(!a.waits, on_receive(a.to.asked, note(a))), when(!b.waits, on_receive(b.to.asked, note(b))),
                    when(dry, on_send(f.ask, demand{})), on_receive(f.answers, keep));
    for (reader* each : {&a, &b}) {
      if (!each->waits || each->unread.empty()) continue;
      co_await each->to.answers.send(each->unread.front());
      each->unread.pop_front();
      each->waits = false;
    }
  }
}
// [/split]

std::pair<series, series> split(task_group& all, series f) {
  auto [to_a, a] = stream(all);
  auto [to_b, b] = stream(all);
  all.spawn(share({std::move(to_a)}, {std::move(to_b)}, std::move(f)));
  return {std::move(a), std::move(b)};
}

// [series]
// (a + x F) (b + x G) = a b + x (a G + b F + x F G)
task<> multiply(outlet out, series f, series g) {
  if (!co_await out.asked.receive()) co_return;
  const rational a = co_await f.next(), b = co_await g.next();
  co_await out.answers.send(a * b);
  if (!co_await out.asked.receive()) co_return;
  auto [f1, f2] = split(out.all, std::move(f));
  auto [g1, g2] = split(out.all, std::move(g));
  series sum = start(out.all, add, start(out.all, scale, a, std::move(g1)), start(out.all, scale, b, std::move(f1)));
  series rest = start(out.all, multiply, std::move(f2), std::move(g2));
  co_await out.answers.send(co_await sum.next());
  co_await add(std::move(out), std::move(sum), std::move(rest));
}

// The series that begins with `constant` and has the derivative that is made of it.
template <class F>
series solve(task_group& all, rational constant, F derivative_of) {
  auto [to_reader, result] = stream(all);
  auto [to_itself, itself] = stream(all);
  series whole = start(all, integrate, constant, derivative_of(std::move(itself)));
  all.spawn(share({std::move(to_reader)}, {std::move(to_itself)}, std::move(whole)));
  return std::move(result);
}

series exponential(task_group& all) {
  return solve(all, {1}, [](series itself) { return itself; });
}

series tangent(task_group& all) {
  return solve(all, {0}, [&](series itself) {
    auto [t1, t2] = split(all, std::move(itself));
    return start(all, add, start(all, one), start(all, multiply, std::move(t1), std::move(t2)));
  });
}
// [/series]

task<> print(const char* name, int count, series f) {
  std::printf("%s:", name);
  for (int i = 0; i != count; ++i) {
    const rational c = co_await f.next();
    c.under == 1 ? std::printf(" %ld", c.over) : std::printf(" %ld/%ld", c.over, c.under);
  }
  std::puts("");
}

task<> amain(int count) {
  co_await with_group([&](task_group& all) -> task<> {
    co_await print("exp x", count, exponential(all));
    co_await print("tan x", count, tangent(all));
    co_await print("exp x + tan x", count, start(all, add, exponential(all), tangent(all)));
    co_await print("exp x * tan x", count, start(all, multiply, exponential(all), tangent(all)));
  });  // nobody reads any more, and all processes end
}

int main(int argc, char** argv) {
  char* end = nullptr;
  const long count = argc > 1 ? std::strtol(argv[1], &end, 10) : 10;
  if (argc > 2 || count < 1 || count > 14 || (end != nullptr && *end != '\0')) {
    std::fprintf(stderr, "power_series [COUNT]: COUNT coefficients, from 1 to 14; found '%s'\n", argv[argc - 1]);
    return 2;
  }
  run(amain(static_cast<int>(count)));
}
