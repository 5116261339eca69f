// The batches that pipeline ports carry: text, records, counts.
#include <actors/pipeline/counts.hpp>
#include <actors/pipeline/records.hpp>
#include <actors/pipeline/text.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace actors::inline v1 {

pipeline::text item_weight<pipeline::text>::take_front(pipeline::text& block, std::size_t lines) {
  std::size_t end = 0;
  for (std::size_t i = 0; i != lines && end < block.bytes.size(); ++i) {
    const std::size_t stop = block.bytes.find('\n', end);
    end = stop == std::string_view::npos ? block.bytes.size() : stop + 1;
  }
  pipeline::text front{block.owner, block.bytes.substr(0, end), static_cast<std::uint32_t>(lines)};
  block.bytes.remove_prefix(end);
  block.lines -= static_cast<std::uint32_t>(lines);
  return front;
}

// From the end, so that taking all of a long part piece by piece moves each entry once.
pipeline::counts item_weight<pipeline::counts>::take_front(pipeline::counts& part, std::size_t items) {
  pipeline::counts front{part.owner, part.key_name, {}};
  const auto from = part.entries.end() - static_cast<std::ptrdiff_t>(items);
  front.entries.assign(from, part.entries.end());
  part.entries.erase(from, part.entries.end());
  return front;
}

namespace pipeline {

records::records(const records& other) : items_(other.begin(), other.end()) { keep_all_of(other); }

records::records(records&& other) noexcept
    : items_{std::move(other.items_)},
      first_{std::exchange(other.first_, 0)},
      own_{std::move(other.own_)},
      kept_{std::move(other.kept_)} {}

records& records::operator=(records&& other) noexcept {
  records taken{std::move(other)};
  items_.swap(taken.items_);
  std::swap(first_, taken.first_);
  own_.swap(taken.own_);
  kept_.swap(taken.kept_);
  return *this;
}

void records::keep(std::shared_ptr<const void> memory) {
  if (memory == nullptr || (!kept_.empty() && kept_.back() == memory)) return;
  kept_.push_back(std::move(memory));
}

void records::keep_all_of(const records& other) {
  for (const auto& each : other.kept_) keep(each);
  keep(other.own_);
}

std::pmr::monotonic_buffer_resource& records::memory() {
  if (own_ == nullptr) own_ = std::make_shared<std::pmr::monotonic_buffer_resource>();
  return *own_;
}

value records::copy(std::string_view characters) {
  if (characters.empty()) return value{std::string_view{}};
  auto* to = static_cast<char*>(memory().allocate(characters.size(), 1));
  std::memcpy(to, characters.data(), characters.size());
  return value{std::string_view{to, characters.size()}};
}

value records::copy(std::span<const field> fields) {
  auto* to = static_cast<field*>(memory().allocate(fields.size() * sizeof(field), alignof(field)));
  for (std::size_t i = 0; i != fields.size(); ++i) {
    const value name = copy(fields[i].name);
    ::new (static_cast<void*>(to + i)) field{name.as_text(), copy(fields[i].content)};
  }
  return value{std::span<const field>{to, fields.size()}};
}

value records::copy(const value& item) {
  switch (item.type()) {
    case value::kind::text:
      return copy(item.as_text());
    case value::kind::map:
      return copy(item.as_map());
    case value::kind::list: {
      const auto items = item.as_list();
      auto* to = static_cast<value*>(memory().allocate(items.size() * sizeof(value), alignof(value)));
      for (std::size_t i = 0; i != items.size(); ++i) ::new (static_cast<void*>(to + i)) value{copy(items[i])};
      return value{std::span<const value>{to, items.size()}};
    }
    default:
      return item;
  }
}

records records::take_front(std::size_t count) {
  records front;
  front.keep_all_of(*this);
  const std::size_t taken = std::min(count, size());
  front.items_.assign(begin(), begin() + taken);
  first_ += taken;
  return front;
}

}  // namespace pipeline
}  // namespace actors::inline v1
