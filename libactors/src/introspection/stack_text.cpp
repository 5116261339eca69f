#include "stack_text.hpp"

#include <actors/detail/task_state.hpp>

#include "take_snapshot.hpp"

#include <cstddef>
#include <new>

namespace actors::inline v1::detail {

std::string stack_text(const std::vector<snapshot_place>& stack, bool runs) {
  std::string text;
  for (std::size_t i = 0; i != stack.size(); ++i) {
    const snapshot_place& each = stack[i];
    text += (i == 0 ? "    in " : "    awaited by ") + each.function + " (";
    if (i == 0 && runs) text += "behind ";
    text += each.file + ':' + std::to_string(each.line) + ")\n";
  }
  return text;
}

std::string stack_text_of(const task_state& task) noexcept {
  try {
    return task.done() ? std::string{} : stack_text(stack_of(task), !task.waits());
  } catch (const std::bad_alloc&) {
    return {};
  }
}

}  // namespace actors::inline v1::detail
