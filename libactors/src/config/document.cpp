#include <actors/config/document.hpp>

#include "codes.hpp"
#include "raw_scalar.hpp"
#include "syntax.hpp"
#include "text.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <unordered_map>
#include <utility>

namespace actors::inline v1::config {

namespace {

constexpr std::size_t node_limit = 50'000;  // copies through aliases included

/// Ends the reading after something that makes the rest meaningless; the reason is reported already.
struct stop_reading {};

std::size_t size_of(const node& n) noexcept {
  std::size_t size = 1;
  for (const auto& item : n.items) size += size_of(item);
  for (const auto& entry : n.entries) size += 1 + size_of(entry.value);
  return size;
}

/// Builds the tree from yaml-cpp's events, which show what its own tree hides: marks, quotes, duplicates.
class builder final : public YAML::EventHandler {
 public:
  builder(const source_set& sources, std::uint32_t source, report& out)
      : sources_{sources}, text_{sources.text(source)}, source_{source}, out_{out} {}

  std::optional<node> take() { return std::move(root_); }
  std::size_t documents() const noexcept { return documents_; }

  std::optional<span> innermost_flow() const {
    for (auto it = stack_.rbegin(); it != stack_.rend(); ++it)
      if (it->flow) return it->opened;
    return std::nullopt;
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 1) return;
    out_.error(codes::yaml_feature, at(mark, 3), "a second document starts here",
               {"", "a file holds one pipeline; move this one to a file of its own"});
    throw stop_reading{};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    node n;
    const std::string_view rest = std::string_view{text_}.substr(offset(mark));
    written_null_ =
        rest.starts_with("~") || rest.starts_with("null") || rest.starts_with("Null") || rest.starts_with("NULL");
    n.where = written_null_ ? at(mark, rest.starts_with("~") ? 1 : 4) : last_word_before(offset(mark));
    finish(std::move(n), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const span where = word_at(mark);
    const auto known = anchors_.find(anchor);
    if (known == anchors_.end()) {
      out_.error(codes::yaml_feature, where, "this alias stands inside what it refers to");
      throw stop_reading{};
    }
    count(size_of(known->second), where);
    finish(node{known->second}, 0);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_tag(mark, tag);
    auto raw = trace_scalar(text_, source_, offset(mark), value);
    if (!raw.closed) {
      const std::string quote = text_.substr(raw.where.offset, 1);
      out_.error(codes::syntax, raw.where, "this text has no closing " + quote,
                 {"the text starts here",
                  "end it with " + quote +
                      (quote == "'" ? "; a ' inside it is written twice" : "; a \" inside it is written \\\"")});
      throw stop_reading{};
    }
    node n;
    n.type = node::kind::scalar;
    n.where = raw.where;
    n.text = value;
    n.plain = tag != "!";
    n.pieces = std::move(raw.pieces);
    finish(std::move(n), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    open(node::kind::list, mark, tag, anchor, style);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    open(node::kind::map, mark, tag, anchor, style);
  }
  void OnMapEnd() override { close(); }

 private:
  struct frame {
    node collection;
    YAML::anchor_t anchor = 0;
    bool flow = false;
    span opened;
    std::optional<node> key;
    bool has_key = false;
    std::unordered_map<std::string, span> keys;
  };

  std::size_t offset(const YAML::Mark& mark) const noexcept {
    return mark.pos < 0 ? 0 : std::min(static_cast<std::size_t>(mark.pos), text_.size());
  }
  span at(const YAML::Mark& mark, std::uint32_t length = 1) const noexcept {
    return {source_, static_cast<std::uint32_t>(offset(mark)), length};
  }
  span word_at(const YAML::Mark& mark) const noexcept {
    const std::size_t begin = offset(mark);
    const std::size_t end = std::min(text_.find_first_of(" \t\r\n,]}", begin), text_.size());
    return at(mark, static_cast<std::uint32_t>(std::max<std::size_t>(1, end - begin)));
  }
  /// yaml-cpp marks a value that is not there at whatever comes next.
  span last_word_before(std::size_t end) const noexcept {
    const auto last = end == 0 ? std::string::npos : text_.find_last_not_of(" \t\r\n", end - 1);
    return {source_, last == std::string::npos ? 0 : static_cast<std::uint32_t>(last), 1};
  }

  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    const bool written = offset(mark) < text_.size() && text_[offset(mark)] == '!';
    if (tag == "?" || tag.empty() || (tag == "!" && !written)) return;
    out_.error(codes::yaml_feature, word_at(mark), "YAML tags are not used in pipeline files",
               {"", "remove the tag; put a text in quotes where it must stay a text"});
  }

  void count(std::size_t nodes, span where) {
    nodes_ += nodes;
    if (nodes_ <= node_limit) return;
    out_.error(codes::unreadable, where, "the file holds more than " + std::to_string(node_limit) + " values");
    throw stop_reading{};
  }

