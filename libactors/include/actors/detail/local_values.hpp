// local_values: the values of task-local variables that one task has.
#pragma once

#include <memory>
#include <utility>

namespace actors::inline v1::detail {

/// An immutable list that tasks share: who is started has that of its parent, and who changes it has one of its own.
struct local_value {
  std::shared_ptr<const local_value> next;
  const void* variable;
  std::shared_ptr<const void> value;
};
using local_values = std::shared_ptr<const local_value>;

/// Those of the calling task, or of the task for which the calling thread makes a blocking call; empty elsewhere.
const void* find_local(const void* variable) noexcept;
local_values current_locals() noexcept;
/// Throws usage_error outside of a task.
void set_locals(local_values values);
/// `values` with another value of `variable`.
local_values with_local(const local_values& values, const void* variable, std::shared_ptr<const void> value);

}  // namespace actors::inline v1::detail
