#include "syntax.hpp"

#include "codes.hpp"
#include "text.hpp"

#include <yaml-cpp/exceptions.h>

#include <algorithm>
#include <string>
#include <utility>

namespace actors::inline v1::config {

namespace {

namespace said = YAML::ErrorMsg;

struct wording {
  std::string message;
  std::string label = {};
  std::string help = {};
};

class syntax_error {
 public:
  syntax_error(const source_set& sources, std::uint32_t source, std::size_t offset, std::optional<span> open)
      : sources_{sources}, text_{sources.text(source)}, source_{source}, offset_{offset}, open_{open} {
    // At the end of the file the caret goes below the last character.
    const auto last = text_.find_last_not_of(" \t\r\n");
    at_end_ = last == std::string_view::npos || offset_ > last;
    if (at_end_) offset_ = last == std::string_view::npos ? 0 : last;
    offset_ = character_start(text_, offset_);
  }

  void report_as(std::string_view complaint, report& out) {
    wording w = words(complaint);
    const span where{source_, static_cast<std::uint32_t>(offset_), length_};
    out.error(codes::syntax, where, std::move(w.message), {std::move(w.label), std::move(w.help)});
  }

 private:
  std::string_view line() const { return sources_.line_of({source_, static_cast<std::uint32_t>(offset_), 1}); }
  std::size_t column() const {
    return offset_ - sources_.line_start({source_, static_cast<std::uint32_t>(offset_), 1});
  }
  std::string_view before() const { return line().substr(0, column()); }
  bool starts_line() const { return before().find_first_not_of(" \t") == std::string_view::npos; }
  std::string character() const {
    const std::string_view rest = text_.substr(std::min(offset_, text_.size()));
    std::size_t n = rest.empty() ? 0 : 1;
    while (n < rest.size() && (static_cast<unsigned char>(rest[n]) & 0xc0) == 0x80) ++n;
    return quoted(rest.substr(0, n));
  }

  wording words(std::string_view complaint) {
    if (auto tab = tab_in_indentation(complaint)) return *tab;
    if (complaint == said::END_OF_MAP_FLOW) return unclosed('{', '}');
    if (complaint == said::END_OF_SEQ_FLOW) return unclosed('[', ']');
    if (complaint == said::FLOW_END)
      return {"this " + character() + " closes nothing", "", "remove it, or put a text that holds it in quotes"};
    if (complaint == said::MAP_VALUE || complaint == said::MAP_KEY) return misplaced_colon();
    if (complaint == said::BLOCK_ENTRY) return misplaced_item();
    if (complaint == said::END_OF_MAP || complaint == said::END_OF_SEQ) return broken_block();
    if (complaint == said::UNKNOWN_TOKEN)
      return {"a value cannot start with " + character(), "", "put the value in quotes"};
    if (complaint == said::UNKNOWN_ANCHOR || complaint == said::ALIAS_NOT_FOUND || complaint == said::CHAR_IN_ALIAS ||
        complaint == said::ALIAS_CONTENT)
      return alias();
    if (complaint == said::ANCHOR_NOT_FOUND || complaint == said::CHAR_IN_ANCHOR || complaint == said::MULTIPLE_ANCHORS)
      return {"a value that starts with '&' is a YAML anchor, and this one is not well-formed", "",
              "put the value in quotes"};
    if (complaint.starts_with(said::INVALID_ESCAPE) || complaint == said::INVALID_HEX ||
        complaint.starts_with(said::INVALID_UNICODE))
      return escape();
    if (complaint == said::EOF_IN_SCALAR || complaint == said::DOC_IN_SCALAR)
      return {"a quoted text is not closed before this place", "", "end it with the quote it starts with"};
    if (complaint == said::TAB_IN_INDENTATION) return {"a tab is used as indentation"};
    if (complaint.find("YAML") != std::string_view::npos || complaint.find("directive") != std::string_view::npos)
      return {"this YAML directive cannot be read: " + std::string{complaint}, "",
              "pipeline files need no directives; remove the line"};
    if (complaint == said::BAD_FILE) return {"the file is nested too deeply"};  // what its depth guard says
    return {"this is not YAML: " + std::string{complaint}};
  }