  void open(node::kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YAML::EmitterStyle::value style) {
    refuse_tag(mark, tag);
    frame f;
    f.collection.type = kind;
    f.collection.where = f.opened = at(mark);
    f.anchor = anchor;
    f.flow = style == YAML::EmitterStyle::Flow;
    stack_.push_back(std::move(f));
  }

  void close() {
    frame f = std::move(stack_.back());
    stack_.pop_back();
    if (!f.flow && !f.collection.entries.empty()) f.collection.where = f.collection.entries.front().key.where;
    finish(std::move(f.collection), f.anchor);
  }

  void finish(node n, YAML::anchor_t anchor) {
    count(1, n.where);
    if (anchor != 0) {
      count(size_of(n), n.where);
      anchors_.insert_or_assign(anchor, n);
    }
    if (stack_.empty()) {
      root_ = std::move(n);
    } else if (frame& top = stack_.back(); top.collection.type == node::kind::list) {
      top.collection.items.push_back(std::move(n));
    } else if (!top.has_key) {
      take_key(top, std::move(n));
    } else {
      if (n.type == node::kind::null && top.key && !written_null_) n.where = top.key->where;
      if (top.key) top.collection.entries.push_back({std::move(*top.key), std::move(n)});
      top.key.reset();
      top.has_key = false;
    }
  }

  /// A key that cannot be used is reported and dropped with its value.
  void take_key(frame& top, node key) {
    top.has_key = true;
    const bool merge = key.text == "<<" && key.plain;
    if (key.type != node::kind::scalar || merge) top.collection.broken = true;
    if (key.type != node::kind::scalar) {
      out_.error(codes::yaml_feature, key.where, "a key must be a word, found " + describe(key));
      return;
    }
    if (merge) {
      out_.error(codes::yaml_feature, key.where, "merge keys ('<<') are not used in pipeline files",
                 {"", "write the keys out, or put what they share into vars"});
      return;
    }
    const auto [first, inserted] = top.keys.try_emplace(key.text, key.where);
    if (!inserted) {
      out_.error(codes::duplicate_key, key.where, "the key " + quoted(key.text) + " is here a second time",
                 {"the first one is at " + sources_.mention(first->second), "keep one of the two"});
      return;
    }
    top.key = std::move(key);
  }

  const source_set& sources_;
  const std::string& text_;
  std::uint32_t source_;
  report& out_;
  std::vector<frame> stack_;
  std::map<YAML::anchor_t, node> anchors_;
  std::optional<node> root_;
  std::size_t documents_ = 0;
  std::size_t nodes_ = 0;
  bool written_null_ = false;
};

}  // namespace

const node* node::find(std::string_view key) const noexcept {
  const auto it = std::ranges::find_if(entries, [&](const entry& e) { return e.key.text == key; });
  return it == entries.end() ? nullptr : &it->value;
}

node* node::find(std::string_view key) noexcept { return const_cast<node*>(std::as_const(*this).find(key)); }

span node::part(std::size_t offset, std::size_t length) const noexcept {
  if (pieces.empty()) return where;
  const auto piece_at = [this](std::size_t i) -> const piece& {
    const auto after = std::ranges::find_if(pieces, [i](const piece& p) { return i < p.begin + p.length; });
    return after == pieces.end() ? pieces.back() : *after;
  };
  const piece& first = piece_at(offset);
  const std::size_t first_end = first.begin + first.length;
  if (offset >= first_end) return {first.from.source, first.from.offset + first.from.length, 1};
  const auto begin = first.from.offset + (first.bytewise ? static_cast<std::uint32_t>(offset) - first.begin : 0);
  const std::size_t last_byte = offset + std::max<std::size_t>(length, 1) - 1;
  const piece& last = piece_at(last_byte);
  const auto end = last.bytewise && last_byte < last.begin + last.length
                       ? last.from.offset + static_cast<std::uint32_t>(last_byte) - last.begin + 1
                       : last.from.offset + last.from.length;
  return {first.from.source, begin, end > begin ? end - begin : 1};
}

std::string describe(const node& n) {
  switch (n.type) {
    case node::kind::null:
      return "nothing";
    case node::kind::list:
      return "a list";
    case node::kind::map:
      return "a map";
    case node::kind::scalar:
      break;
  }
  if (n.text.empty()) return "an empty text";
  return (n.plain ? "" : "the quoted text ") + quoted(n.text);
}

std::optional<node> parse_document(const source_set& sources, std::uint32_t source, report& out) {
  std::istringstream stream{sources.text(source)};
  builder build{sources, source, out};
  try {
    YAML::Parser parser{stream};
    if (parser.HandleNextDocument(build)) parser.HandleNextDocument(build);
  } catch (const stop_reading&) {
    if (build.documents() < 2) return std::nullopt;
  } catch (const YAML::ParserException& error) {
    const auto offset = error.mark.pos < 0 ? std::size_t{0} : static_cast<std::size_t>(error.mark.pos);
    report_syntax_error(sources, source, offset, error.msg, build.innermost_flow(), out);
    return std::nullopt;
  }
  return build.take();
}

}  // namespace actors::inline v1::config
