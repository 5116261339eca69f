#include "table.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace actors::inline v1::pipeline {

namespace {

struct column {
  std::string name;
  std::string title;
  bool numbers = true;
  std::size_t width = 0;
  std::vector<std::string> cells;
};

std::size_t width_of(std::string_view text) noexcept {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// Without control characters, which would move the cursor.
std::string shown(std::string_view characters) {
  std::string text;
  for (const char c : characters) {
    if (c == '\t')
      text += "\\t";
    else if (c == '\n')
      text += "\\n";
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      text += '?';
    else
      text += c;
  }
  return text;
}

std::string cell_text(const value& v) {
  if (v.is_text()) return shown(v.as_text());
  std::string text;
  append_json(text, v);
  return text;
}

column& column_named(std::vector<column>& columns, std::string_view name) {
  const auto place = std::find_if(columns.begin(), columns.end(), [&](const column& c) { return c.name == name; });
  if (place != columns.end()) return *place;
  columns.push_back({std::string{name}, shown(name), true, 0, {}});
  columns.back().width = width_of(columns.back().title);
  return columns.back();
}

void enter(std::vector<column>& columns, std::size_t row, std::string_view name, const value& v) {
  column& to = column_named(columns, name);
  to.cells.resize(row);
  to.cells.push_back(cell_text(v));
  to.numbers = to.numbers && v.is_number();
  to.width = std::max(to.width, width_of(to.cells.back()));
}

void append_row(std::string& out, const std::vector<column>& columns, const std::vector<std::string_view>& cells) {
  for (std::size_t i = 0; i != columns.size(); ++i) {
    const std::size_t padding = columns[i].width - width_of(cells[i]);
    if (i != 0) out += "  ";
    if (columns[i].numbers) out.append(padding, ' ');
    out += cells[i];
    if (!columns[i].numbers && i + 1 != columns.size()) out.append(padding, ' ');
  }
  out += '\n';
}

}  // namespace

std::string format_table(const records& rows) {
  std::vector<column> columns;
  for (std::size_t row = 0; row != rows.size(); ++row) {
    if (!rows[row].is_map()) {
      enter(columns, row, "value", rows[row]);
      continue;
    }
    for (const field& each : rows[row].as_map()) enter(columns, row, each.name, each.content);
  }
  std::string out;
  if (columns.empty()) return out;
  std::vector<std::string_view> line;
  for (const column& each : columns) line.push_back(each.title);
  append_row(out, columns, line);
  for (std::size_t row = 0; row != rows.size(); ++row) {
    line.clear();
    for (const column& each : columns)
      line.push_back(row < each.cells.size() ? std::string_view{each.cells[row]} : std::string_view{});
    append_row(out, columns, line);
  }
  return out;
}

}  // namespace actors::inline v1::pipeline
