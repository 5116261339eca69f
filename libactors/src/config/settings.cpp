#include "settings.hpp"

#include "codes.hpp"
#include "text.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace actors::inline v1::config {

namespace {

constexpr std::int64_t max_threads = 4096;

void read_version(const node& root, const scope& in) {
  const node* version = root.find("version");
  if (version == nullptr) {
    if (has_misspelt(root, "version", file_keys)) return;
    in.out.error(codes::missing, root.where, "the file does not say its version",
                 {"", "add as the first line: version: 1"});
    return;
  }
  const auto number = in.convert.integer(*version, "version");
  if (number && *number != 1)
    in.out.error(codes::out_of_range, version->where,
                 "version " + std::to_string(*number) + " is not known; this program reads version 1",
                 {"", "write version: 1"});
}

void read_name(const node& root, const scope& in, plan& result) {
  const node* name = root.find("name");
  if (name == nullptr) return;
  if (auto text = in.convert.text(*name, "name")) result.name = std::move(*text);
}

void read_threads(const node& n, const scope& in, plan& result) {
  if (n.type == node::kind::scalar && n.text == "auto") return;
  const bool word =
      n.type == node::kind::scalar && !n.broken && n.plain && !n.text.empty() &&
      n.text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos;
  if (word) {
    in.out.error(codes::out_of_range, n.where, "'threads' must be auto or an integer, found " + describe(n),
                 {"", "auto is one thread for each CPU that the process may use"});
    return;
  }
  if (const auto threads = in.convert.integer(n, "threads", 1, max_threads))
    result.threads = static_cast<std::size_t>(*threads);
}

void read_summary(const node& n, const scope& in, plan& result) {
  constexpr std::array<std::string_view, 3> words{"stdout", "stderr", "none"};
  const auto word = in.convert.choice(n, "summary", words);
  if (!word) return;
  result.summary = *word == "stdout"   ? summary_target::out
                   : *word == "stderr" ? summary_target::err
                                       : summary_target::none;
}

void read_runtime(const node& n, const scope& in, plan& result) {
  if (!is_map(n, "runtime", "settings", true, in.out)) return;
  constexpr std::array<std::string_view, 3> known{"threads", "shutdown_timeout", "summary"};
  constexpr std::array<std::string_view, 1> later{"http"};
  check_keys(n, {"'runtime'", known, later}, in.out);
  if (const node* threads = n.find("threads")) read_threads(*threads, in, result);
  if (const node* timeout = n.find("shutdown_timeout"))
    if (const auto duration = in.convert.duration(*timeout, "shutdown_timeout")) result.shutdown_timeout = *duration;
  if (const node* summary = n.find("summary")) read_summary(*summary, in, result);
}

void read_defaults(const node& n, scope& in) {
  if (!is_map(n, "defaults", "settings", true, in.out)) return;
  constexpr std::array<std::string_view, 1> known{"channel"};
  check_keys(n, {"'defaults'", known}, in.out);
  const node* channel = n.find("channel");
  if (channel == nullptr || !is_map(*channel, "channel", "settings", true, in.out)) return;
  if (const auto capacity = read_channel(*channel, in)) in.default_capacity = *capacity;
}

}  // namespace

void read_settings(const node& root, scope& in, plan& result) {
  constexpr std::array<std::string_view, 3> later{"include", "restarts", "tests"};
  check_keys(root, {"a pipeline file", file_keys, later}, in.out);
  read_version(root, in);
  read_name(root, in, result);
  if (const node* runtime = root.find("runtime")) read_runtime(*runtime, in, result);
  if (const node* defaults = root.find("defaults")) read_defaults(*defaults, in);
}

}  // namespace actors::inline v1::config
