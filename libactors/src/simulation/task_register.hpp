// task_register: the tasks of a simulation by number, and what is known of each.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <unordered_map>

namespace actors::inline v1::detail {

class task_state;

/// Tasks count from 1 in the order in which they were spawned, so that a schedule that is repeated has the same
/// numbers.
class task_register {
 public:
  void started(task_state& task, const task_state* by);
  void ended(const task_state& task) noexcept;

  /// 0 for null.
  unsigned number_of(const task_state* task) const noexcept;
  /// The first task after number `before` that has not ended; null where there is none.
  task_state* after(unsigned& before) const noexcept;
  /// One line for each task that has not ended, in order.
  std::string text() const;

 private:
  struct record {
    task_state* task;
    unsigned by;
  };
  std::map<unsigned, record> tasks_;
  std::unordered_map<const task_state*, unsigned> numbers_;
  unsigned last_ = 0;
};

}  // namespace actors::inline v1::detail
