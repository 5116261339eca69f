#include "every_worker.hpp"

#include <actors/executor.hpp>

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <vector>

namespace actors::inline v1::detail {

namespace {

struct visit_round {
  const std::function<void()>& visit;
  std::size_t left;
  std::mutex lock;
  std::condition_variable all_done;
};

struct visit_call final : runnable {
  visit_round* round = nullptr;
};

void visit_here(runnable& self) noexcept {
  visit_round& round = *static_cast<visit_call&>(self).round;
  round.visit();
  const std::lock_guard guard{round.lock};
  if (--round.left == 0) round.all_done.notify_all();
}

}  // namespace

void on_every_worker(runtime& on, const std::function<void()>& visit) {
  std::vector<visit_call> calls(on.workers());
  visit_round round{visit, calls.size(), {}, {}};
  for (unsigned i = 0; i != calls.size(); ++i) {
    calls[i].run = &visit_here;
    calls[i].round = &round;
    on.scheduler().post_to(i, calls[i]);
  }
  std::unique_lock guard{round.lock};
  round.all_done.wait(guard, [&] { return round.left == 0; });
}

}  // namespace actors::inline v1::detail