  /// A tab before the first word of the line explains every complaint about that line.
  std::optional<wording> tab_in_indentation(std::string_view complaint) {
    const auto indentation = line().substr(0, line().find_first_not_of(" \t"));
    const auto tab = indentation.find('\t');
    if (tab == std::string_view::npos && complaint != said::TAB_IN_INDENTATION) return std::nullopt;
    if (tab != std::string_view::npos) offset_ = offset_ - column() + tab;
    return wording{"a tab is used as indentation", "a tab",
                   "YAML is indented with spaces only: replace the tab by spaces"};
  }

  wording unclosed(char opening, char closing) {
    const std::string expected = std::string{"expected ',' or '"} + closing + "'";
    if (!open_ || text_[open_->offset] != opening) return {expected + ", found " + character()};
    const bool same_line =
        sources_.locate(*open_).line == sources_.locate({source_, static_cast<std::uint32_t>(offset_), 1}).line;
    if (same_line && !at_end_)
      return {expected + ", found " + character(), "",
              "entries are separated by ','; a text that holds one of , : [ ] { } is put in quotes"};
    std::string until =
        at_end_ ? "the end of the file was reached"
                : "line " + std::to_string(sources_.locate({source_, static_cast<std::uint32_t>(offset_), 1}).line) +
                      " was reached";
    offset_ = open_->offset;
    return {std::string{"this '"} + opening + "' is not closed", until + " without a '" + closing + "'",
            std::string{"add a '"} + closing + "'"};
  }

  wording misplaced_colon() {
    const auto colon = before().find(": ");
    if (colon != std::string_view::npos || before().find(":\t") != std::string_view::npos)
      return {"a second ':' in one line", "",
              "put a value that holds ': ' in quotes, or begin a new line for the inner key"};
    return {
        "a key is not expected here", "",
        "is the ':' after the key on the line before missing, or is this line indented deeper than its neighbours?"};
  }

  static wording misplaced_item() {
    return {"a list item ('- ') is not expected here", "",
            "put the list on lines of its own below its key, or write it as [a, b]"};
  }

  wording broken_block() {
    if (starts_line() && !at_end_) {
      if (text_.substr(offset_).starts_with("- ")) return misplaced_item();
      return {"this line does not fit the lines above it", "its indentation belongs to no key above",
              "indent the keys of one map by the same number of spaces"};
    }
    return {"expected the end of the line after the value, found " + character(), "",
            "put the whole value in one pair of quotes"};
  }

  wording alias() {
    const auto end = std::min(text_.find_first_of(" \t\r\n,]}", offset_), text_.size());
    length_ = static_cast<std::uint32_t>(std::max<std::size_t>(1, end - offset_));
    return {quoted(text_.substr(offset_, length_)) + " refers to a YAML anchor that does not exist", "",
            "put a value that starts with '*' in quotes"};
  }

  /// The reader has passed the escape when it complains.
  wording escape() {
    const auto backslash = before().rfind('\\');
    if (backslash != std::string_view::npos) {
      length_ = static_cast<std::uint32_t>(std::max<std::size_t>(2, column() - backslash));
      offset_ = offset_ - column() + backslash;
    }
    return {"unknown escape " + quoted(text_.substr(offset_, length_)) + " in a double-quoted text", "",
            "write '\\\\' for a backslash, or put the text in single quotes, where it is plain"};
  }

  const source_set& sources_;
  std::string_view text_;
  std::uint32_t source_;
  std::size_t offset_;
  std::optional<span> open_;
  std::uint32_t length_ = 1;
  bool at_end_ = false;
};

}  // namespace

void report_syntax_error(const source_set& sources, std::uint32_t source, std::size_t offset,
                         std::string_view complaint, std::optional<span> open, report& out) {
  syntax_error{sources, source, offset, open}.report_as(complaint, out);
}

}  // namespace actors::inline v1::config
