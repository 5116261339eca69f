#include "history.hpp"

#include <algorithm>
#include <string_view>

namespace actors::inline v1::detail {

namespace {

std::uint64_t mixed(std::uint64_t state, std::uint64_t value) noexcept {
  state = (state ^ value) * 0x9e3779b97f4a7c15;
  return state ^ state >> 32;
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

}  // namespace

std::string text_of(const coming_step& step) {
  std::string text = step.what;
  if (step.object != 0 && *step.noun != '\0') text += std::string{" "} + step.noun;
  if (step.object != 0) text += ' ' + std::to_string(step.object);
  if (*step.where.function == '\0') return text;
  return text + ", in " + step.where.function + " (" + text_of(step.where) + ')';
}

std::string text_of(const code_place& place) {
  const std::string_view file{place.file};
  return std::string{file.substr(file.rfind('/') + 1)} + ':' + std::to_string(place.line);
}

void history::add(const history_entry& entry) {
  if (entry.is_switch) {
    ++switches_;
    fingerprint_ = mixed(fingerprint_, entry.point);
    fingerprint_ = mixed(fingerprint_, std::uint64_t{entry.thread} << 32 | entry.task);
    fingerprint_ = mixed(fingerprint_, std::uint64_t{entry.step.object} << 32 | entry.step.where.line);
  }
  if (kept_.size() < most_)
    kept_.push_back(entry);
  else
    kept_[count_ % most_] = entry;
  ++count_;
}

std::string history::text(std::span<const std::string> names) const {
  std::size_t name_width = 0;
  for (const std::string& name : names) name_width = std::max(name_width, name.size());
  std::string text;
  const std::uint64_t first = count_ - kept_.size();
  for (std::uint64_t i = first; i != count_; ++i) {
    const history_entry& entry = kept_[i % most_];
    text += padded("  #" + std::to_string(entry.point), 9) + padded(names[entry.thread], name_width) + "  ";
    text += padded(entry.task == 0 ? "" : "task " + std::to_string(entry.task), 8);
    text += "  " + text_of(entry.step) + entry.name + '\n';
  }
  return text;
}

}  // namespace actors::inline v1::detail
