#include <actors/config/diagnostic.hpp>
#include <actors/pipeline/value.hpp>

#include "text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace actors::inline v1::config {

namespace {

struct palette {
  std::string_view place, error, warning, mark, help, off;
};
constexpr palette plain{};
constexpr palette colors{"\x1b[1m", "\x1b[1;31m", "\x1b[1;35m", "\x1b[1;32m", "\x1b[1;36m", "\x1b[0m"};

struct character {
  std::uint32_t code = 0;
  std::size_t bytes = 1;
};

/// A byte that starts no UTF-8 sequence is a control character of its own.
character decode(std::string_view s) noexcept {
  const auto lead = static_cast<unsigned char>(s[0]);
  const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  std::uint32_t code = bytes == 1 ? lead : lead & (0x7fU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if (i >= s.size() || (static_cast<unsigned char>(s[i]) & 0xc0) != 0x80) return {0, 1};
    code = code << 6 | (static_cast<unsigned char>(s[i]) & 0x3fU);
  }
  return {lead >= 0x80 && bytes == 1 ? 0 : code, bytes};
}

/// Cells of a terminal: combining marks take none, East Asian wide characters and emoji two.
std::size_t cells(std::uint32_t code) noexcept {
  struct range {
    std::uint32_t first, last;
  };
  constexpr std::array<range, 7> none{{{0x300, 0x36f},
                                       {0x483, 0x489},
                                       {0x591, 0x5bd},
                                       {0x200b, 0x200f},
                                       {0x20d0, 0x20ff},
                                       {0xfe00, 0xfe0f},
                                       {0xfe20, 0xfe2f}}};
  constexpr std::array<range, 9> two{{{0x1100, 0x115f},
                                      {0x2e80, 0x303e},
                                      {0x3041, 0xa4cf},
                                      {0xac00, 0xd7a3},
                                      {0xf900, 0xfaff},
                                      {0xfe30, 0xfe6f},
                                      {0xff00, 0xff60},
                                      {0xffe0, 0xffe6},
                                      {0x1f300, 0x1faff}}};
  const auto holds = [code](const range& r) { return code >= r.first && code <= r.last; };
  if (std::ranges::any_of(none, holds)) return 0;
  if (std::ranges::any_of(two, holds) || (code >= 0x20000 && code <= 0x3fffd)) return 2;
  return 1;
}

/// What stands above the caret, made safe for a terminal, and the blanks that lead below it: a tab stays a tab.
void append_shown(std::string& out, std::string_view line) {
  while (!line.empty()) {
    const character c = decode(line);
    if ((c.code < 0x20 && c.code != '\t') || (c.code >= 0x7f && c.code < 0xa0))
      out += '?';
    else
      out += line.substr(0, c.bytes);
    line.remove_prefix(c.bytes);
  }
}

void append_blanks(std::string& out, std::string_view before) {
  while (!before.empty()) {
    const character c = decode(before);
    if (c.code == '\t')
      out += '\t';
    else
      out.append(cells(c.code), ' ');
    before.remove_prefix(c.bytes);
  }
}

std::size_t width(std::string_view text) noexcept {
  std::size_t sum = 0;
  while (!text.empty()) {
    const character c = decode(text);
    sum += cells(c.code);
    text.remove_prefix(c.bytes);
  }
  return sum;
}

void append_excerpt(std::string& out, const diagnostic& d, const palette& use) {
  constexpr std::size_t gutter = 5;
  std::string number = std::to_string(d.line);
  number.insert(0, gutter - std::min(gutter, number.size()), ' ');
  const std::string& line = d.shown->line;
  const std::size_t caret = std::min(d.shown->caret, line.size());

  out.append(number).append(" | ");
  append_shown(out, line);
  out += '\n';
  out.append(number.size(), ' ').append(" | ");
  append_blanks(out, std::string_view{line}.substr(0, caret));
  out += use.mark;
  out += '^';
  const std::size_t marked = width(std::string_view{line}.substr(caret, d.shown->length));
  if (marked > 1) out.append(marked - 1, '~');
  if (!d.label.empty()) out.append(" ").append(d.label);
  out.append(use.off).append("\n");
}

void append_help(std::string& out, std::string_view help, const palette& use) {
  while (!help.empty()) {
    const auto end = std::min(help.find('\n'), help.size());
    out.append("      ")
        .append(use.help)
        .append("= help:")
        .append(use.off)
        .append(" ")
        .append(help.substr(0, end))
        .append("\n");
    help.remove_prefix(std::min(end + 1, help.size()));
  }
}

void append(std::string& out, const diagnostic& d, const palette& use) {
  out.append(use.place).append(d.file);
  if (d.line != 0) out.append(":").append(std::to_string(d.line)).append(":").append(std::to_string(d.column));
  out.append(":").append(use.off).append(" ");
  const bool error = d.level == severity::error;
  out.append(error ? use.error : use.warning).append(error ? "error[" : "warning[").append(d.code).append("]:");
  out.append(use.off).append(" ").append(d.message).append("\n");
  if (d.shown) append_excerpt(out, d, use);
  append_help(out, d.help, use);
}

}  // namespace

std::string summary(std::span<const diagnostic> diagnostics) {
  if (diagnostics.empty()) return {};
  const auto is_error = [](const diagnostic& d) { return d.level == severity::error; };
  const auto errors = static_cast<std::size_t>(std::ranges::count_if(diagnostics, is_error));
  const std::size_t warnings = diagnostics.size() - errors;
  std::string text;
  if (errors != 0) text += counted(errors, "error");
  if (errors != 0 && warnings != 0) text += ", ";
  if (warnings != 0) text += counted(warnings, "warning");
  if (errors != 0) text += "; nothing was started";
  const auto first_error = std::ranges::find_if(diagnostics, is_error);
  const diagnostic& first = first_error == diagnostics.end() ? diagnostics.front() : *first_error;
  return text + ". See `actors explain " + first.code + "`.";
}

std::string render(std::span<const diagnostic> diagnostics, render_options options) {
  std::string out;
  for (const diagnostic& d : diagnostics) append(out, d, options.color ? colors : plain);
  if (options.summary && !diagnostics.empty()) out += summary(diagnostics) + "\n";
  return out;
}

std::string render_json(std::span<const diagnostic> diagnostics) {
  using pipeline::field;
  using pipeline::value;
  std::string out;
  for (const diagnostic& d : diagnostics) {
    const auto number = [](std::size_t n) { return value{static_cast<std::int64_t>(n)}; };
    const auto text = [](std::string_view s) { return value{s}; };
    const std::array fields{field{"file", text(d.file)},
                            field{"line", number(d.line)},
                            field{"column", number(d.column)},
                            field{"length", number(d.length)},
                            field{"severity", text(d.level == severity::error ? "error" : "warning")},
                            field{"code", text(d.code)},
                            field{"message", text(d.message)},
                            field{"label", text(d.label)},
                            field{"help", text(d.help)}};
    append_json(out, value{std::span<const field>{fields}});
    out += '\n';
  }
  return out;
}

}  // namespace actors::inline v1::config
