#include <actors/errors.hpp>
#include <actors/trace.hpp>

#include "trace_json.hpp"
#include "trace_session.hpp"
#include "trace_timeline.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace actors::inline v1 {

trace_recording::trace_recording(const trace_options& options)
    : session_{std::make_shared<detail::trace_session>(options)} {
  detail::trace_session::begin(session_);
}

trace_recording::~trace_recording() { stop(); }

void trace_recording::stop() noexcept { session_->end(); }

void trace_recording::write(std::ostream& to) const {
  detail::write_trace_json(to, detail::trace_timeline{session_->read()});
}

std::string trace_recording::json() const {
  std::ostringstream text;
  write(text);
  return std::move(text).str();
}

void trace_recording::write_file(const std::string& path) const {
  errno = 0;
  std::ofstream file{path, std::ios::binary | std::ios::trunc};
  if (file) {
    write(file);
    file.close();
  }
  if (!file)
    throw error{"the trace cannot be written to '" + path +
                "': " + (errno != 0 ? std::strerror(errno) : "unknown why")};
}

std::uint64_t trace_recording::dropped() const { return session_->dropped(); }
std::size_t trace_recording::memory() const { return session_->memory(); }

}  // namespace actors::inline v1
