#include "raw_scalar.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace actors::inline v1::config {

namespace {

constexpr std::string_view blanks = " \t\r\n";

std::size_t utf8_size(std::uint32_t code) noexcept {
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

/// Walks the written form and the value side by side.
class tracer {
 public:
  tracer(std::string_view raw, std::uint32_t source, std::size_t offset, std::string_view value)
      : raw_{raw}, value_{value}, source_{source}, at_{offset} {}

  raw_scalar run() {
    skip_properties();
    const std::size_t begin = at_;
    const char style = peek();
    bool traced = false;
    raw_scalar result;
    if (style == '"' || style == '\'') {
      ++at_;
      result.closed = quoted(style);
      traced = done_ == value_.size();
      if (!result.closed) at_ = begin + 1;
    } else if ((style == '|' || style == '>') && block()) {
      traced = true;
      at_ = begin + 1;
    } else {
      at_ = begin;
      traced = plain();
    }
    result.where = make_span(begin, std::max(at_, begin + 1));
    if (traced)
      result.pieces = std::move(pieces_);
    else
      result.pieces = {{0, static_cast<std::uint32_t>(value_.size()), result.where, false}};
    return result;
  }

 private:
  char peek(std::size_t ahead = 0) const noexcept { return at_ + ahead < raw_.size() ? raw_[at_ + ahead] : '\0'; }
  bool at_blank() const noexcept { return at_ < raw_.size() && blanks.find(raw_[at_]) != std::string_view::npos; }

  span make_span(std::size_t begin, std::size_t end) const noexcept {
    return {source_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end - begin)};
  }

  /// An anchor or a tag comes before the scalar and belongs to its mark.
  void skip_properties() noexcept {
    while (peek() == '&' || peek() == '!') {
      while (at_ < raw_.size() && !at_blank()) ++at_;
      while (at_blank()) ++at_;
    }
  }

  void add(std::size_t of_value, std::size_t of_raw) {
    of_value = std::min(of_value, value_.size() - done_);
    const auto begin = static_cast<std::uint32_t>(done_);
    const auto length = static_cast<std::uint32_t>(of_value);
    if (of_value != 0) {
      piece* last = pieces_.empty() ? nullptr : &pieces_.back();
      const bool bytewise = of_value == of_raw;
      if (last != nullptr && bytewise && last->bytewise && last->from.offset + last->from.length == at_) {
        last->length += length;
        last->from.length += length;
      } else {
        pieces_.push_back({begin, length, make_span(at_, at_ + of_raw), bytewise});
      }
    }
    done_ += of_value;
    at_ += of_raw;
  }

  bool add_same() {
    if (done_ >= value_.size() || at_ >= raw_.size() || value_[done_] != raw_[at_]) return false;
    add(1, 1);
    return true;
  }

  /// Blanks inside a line are kept; a line break with the blanks around it becomes a blank, n of them n - 1 breaks.
  void folded_blanks() {
    const auto end = std::min(raw_.find_first_not_of(blanks, at_), raw_.size());
    const auto breaks = static_cast<std::size_t>(std::ranges::count(raw_.substr(at_, end - at_), '\n'));
    const std::size_t length = end - at_;
    add(breaks == 0 ? length : std::max<std::size_t>(1, breaks - 1), length);
  }

  bool plain() {
    while (done_ < value_.size()) {
      if (at_blank())
        folded_blanks();
      else if (!add_same())
        return false;
    }
    return true;
  }

  /// Whether the closing quote was found; it is consumed.
  bool quoted(char quote) {
    while (at_ < raw_.size()) {
      if (peek() == quote) {
        if (quote == '"' || peek(1) != '\'') return ++at_, true;
        add(1, 2);
      } else if (quote == '"' && peek() == '\\') {
        escape();
      } else if (at_blank()) {
        folded_blanks();
      } else if (!add_same()) {
        ++at_;  // the trace is lost, but the closing quote is still looked for
      }
    }
    return false;
  }

  void escape() {
    const char kind = peek(1);
    if (kind == '\n' || kind == '\r') {
      const auto end = std::min(raw_.find_first_not_of(blanks, at_ + 1), raw_.size());
      at_ = end;
      return;
    }
    const std::size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    const std::size_t length = std::min(2 + digits, raw_.size() - at_);
    std::size_t of_value = kind == 'N' || kind == '_' ? 2 : kind == 'L' || kind == 'P' ? 3 : 1;
    if (digits != 0) {
      std::uint32_t code = 0;
      std::from_chars(raw_.data() + at_ + 2, raw_.data() + at_ + length, code, 16);
      of_value = utf8_size(code);
    }
    add(of_value, length);
  }

  /// Literal and folded block scalars: whatever became of the blanks, the words come in the same order.
  bool block() {
    const auto header = raw_.find('\n', at_);
    if (header == std::string_view::npos) return value_.empty();
    at_ = header + 1;
    while (done_ < value_.size()) {
      const auto value_end = std::min(value_.find_first_not_of(blanks, done_), value_.size());
      if (at_blank() || value_end != done_) {
        const auto raw_end = std::min(raw_.find_first_not_of(blanks, at_), raw_.size());
        add(value_end - done_, raw_end - at_);
      } else if (!add_same()) {
        return false;
      }
    }
    return true;
  }

  std::string_view raw_;
  std::string_view value_;
  std::uint32_t source_;
  std::size_t at_;
  std::size_t done_ = 0;  ///< bytes of the value that are traced
  std::vector<piece> pieces_;
};

}  // namespace

raw_scalar trace_scalar(std::string_view source_text, std::uint32_t source, std::size_t offset,
                        std::string_view value) {
  return tracer{source_text, source, std::min(offset, source_text.size()), value}.run();
}

}  // namespace actors::inline v1::config
