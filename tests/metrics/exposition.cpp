// Prints a page for Prometheus, of a runtime that has done a bit of everything, with names that need care.
#include <actors/actors.hpp>
#include <actors/prometheus.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <string>
#include <utility>

using namespace actors;
using namespace std::chrono_literals;

namespace {

struct source final : actor {
  out<int> numbers{*this, "numbers"};
  task<> run() override {
    for (int i = 0; i != 10; ++i) co_await numbers.send(i);
  }
};

struct drain final : actor {
  in<int> numbers{*this, "numbers"};
  task<> run() override {
    while (auto value = co_await numbers.receive()) {
    }
  }
};

task<> amain(team& all) {
  auto [tx, rx] = channel<int>(4);
  co_await tx.send(1);
  const auto short_call = [] {};
  co_await sleep(1ms);
  co_await blocking(short_call);
  co_await all.run();
}

}  // namespace

int main() {
  const auto one = channel<int>(4, "quotes \" and \\ and\nlines");
  const auto other = channel<int>(unbounded, "bytes \xff\xfe that are no text, \xc3\xa4 that is");
  const auto third = broadcast<int>(4, "{a=\"b\"} 1");
  runtime first{{.workers = 2}};
  runtime second{{.workers = 1}};
  blocking_pool pool{{.name = "pool \"p\""}};
  pool.submit([] {}).get();
  team all;
  const auto from = all.spawn<source>({.name = "source \\"});
  const auto to = all.spawn<drain>({.name = "drain \\"});
  connect(from.port(&source::numbers), to.port(&drain::numbers));
  first.run(amain(all));
  prometheus_writer into;
  collect_metrics(into);
  collect_metrics(first, into, std::array{metric_label{"runtime", "first"}});
  collect_metrics(second, into, std::array{metric_label{"runtime", "second"}});
  collect_metrics(pool, into);
  collect_metrics(all, into);
  const metric own{"own_ratio", "A metric of the program's own, with a \\ and\na second line."};
  into.gauge(own, std::array{metric_label{"kind", ""}}, 0.1);
  std::fputs(into.text().c_str(), stdout);
}
