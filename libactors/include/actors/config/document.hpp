// document: a YAML text as a tree of nodes that know where they were written. What YAML allows but a pipeline file must
// not hold (duplicate keys, a second document, tags, merge keys) is reported while reading.
#pragma once

#include <actors/config/diagnostic.hpp>
#include <actors/config/source.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace actors::inline v1::config {

/// A stretch of a scalar's text and where it comes from: byte for byte, or only as a whole (an escape, a line break
/// that became a blank, a variable).
struct piece {
  std::uint32_t begin = 0;   ///< in the scalar's text
  std::uint32_t length = 0;  ///< of the scalar's text
  span from;
  bool bytewise = false;
};

/// One value of a document. A regular type: copies are deep.
struct node {
  enum class kind { null, scalar, list, map };
  struct entry;

  kind type = kind::null;
  span where;             ///< a scalar with its quotes; the first key of a block map; the bracket of a flow collection
  std::string text;       ///< of a scalar
  bool plain = true;      ///< a scalar without quotes
  bool expanded = false;  ///< a scalar whose text is not as written, because a variable stood in it
  bool broken = false;    ///< a mistake in it is reported already; nothing else should be said about it
  std::vector<piece> pieces;
  std::vector<node> items;     ///< of a list
  std::vector<entry> entries;  ///< of a map, each key once, in the order of the file

  /// The value below a key of a map, or null.
  const node* find(std::string_view key) const noexcept;
  node* find(std::string_view key) noexcept;

  /// Where `length` bytes of a scalar's text at `offset` were written.
  span part(std::size_t offset, std::size_t length) const noexcept;
};

struct node::entry {
  node key;  ///< always a scalar
  node value;
};

/// "a map", "a list", "nothing", "the text 'x'", "the quoted text 'x'": what a message says it found.
std::string describe(const node& n);

/// Reads the one document of a source, which must be valid UTF-8 without control characters. Aliases become copies of
/// what they refer to. Mistakes go to `out`; the result is empty when nothing can be read at all.
std::optional<node> parse_document(const source_set& sources, std::uint32_t source, report& out);

}  // namespace actors::inline v1::config
