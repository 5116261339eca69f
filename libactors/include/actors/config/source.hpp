// source: the texts that a configuration was read from, and places in them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace actors::inline v1::config {

/// A stretch of a source, in bytes.
struct span {
  static constexpr std::uint32_t nowhere = std::numeric_limits<std::uint32_t>::max();

  std::uint32_t source = 0;  ///< index into the sources
  std::uint32_t offset = nowhere;
  std::uint32_t length = 1;

  /// A place that is the source as a whole (it could not be read).
  static constexpr span whole(std::uint32_t source) noexcept { return {source, nowhere, 0}; }
  constexpr bool is_whole() const noexcept { return offset == nowhere; }

  friend bool operator==(const span&, const span&) noexcept = default;
};

/// Line and column as editors count them: from 1, columns in characters (not bytes).
struct place {
  std::size_t line = 0;  ///< 0: the source as a whole
  std::size_t column = 0;
};

/// The texts of one load: the file, and the arguments of the command line as one line each. Not for concurrent use.
class source_set {
 public:
  /// Adds a source of at most 4 GiB; the result is its index.
  std::uint32_t add(std::string name, std::string text);

  const std::string& name(std::uint32_t source) const { return sources_.at(source).name; }
  const std::string& text(std::uint32_t source) const { return sources_.at(source).text; }

  place locate(span where) const;
  /// The text of the line in which the span starts, without its end of line.
  std::string_view line_of(span where) const;
  /// The offset of the first byte of that line.
  std::size_t line_start(span where) const;
  /// "p.yaml:25", to name a second place inside a message.
  std::string mention(span where) const;

 private:
  struct entry {
    std::string name;
    std::string text;
    std::vector<std::size_t> lines;  ///< where each line starts
  };
  std::size_t line_index(const entry& in, std::size_t offset) const;

  std::vector<entry> sources_;
};

}  // namespace actors::inline v1::config
