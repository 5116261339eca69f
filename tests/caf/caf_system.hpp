// caf_system: what the tests of CAF on our workers share.
#pragma once

#include <actors/actors.hpp>
#include <actors/caf/scheduler.hpp>

#include <caf/all.hpp>
#include <gtest/gtest.h>
#include <pthread.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <set>
#include <string>
#include <utility>

namespace test {

inline std::string this_thread_name() {
  char name[32] = {};
  pthread_getname_np(pthread_self(), name, sizeof name);
  return name;
}

/// Whether the calling thread is a worker of `on`.
inline bool on_worker_of(actors::runtime& on) {
  return actors::detail::current_scheduler() == &on.scheduler() && this_thread_name().starts_with("actors-");
}

/// The names of the threads of this process.
inline std::set<std::string> thread_names() {
  std::set<std::string> names;
  std::error_code gone;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/task", gone}) {
    std::string name;
    if (std::getline(std::ifstream{entry.path() / "comm"}, name)) names.insert(name);
  }
  return names;
}

using configure = std::function<void(caf::actor_system_config&)>;

/// A configuration whose systems run on `on`; `more` may set further options.
struct config_on : caf::actor_system_config {
  explicit config_on(actors::runtime& on, const configure& more = {}) {
    if (more) more(*this);
    actors::load_scheduler(*this, on);
  }
};

/// A runtime with one CAF system on it.
class caf_system {
 public:
  explicit caf_system(unsigned workers = 2, const configure& more = {}) : on{{.workers = workers}}, config{on, more} {}

  actors::runtime on;
  config_on config;
  caf::actor_system system{config};
};

/// Asks `whom` from a plain thread and gives the answer; a failure is a failure of the test.
template <class Answer, class Handle, class... Args>
Answer ask(caf::actor_system& system, const Handle& whom, const Args&... args) {
  caf::scoped_actor self{system};
  Answer answer{};
  self->request(whom, caf::infinite, args...)
      .receive([&](Answer& value) { answer = std::move(value); },
               [&](caf::error& reason) { ADD_FAILURE() << "no answer: " << self->system().render(reason); });
  return answer;
}

}  // namespace test
