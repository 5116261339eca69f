#include <actors/config/diagnostic.hpp>

#include "codes.hpp"
#include "text.hpp"

#include <algorithm>
#include <utility>

namespace actors::inline v1::config {

namespace {

constexpr std::size_t limit = 100;        // findings that are shown
constexpr std::size_t line_limit = 120;   // characters of a source line that are shown
constexpr std::size_t before_caret = 50;  // of them to the left of the caret, where a line is cut
constexpr std::string_view gap = "...";

/// The end of the `count` characters that start at `begin`.
std::size_t advance(std::string_view text, std::size_t begin, std::size_t count) noexcept {
  std::size_t i = begin;
  for (; i < text.size() && count > 0; --count) {
    ++i;
    while (i < text.size() && (static_cast<unsigned char>(text[i]) & 0xc0) == 0x80) ++i;
  }
  return i;
}

excerpt cut(std::string_view line, std::size_t caret, std::size_t length) {
  if (line.size() <= line_limit || character_count(line) <= line_limit) return {std::string{line}, caret, length};
  std::size_t begin = caret;
  for (std::size_t i = 0; i < before_caret && begin > 0; ++i) begin = character_start(line, begin - 1);
  const std::size_t end = advance(line, begin, line_limit);
  excerpt e;
  if (begin > 0) e.line += gap;
  e.caret = e.line.size() + caret - begin;
  e.line += line.substr(begin, end - begin);
  // A tab would be of another width here than in the whole line.
  std::ranges::replace(e.line, '\t', ' ');
  e.length = std::max<std::size_t>(1, std::min(length, e.line.size() - std::min(e.caret, e.line.size())));
  if (end < line.size()) e.line += gap;
  return e;
}

}  // namespace

void report::add(severity level, std::string_view code, span where, std::string message, extra more) {
  if (level == severity::error) ++errors_;
  findings_.push_back({level, std::string{code}, where, std::move(message), std::move(more)});
}

diagnostic report::present(const finding& f) const {
  diagnostic d;
  d.level = f.level;
  d.code = f.code;
  d.file = sources_->name(f.where.source);
  d.message = f.message;
  d.label = f.more.label;
  d.help = f.more.help;
  if (f.where.is_whole()) return d;

  const place at = sources_->locate(f.where);
  d.line = at.line;
  d.column = at.column;
  const std::string_view line = sources_->line_of(f.where);
  const std::size_t caret = std::min<std::size_t>(f.where.offset - sources_->line_start(f.where), line.size());
  const std::size_t length = std::clamp<std::size_t>(f.where.length, 1, std::max<std::size_t>(1, line.size() - caret));
  d.length = std::max<std::size_t>(1, character_count(line.substr(caret, length)));
  d.shown = cut(line, caret, length);
  return d;
}

std::vector<diagnostic> report::finish() const {
  std::vector<const finding*> sorted;
  for (const finding& f : findings_) sorted.push_back(&f);
  std::ranges::stable_sort(sorted, [](const finding* a, const finding* b) {
    const auto offset = [](const finding* f) { return f->where.is_whole() ? std::uint32_t{0} : f->where.offset; };
    return std::pair{a->where.source, offset(a)} < std::pair{b->where.source, offset(b)};
  });
  const auto same = [](const finding* a, const finding* b) {
    return a->where == b->where && a->code == b->code && a->message == b->message;
  };
  sorted.erase(std::unique(sorted.begin(), sorted.end(), same), sorted.end());

  std::vector<diagnostic> result;
  for (std::size_t i = 0; i < sorted.size() && i < limit; ++i) result.push_back(present(*sorted[i]));
  if (sorted.size() > limit) {
    const bool errors =
        std::any_of(sorted.begin() + limit, sorted.end(), [](const finding* f) { return f->level == severity::error; });
    finding last{errors ? severity::error : severity::warning,
                 std::string{codes::too_many},
                 span::whole(0),
                 counted(sorted.size() - limit, "finding") + " more; they are shown when these are put right",
                 {}};
    result.push_back(present(last));
  }
  return result;
}

}  // namespace actors::inline v1::config
