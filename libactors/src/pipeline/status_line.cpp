#include <actors/pipeline/status_line.hpp>

#include <sys/ioctl.h>
#include <unistd.h>

#include <mutex>
#include <string>

namespace actors::inline v1::pipeline {

namespace {

struct line_state {
  std::mutex lock;
  bool shown = false;
  bool finished = false;
};

line_state& state() {
  static line_state one;
  return one;
}

// A status line that cannot be written is no reason to fail.
void put(std::string_view bytes) {
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, bytes.data(), bytes.size());
}

// As much of `text` as fits into one line of the terminal: what wraps could not be taken away any more.
std::string_view fitting(std::string_view text) {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return text;
  std::size_t columns = size.ws_col - 1U;
  for (std::size_t i = 0; i != text.size(); ++i) {
    const bool starts_character = (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
    if (starts_character && columns-- == 0) return text.substr(0, i);
  }
  return text;
}

void clear_locked(line_state& line) {
  if (line.shown) put("\r\033[K");
  line.shown = false;
}

}  // namespace

void show_status_line(std::string_view text) {
  line_state& line = state();
  const std::lock_guard guard{line.lock};
  if (line.finished) return;
  put("\r\033[K" + std::string{fitting(text)});
  line.shown = true;
}

void clear_status_line() {
  line_state& line = state();
  const std::lock_guard guard{line.lock};
  clear_locked(line);
}

void finish_status_line() {
  line_state& line = state();
  const std::lock_guard guard{line.lock};
  clear_locked(line);
  line.finished = true;
}

}  // namespace actors::inline v1::pipeline
