#include <actors/error_trace.hpp>

#include "../runtime/place_text.hpp"

#include <utility>

namespace actors::inline v1 {

void error_trace::add(trace_frame frame) {
  if (frames_.size() >= most_frames) {
    frames_.erase(frames_.begin() + most_frames / 2);
    ++omitted_;
  }
  frames_.push_back(std::move(frame));
}

void error_trace::leave_task(std::string name) {
  if (!frames_.empty()) frames_.back().task = std::move(name);
}

std::string error_trace::to_string(const char* indent) const {
  std::string text;
  for (std::size_t i = 0; i != frames_.size(); ++i) {
    const trace_frame& each = frames_[i];
    if (omitted_ != 0 && i == most_frames / 2) text.append(indent) += "... " + std::to_string(omitted_) + " more\n";
    text.append(indent).append(i == 0 ? "in " : "awaited by ").append(each.function);
    text.append(" (")
        .append(detail::path_and_line(detail::source_place{each.function, each.file, each.line}))
        .append(1, ')');
    if (!each.task.empty()) text.append(", task '").append(each.task).append(1, '\'');
    text += '\n';
  }
  return text;
}

}  // namespace actors::inline v1
