// Power series with rational coefficients, as processes: each gives the coefficients of one series, one by one, and
// only when it is asked. A series may so be defined by itself: exp = 1 + the integral of exp.   power_series [COUNT]
// Source: M. D. McIlroy, "Squinting at Power Series" (1990).
#include <actors/actors.hpp>
#include <actors/select.hpp>

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <numeric>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

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

// [streams]
struct request {};

// A series as its reader has it: he asks, then receives.
struct series {
  sender<request> ask;
  receiver<rational> answers;

  task<rational> next() const {
    co_await ask.send(request{});
    auto coefficient = co_await answers.receive();
    if (!coefficient) throw channel_closed{"a power series has no end: its process was stopped"};
    co_return *coefficient;
  }
};

// The same as the process has it that computes the series, and the group in which it starts others.
struct outlet {
  task_group& all;
  receiver<request> asked;
  sender<rational> answers;
};

std::pair<outlet, series> stream(task_group& all) {
  auto [ask, asked] = channel<request>();
  auto [answer, answers] = channel<rational>();
  return {outlet{all, std::move(asked), std::move(answer)}, series{std::move(ask), std::move(answers)}};
}

template <class... From>
series start(task_group& all, task<> (*process)(outlet, From...), std::type_identity_t<From>... from) {
  auto [out, result] = stream(all);
  all.spawn(process(std::move(out), std::move(from)...));
  return std::move(result);
}
// [/streams]

task<> polynomial(outlet out, std::vector<rational> coefficients) {
  for (std::size_t i = 0; co_await out.asked.receive(); ++i)
    co_await out.answers.send(i < coefficients.size() ? coefficients[i] : rational{});
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

task<> differentiate(outlet out, series f) {
  co_await f.next();
  for (long n = 1; co_await out.asked.receive(); ++n) {
    const rational a = co_await f.next();
    co_await out.answers.send(rational{n} * a);
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
// Two readers of one series, each at his own pace. While it waits for the series it goes on answering: that may depend
// on what a reader already can have.
struct reader {
  outlet to;
  std::deque<rational> unread{};
  bool waits = false;
};

task<> share(reader a, reader b, series f) {
  bool asked = false, ended = false;
  const auto ask_of = [&](reader& one) { return [&](std::optional<request> next) { (next ? one.waits : ended) = true; }; };
  const auto keep = [&](std::optional<rational> next) {
    asked = false;
    if (!next) ended = true;
    for (reader* each : {&a, &b}) each->unread.push_back(next.value_or(rational{}));
  };
  while (!ended) {
    const bool dry = (a.waits && a.unread.empty()) || (b.waits && b.unread.empty());
    co_await select(when(!a.waits, on_receive(a.to.asked, ask_of(a))), when(!b.waits, on_receive(b.to.asked, ask_of(b))),
                    when(dry && !asked, on_send(f.ask, request{}, [&] { asked = true; })),
                    when(asked, on_receive(f.answers, keep)));
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

// [multiply]
// (a + x F) (b + x G) = a b + x (a G + b F + x F G)
task<> multiply(outlet out, series f, series g) {
  if (!co_await out.asked.receive()) co_return;
  const rational a = co_await f.next(), b = co_await g.next();
  co_await out.answers.send(a * b);
  if (!co_await out.asked.receive()) co_return;
  auto [f1, f2] = split(out.all, std::move(f));
  auto [g1, g2] = split(out.all, std::move(g));
  const series sum = start(out.all, add, start(out.all, scale, a, std::move(g1)), start(out.all, scale, b, std::move(f1)));
  const series rest = start(out.all, multiply, std::move(f2), std::move(g2));
  co_await out.answers.send(co_await sum.next());
  while (co_await out.asked.receive()) {
    const rational s = co_await sum.next(), r = co_await rest.next();
    co_await out.answers.send(s + r);
  }
}

// exp f, where f begins with 0: its derivative is f' exp f. What it gives it also reads.
task<> exponential(outlet out, series f) {
  auto [back, self] = stream(out.all);
  series derived = start(out.all, multiply, start(out.all, differentiate, std::move(f)), std::move(self));
  series whole = start(out.all, integrate, rational{1}, std::move(derived));
  reader outside{std::move(out)}, inside{std::move(back)};
  co_await share(std::move(outside), std::move(inside), std::move(whole));
}

// tan x: its derivative is 1 + tan x tan x.
task<> tangent(outlet out) {
  auto [back, self] = stream(out.all);
  auto [t1, t2] = split(out.all, std::move(self));
  series one = start(out.all, polynomial, {{1}});
  series derived = start(out.all, add, std::move(one), start(out.all, multiply, std::move(t1), std::move(t2)));
  series whole = start(out.all, integrate, rational{0}, std::move(derived));
  reader outside{std::move(out)}, inside{std::move(back)};
  co_await share(std::move(outside), std::move(inside), std::move(whole));
}
// [/multiply]

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
    const auto x = [&] { return start(all, polynomial, {{0}, {1}}); };
    co_await print("exp x", count, start(all, exponential, x()));
    co_await print("tan x", count, start(all, tangent));
    co_await print("exp x + tan x", count, start(all, add, start(all, exponential, x()), start(all, tangent)));
    co_await print("exp x * tan x", count, start(all, multiply, start(all, exponential, x()), start(all, tangent)));
    co_await print("exp tan x", count, start(all, exponential, start(all, tangent)));
  });  // nobody reads any more, and all processes end
}

int main(int argc, char** argv) {
  char* end = nullptr;
  const long count = argc > 1 ? std::strtol(argv[1], &end, 10) : 10;
  if (argc > 2 || count < 1 || count > 14 || (end != nullptr && *end != '\0')) {
    std::fprintf(stderr, "power_series [COUNT]: COUNT coefficients, 1 to 14; found '%s'\n", argv[argc - 1]);
    return 2;
  }
  run(amain(static_cast<int>(count)));
}
