#include "text_reader.hpp"

#include <actors/errors.hpp>

#include "file_set.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

namespace actors::inline v1::pipeline {

namespace {

bool in_word(char c) noexcept {
  const auto u = static_cast<unsigned char>(c);
  return u >= 0x80 || (u >= '0' && u <= '9') || (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || u == '_';
}

// How much of `chunk` can be passed on while more of the file follows: whole lines, or, of a line that is too long,
// what ends behind a character where no word is cut. Its first `before` bytes are a rest of which nothing could be
// passed on.
std::size_t whole_lines(std::string_view chunk, std::size_t before) noexcept {
  const std::size_t end = chunk.substr(before).rfind('\n');
  if (end != std::string_view::npos) return before + end + 1;
  if (chunk.size() < text_reader::longest_line) return 0;
  const std::size_t lowest = before < text_reader::longest_line ? 0 : before;
  for (std::size_t cut = chunk.size(); cut != lowest; --cut) {
    if (!in_word(chunk[cut - 1])) return cut;
  }
  return 0;
}

std::uint32_t count_lines(std::string_view bytes) noexcept {
  const auto ends = std::count(bytes.begin(), bytes.end(), '\n');
  return static_cast<std::uint32_t>(ends + (bytes.ends_with('\n') ? 0 : 1));
}

std::string and_others(std::size_t others) {
  return others == 0 ? "" : " and " + std::to_string(others) + (others == 1 ? " other" : " others");
}

}  // namespace

text_reader::~text_reader() { close(); }

void text_reader::close() noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void text_reader::find(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    find_files(
        path,
        [&](std::string file) {
          files_.push_back(std::move(file));
          return true;
        },
        [&](const file_fault& fault) { unreadable(fault.path, fault.reason); });
  }
}

void text_reader::unreadable(const std::string& path, const std::string& reason) {
  if (!options_.skip_unreadable)
    throw error{"cannot read '" + path + "': " + reason +
                "; make it readable, leave it out of 'path', or set 'unreadable: skip'"};
  if (unreadable_.count++ == 0) unreadable_.first = "'" + path + "' (" + reason + ")";
}

bool text_reader::refuse_binary(const std::string& chunk, std::size_t before) {
  if (options_.read_binary) return false;
  const std::size_t at = chunk.find('\0', before);
  if (at == std::string::npos) return false;
  const std::string& path = files_[next_file_ - 1];
  if (!options_.skip_binary)
    throw error{"'" + path + "' is a binary file (a NUL byte at offset " + std::to_string(offset_ + at) +
                "); leave it out of 'path', or set 'binary: skip' or 'binary: read'"};
  if (binary_.count++ == 0) binary_.first = "'" + path + "'";
  return true;
}

bool text_reader::open_next() {
  while (next_file_ != files_.size()) {
    const std::string& path = files_[next_file_++];
    fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    offset_ = 0;
    carry_.clear();
    if (fd_ >= 0) return true;
    unreadable(path, std::generic_category().message(errno));
  }
  return false;
}

text_part text_reader::read_part() {
  text_part part;
  const std::uint64_t limit = bytes_ + part_size;
  while (bytes_ < limit) {
    if (fd_ < 0 && !open_next()) {
      part.last = true;
      break;
    }
    read_chunk(part);
  }
  return part;
}

void text_reader::read_chunk(text_part& part) {
  auto chunk = std::make_shared<std::string>(std::move(carry_));
  carry_.clear();
  const std::size_t before = chunk->size();
  chunk->resize(before + part_size);
  ssize_t got = 0;
  do got = ::read(fd_, chunk->data() + before, part_size);
  while (got < 0 && errno == EINTR);
  if (got < 0) {
    const int reason = errno;
    close();
    return unreadable(files_[next_file_ - 1], std::generic_category().message(reason));
  }
  chunk->resize(before + static_cast<std::size_t>(got));
  bytes_ += static_cast<std::uint64_t>(got);
  if (refuse_binary(*chunk, before)) return close();
  const bool at_end = got == 0;
  const std::size_t whole = at_end ? chunk->size() : whole_lines(*chunk, before);
  offset_ += whole;
  if (whole == 0) {
    carry_ = std::move(*chunk);  // no copy: a line of many chunks would be copied with each of them
  } else {
    carry_.assign(*chunk, whole);
    chunk->resize(whole);
    if (chunk->capacity() > 2 * whole) chunk->shrink_to_fit();
    const std::string_view bytes{*chunk};
    part.blocks.push_back({std::move(chunk), bytes, count_lines(bytes)});
  }
  if (at_end) {
    ++part.files;
    close();
  }
}

std::vector<std::string> text_reader::notes() const {
  std::vector<std::string> all;
  if (unreadable_.count != 0)
    all.push_back("left out what cannot be read: " + unreadable_.first + and_others(unreadable_.count - 1));
  if (binary_.count != 0) all.push_back("left out binary files: " + binary_.first + and_others(binary_.count - 1));
  if (bytes_ == 0) {
    if (files_.empty())
      all.push_back("there was nothing to read: there is no file any more");
    else if (files_.size() == 1)
      all.push_back("'" + files_.front() + "' is empty: there was nothing to read");
    else
      all.push_back("there was nothing to read: all " + std::to_string(files_.size()) +
                    " files are empty or were left out");
  }
  return all;
}

}  // namespace actors::inline v1::pipeline
