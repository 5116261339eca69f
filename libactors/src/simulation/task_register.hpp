// task_register: the tasks of a simulation by number, and what is known of each.
#pragma once

#include "virtual_thread.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace actors::inline v1::detail {

class task_state;

/// Tasks count from 1 in the order in which they were spawned, so that a schedule that is repeated has the same
/// numbers.
class task_register {
 public:
  void started(task_state& task, const task_state* by);
  void ended(const task_state& task) noexcept;
  /// What it does next, for which it may have to wait.
  void comes_to(const task_state& task, const coming_step& step) noexcept;

  /// 0 for null.
  unsigned number_of(const task_state* task) const noexcept;
  /// "task 3 (consume)"; "task 3" for one that has ended.
  std::string name_of(unsigned number) const;
  /// The first task after number `before` that has not ended; null where there is none.
  task_state* after(unsigned& before) const noexcept;
  /// Channels count from 1 in the order in which tasks come to them.
  unsigned channel_of(std::uint32_t object) {
    return channels_.try_emplace(object, channels_.size() + 1).first->second;
  }
  /// One line for each task that has not ended, in order: what it waits for. Of many tasks one for those that are
  /// alike, the rarest first, and their numbers.
  std::string text() const;

 private:
  struct record {
    task_state* task;
    unsigned by;
    std::optional<coming_step> step;
  };
  using entry = const std::pair<const unsigned, record>*;

  static std::string body_of(const record& of);
  static std::string wait_of(const record& of, bool numbered);
  static std::string rest_of(const std::vector<entry>& kind);
  std::vector<std::vector<entry>> kinds() const;

  std::map<unsigned, record> tasks_;
  std::unordered_map<const task_state*, unsigned> numbers_;
  std::unordered_map<std::uint32_t, unsigned> channels_;
  unsigned last_ = 0;
};

}  // namespace actors::inline v1::detail
