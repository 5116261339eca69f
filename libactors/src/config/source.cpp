#include <actors/config/source.hpp>

#include <algorithm>
#include <utility>

namespace actors::inline v1::config {

std::uint32_t source_set::add(std::string name, std::string text) {
  entry s{std::move(name), std::move(text), {0}};
  for (std::size_t i = 0; i < s.text.size(); ++i)
    if (s.text[i] == '\n') s.lines.push_back(i + 1);
  sources_.push_back(std::move(s));
  return static_cast<std::uint32_t>(sources_.size() - 1);
}

std::size_t source_set::line_index(const entry& in, std::size_t offset) const {
  const auto after = std::ranges::upper_bound(in.lines, offset);
  return static_cast<std::size_t>(after - in.lines.begin()) - 1;
}

std::size_t source_set::line_start(span where) const {
  const entry& s = sources_.at(where.source);
  return s.lines[line_index(s, where.offset)];
}

std::string_view source_set::line_of(span where) const {
  const entry& s = sources_.at(where.source);
  const std::size_t begin = line_start(where);
  std::string_view line = std::string_view{s.text}.substr(begin);
  line = line.substr(0, line.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

place source_set::locate(span where) const {
  if (where.is_whole()) return {};
  const entry& s = sources_.at(where.source);
  const std::size_t line = line_index(s, where.offset);
  const std::size_t end = std::min<std::size_t>(where.offset, s.text.size());
  const auto starts_character = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
  const auto before = std::string_view{s.text}.substr(s.lines[line], end - s.lines[line]);
  return {line + 1, static_cast<std::size_t>(std::ranges::count_if(before, starts_character)) + 1};
}

std::string source_set::mention(span where) const {
  std::string text = name(where.source);
  if (!where.is_whole()) text.append(":").append(std::to_string(locate(where).line));
  return text;
}

}  // namespace actors::inline v1::config
