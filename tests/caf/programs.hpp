// programs: CAF programs that give the same results under CAF's scheduler and under ours, with one worker and with two.
// A program is a function from a system to the lines that it would print; a test says which these are.
#pragma once

#include "caf_system.hpp"

#include <algorithm>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace test {

using lines = std::vector<std::string>;

/// Who runs the actors of a program.
struct host {
  bool ours;
  unsigned workers;
  friend std::ostream& operator<<(std::ostream& out, const host& h) {
    return out << (h.ours ? "our" : "caf") << "_workers_" << h.workers;
  }
};

/// A CAF system on its host; `more` may set further options.
class hosted_system {
 public:
  explicit hosted_system(const host& on, const configure& more = {}) {
    if (more) more(config_);
    if (on.ours)
      actors::load_scheduler(config_, on_.emplace(actors::runtime_options{.workers = on.workers}));
    else
      config_.set("scheduler.max-threads", std::size_t{on.workers});
    system_.emplace(config_);
  }

  caf::actor_system& operator*() noexcept { return *system_; }
  caf::actor_system* operator->() noexcept { return &*system_; }

 private:
  std::optional<actors::runtime> on_;
  caf::actor_system_config config_;
  std::optional<caf::actor_system> system_;
};

/// The base of the fixtures: each test is run on each host.
class caf_program : public testing::TestWithParam<host> {
 protected:
  /// What `program` gives in a system of its own, after that has ended.
  template <class Program>
  lines run(Program program, const configure& more = {}) {
    return run_on(GetParam(), program, more);
  }
  template <class Program>
  static lines run_on(const host& on, Program program, const configure& more = {}) {
    hosted_system system{on, more};
    return program(*system);
  }
};

inline const auto hosts = testing::Values(host{false, 1}, host{false, 2}, host{true, 1}, host{true, 2});

/// The next `count` strings that are sent to `self`, in the order of their arrival.
inline lines receive_lines(caf::scoped_actor& self, std::size_t count) {
  lines got;
  while (got.size() != count) self->receive([&](std::string& line) { got.push_back(std::move(line)); });
  return got;
}

inline lines sorted(lines some) {
  std::sort(some.begin(), some.end());
  return some;
}

/// The name of an error, without that of its category.
inline std::string text_of(const caf::actor_system& system, const caf::error& e) {
  const std::string text = system.render(e);
  const std::size_t begin = text.find('(');
  return begin == std::string::npos ? text : text.substr(begin + 1, text.size() - begin - 2);
}
inline std::string text_of(caf::scoped_actor& self, const caf::error& e) { return text_of(self->system(), e); }

/// What `whom` answers to a request, or the error, as a line.
template <class Answer, class Handle, class... Args>
std::string answer_of(caf::scoped_actor& self, const Handle& whom, const Args&... args) {
  std::string line;
  self->request(whom, caf::infinite, args...)
      .receive([&](const Answer& value) { line = caf::deep_to_string(value); },
               [&](const caf::error& why) { line = text_of(self, why); });
  return line;
}

}  // namespace test
