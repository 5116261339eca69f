// caf_asks: what a request and its answer cost between actors of CAF, ours, and tasks, all on the same workers.
//
//     caf_asks [SECONDS]
//
// One asker with one request on its way at a time; SECONDS of each kind. The processor time is that of the whole
// process for each round trip: on a busy machine it says more.
#include <actors/actors.hpp>
#include <actors/caf/interop.hpp>
#include <actors/caf/scheduler.hpp>

#include <caf/all.hpp>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace {

using namespace std::chrono_literals;
using actors::request;
using actors::task;
using clock_type = std::chrono::steady_clock;

constexpr int batch = 1000;  // between two looks at the clock

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

class timing {
 public:
  explicit timing(double seconds) : limit_{seconds} {}
  /// After each batch: false when it is enough.
  bool more() {
    done_ += batch;
    return took() < limit_;
  }
  void print(const char* what) const {
    std::printf("%-34s %9.0f round trips per second  %6.0f ns of processor time each\n", what, done_ / took(),
                1e9 * (cpu_seconds() - cpu_) / done_);
  }

 private:
  double took() const { return std::chrono::duration<double>(clock_type::now() - begin_).count(); }

  double limit_;
  double done_ = 0;
  clock_type::time_point begin_ = clock_type::now();
  double cpu_ = cpu_seconds();
};

caf::behavior echo(caf::event_based_actor*) {
  return {[](int x) { return x; }};
}

/// Asks with CAF's own request, with a limit of time or without.
struct asks {
  caf::event_based_actor* self;
  caf::actor whom;
  timing* time;
  bool limited;

  void next(int left) const {
    if (left == 0) {
      if (!time->more()) return self->quit();
      left = batch;
    }
    const caf::duration limit = limited ? caf::duration{10s} : caf::infinite;
    self->request(whom, limit, 1).then([asking = *this, left](int) { asking.next(left - 1); });
  }
};

void by_caf(caf::actor_system& system, const caf::actor& whom, double seconds, bool limited, const char* what) {
  timing time{seconds};
  {
    caf::scoped_actor self{system};
    const caf::actor client = self->spawn<caf::monitored>([&](caf::event_based_actor* asker) {
      asks{asker, whom, &time, limited}.next(batch);
    });
    self->wait_for(client);
  }
  time.print(what);
}

task<> by_task(caf::actor whom, double seconds) {
  timing time{seconds};
  do {
    for (int i = 0; i != batch; ++i) static_cast<void>(co_await actors::ask<int>(whom, 10s, 1));
  } while (time.more());
  time.print("a task asks CAF's actor");
}

task<> by_task_of_ours(actors::sender<request<int, int>> whom, double seconds) {
  timing time{seconds};
  do {
    for (int i = 0; i != batch; ++i) static_cast<void>(co_await actors::ask(whom, 1, 10s));
  } while (time.more());
  time.print("a task asks ours");
}

}  // namespace

int main(int count, char** arguments) {
  const double seconds = count > 1 ? std::atof(arguments[1]) : 2;
  actors::runtime on;
  caf::actor_system_config config;
  actors::load_scheduler(config, on);
  caf::actor_system system{config};
  actors::team work;
  auto ours = work.spawn([](actors::in<request<int, int>>& asked) -> task<> {
    while (auto question = co_await asked.receive()) question->reply(**question);
  });
  auto to = ours.port<0>().cell.channel_for_wiring(16).ends.first;
  caf::actor address = as_caf(ours, system, actors::expose<0>());
  auto running = on.spawn(work.run());
  const caf::actor cafs = system.spawn(echo);
  by_caf(system, cafs, seconds, false, "CAF's actor asks CAF's");
  by_caf(system, cafs, seconds, true, "the same, for at most 10 s");
  by_caf(system, address, seconds, false, "CAF's actor asks ours");
  on.spawn(by_task(cafs, seconds)).get();
  on.spawn(by_task_of_ours(to, seconds)).get();
  to = {};
  address = nullptr;
  running.get();
  caf::anon_send_exit(cafs, caf::exit_reason::user_shutdown);
}
