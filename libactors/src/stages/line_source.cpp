#include <actors/blocking.hpp>
#include <actors/stages/sources.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>

namespace actors::inline v1 {

namespace detail {

line_source::line_source(plan& its, std::string path)
    : source_stage<line_source, std::string>{its, "read_lines"}, path_{std::move(path)} {}

line_source::~line_source() {
  if (file_ >= 0) ::close(file_);
}

// Opens the file, the first time, reads a block, and cuts it.
void line_source::read_block() {
  constexpr std::size_t block = 64 * 1024;
  if (file_ < 0) file_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (file_ < 0) throw std::system_error{errno, std::generic_category(), "cannot open '" + path_ + '\''};
  std::vector<char> bytes(block);
  ssize_t got;
  do {
    got = ::read(file_, bytes.data(), bytes.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) throw std::system_error{errno, std::generic_category(), "cannot read '" + path_ + '\''};
  lines_.clear();
  next_ = 0;
  std::string_view left{bytes.data(), static_cast<std::size_t>(got)};
  for (std::size_t end; (end = left.find('\n')) != std::string_view::npos; left.remove_prefix(end + 1)) {
    rest_ += left.substr(0, end);
    lines_.push_back(std::move(rest_));
    rest_.clear();
  }
  rest_ += left;
  if (got != 0) return;
  at_end_ = true;
  if (!rest_.empty()) lines_.push_back(std::move(rest_));
}

task<> line_source::work(out<std::string>& to) {
  for (;;) {
    while (next_ != lines_.size()) {
      std::string line = std::move(lines_[next_++]);
      co_await pass(to, std::move(line));
    }
    if (at_end_) co_return;
    co_await blocking([this] { read_block(); });
  }
}

}  // namespace detail

stream<std::string> read_lines(std::string path) {
  return detail::begin_with<detail::line_source, std::string>(std::move(path));
}

}  // namespace actors::inline v1
