// text_reader: reads a list of files part by part into blocks of whole lines.
#pragma once

#include <actors/pipeline/text.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace actors::inline v1::pipeline {

struct text_reader_options {
  bool skip_binary = false;      ///< leave out files that hold a NUL byte
  bool read_binary = false;      ///< read them like any other
  bool skip_unreadable = false;  ///< leave out what cannot be read
};

/// What one call of `read_part` read.
struct text_part {
  std::vector<text> blocks;
  std::size_t files = 0;  ///< files that ended in it
  bool last = false;      ///< nothing is left
};

/// Everything here blocks on the file system. One thread at a time.
class text_reader {
 public:
  explicit text_reader(text_reader_options options) : options_{options} {}
  ~text_reader();
  text_reader(const text_reader&) = delete;
  text_reader& operator=(const text_reader&) = delete;

  /// Looks up the files. Throws `error` for what cannot be read.
  void find(const std::vector<std::string>& paths);

  /// Reads on, about part_size bytes. Throws `error`, with the file and what to do, unless the options say to leave out
  /// what cannot be read.
  text_part read_part();

  /// What was left out, and whether there was nothing to read, in words for a user.
  std::vector<std::string> notes() const;

  static constexpr std::size_t part_size = 256 * 1024;
  /// A line longer than this is cut, behind a character that is no letter, digit or underscore.
  static constexpr std::size_t longest_line = 1024 * 1024;

 private:
  struct left_out {
    std::size_t count = 0;
    std::string first;
  };

  bool open_next();
  void close() noexcept;
  void read_chunk(text_part& part);
  void unreadable(const std::string& path, const std::string& reason);
  bool refuse_binary(const std::string& chunk, std::size_t before);

  text_reader_options options_;
  std::vector<std::string> files_;
  std::size_t next_file_ = 0;
  int fd_ = -1;
  std::uint64_t offset_ = 0;  ///< of the chunk, in the open file
  std::string carry_;         ///< the start of a line whose end was not read yet
  std::uint64_t bytes_ = 0;
  left_out unreadable_;
  left_out binary_;
};

}  // namespace actors::inline v1::pipeline
