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

void history::add(ring& to, const history_entry& entry) {
  if (to.kept.size() < most_)
    to.kept.push_back(entry);
  else
    to.kept[to.count % most_] = entry;
  to.kept[to.count % most_].position = ++position_;
  ++to.count;
}

void history::add_switch(const history_entry& entry) {
  fingerprint_ = mixed(fingerprint_, entry.point);
  fingerprint_ = mixed(fingerprint_, std::uint64_t{entry.thread} << 32 | entry.task);
  fingerprint_ = mixed(fingerprint_, std::uint64_t{entry.step.object} << 32 | entry.step.where.line);
  add(switches_, entry);
}

std::string history::text(std::span<const std::string> names) const {
  std::vector<const history_entry*> all;
  for (const ring* each : {&switches_, &events_}) {
    for (const history_entry& entry : each->kept) all.push_back(&entry);
  }
  std::sort(all.begin(), all.end(), [](const auto* a, const auto* b) { return a->position < b->position; });
  std::size_t name_width = 0;
  for (const std::string& name : names) name_width = std::max(name_width, name.size());
  std::string text;
  for (const history_entry* entry : all) {
    text += padded("  #" + std::to_string(entry->point), 9) + padded(names[entry->thread], name_width) + "  ";
    text += padded(entry->task == 0 ? "" : "task " + std::to_string(entry->task), 8);
    text += "  " + text_of(entry->step) + entry->name + '\n';
  }
  return text;
}

}  // namespace actors::inline v1::detail
