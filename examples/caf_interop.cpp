// Actors of CAF and of this library do one job: they ask, monitor, link, feed and restart one another.
#include <actors/actors.hpp>
#include <actors/caf/interop.hpp>
#include <actors/caf/scheduler.hpp>

#include <caf/all.hpp>

#include <chrono>
#include <cstdio>
#include <string>
#include <utility>

using namespace actors;
using namespace std::chrono_literals;

// [classic]
// CAF's: what one unit of a currency is, in pence. It ends of a currency that it does not know.
caf::behavior rates(caf::event_based_actor* self) {
  return {[self](const std::string& currency) -> caf::result<int> {
    if (currency == "EUR") return 86;
    if (currency == "USD") return 79;
    self->quit(caf::make_error(caf::sec::invalid_argument, "no rate for " + currency));
    return caf::make_error(caf::sec::invalid_argument, "no rate for " + currency);
  }};
}

// CAF's: takes a line at a time.
caf::behavior printer(caf::event_based_actor*) {
  return {[](const std::string& line) { std::printf("receipt: %s\n", line.c_str()); }};
}
// [/classic]

// [till]
// Ours: turns a sale ("12 EUR") into pence, for whoever asks, and writes a receipt.
struct till final : actor {
  in<request<std::string, int>> sales{*this, "sales"};
  out<std::string> receipts{*this, "receipts"};
  caf_child_ref rates;

  explicit till(const caf_child_ref& where) : rates{where} {}
  task<> run() override {
    while (auto sale = co_await sales.receive()) {
      try {
        const int rate = co_await rate_of((*sale)->substr((*sale)->find(' ') + 1));
        const int pence = std::stoi(**sale) * rate;
        co_await receipts.send(**sale + " = " + std::to_string(pence) + " pence");
        sale->reply(pence);
      } catch (const error&) {
        sale->fail(std::current_exception());
      }
    }
  }
  task<int> rate_of(std::string currency) {
    for (;;) {
      const caf::actor now = co_await rates.running();  // the one that runs, after a restart the next one
      try {
        co_return co_await ask<int>(now, 1s, currency);
      } catch (const unanswered&) {
        // It has just ended.
      }
    }
  }
};
// [/till]

// [customer]
// CAF's: asks ours as it would ask CAF's.
struct bought {
  int answers = 0;
};
caf::behavior customer(caf::stateful_actor<bought>* self, caf::actor till) {
  self->link_to(till);
  self->monitor(till);
  self->set_down_handler([self](caf::down_msg& down) {
    std::printf("the till has closed: %s\n", self->system().render(down.reason).c_str());
    self->quit();
  });
  const auto answered = [self, till] {
    if (++self->state.answers == 3) end_inputs(till);
  };
  for (const std::string sale : {"12 EUR", "5 XXX", "7 USD"})
    self->request(till, 10s, sale)
        .then(
            [sale, answered](int pence) {
              std::printf("%s: %d pence\n", sale.c_str(), pence);
              answered();
            },
            [self, sale, answered](const caf::error& why) {
              std::printf("%s: %s\n", sale.c_str(), self->system().render(why).c_str());
              answered();
            });
  return {[](int) {}};
}
// [/customer]

// [main]
task<> job(team& work, const caf_child_ref& source, receiver<std::string> receipts, caf::actor paper) {
  auto running = spawn(work.run());
  const auto printed = co_await feed(std::move(receipts), paper, 4);  // at most four lines are under way
  source.exit();
  co_await running;
  std::printf("%llu receipts\n", static_cast<unsigned long long>(printed.acknowledged));
}

int main() {
  runtime on;
  caf::actor_system_config config;
  load_scheduler(config, on);
  caf::actor_system system{config};
  team work{{.max = 3}};
  auto source = spawn_caf(work, {.name = "rates"}, [&system] { return caf::actor{system.spawn(rates)}; });
  auto desk = work.spawn<till>({.name = "till"}, source);
  system.spawn(customer, as_caf(desk, system, expose(&till::sales)));
  on.run(job(work, source, desk.receiver(&till::receipts, 4), system.spawn(printer)));
  for (const actor_report& each : work.reports())
    std::printf("%s: %s, restarts: %u\n", each.name.c_str(), to_string(each.state), each.restarts);
}
// [/main]
