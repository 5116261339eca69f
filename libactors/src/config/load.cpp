#include <actors/config/load.hpp>

#include "actors_section.hpp"
#include "codes.hpp"
#include "expand.hpp"
#include "graph.hpp"
#include "overrides.hpp"
#include "read_file.hpp"
#include "scope.hpp"
#include "settings.hpp"

#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <utility>

namespace actors::inline v1::config {

namespace {

std::optional<std::string> process_environment(const std::string& name) {
  const char* const value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): load_options says so
  if (value == nullptr) return std::nullopt;
  return std::string{value};
}

/// The document with overrides and variables in it, or nothing where it cannot be interpreted.
std::optional<node> read_document(const load_options& options, source_set& sources, std::uint32_t file, report& out) {
  std::string problem;
  if (const auto bad = find_bad_byte(sources.text(file), problem)) {
    out.error(codes::unreadable, {file, static_cast<std::uint32_t>(*bad), 1}, problem,
              {"", "is this a pipeline file? It must be text in UTF-8"});
    return std::nullopt;
  }
  auto root = parse_document(sources, file, out);
  if (!root) {
    if (!out.has_errors())
      out.error(codes::missing, span::whole(file), "the file is empty",
                {"", "a pipeline file needs 'version: 1' and 'actors:'"});
    return std::nullopt;
  }
  if (root->type != node::kind::map) {
    const bool nothing = root->type == node::kind::null;
    out.error(
        nothing ? codes::missing : codes::wrong_shape, nothing ? span::whole(file) : root->where,
        nothing ? "the file is empty" : "a pipeline file must be a map of keys to values, found " + describe(*root),
        {"", "a pipeline file needs 'version: 1' and 'actors:'"});
    return std::nullopt;
  }
  const std::uint32_t command_line = add_command_line(options.set, sources);
  apply_overrides(*root, options.set, command_line, out);
  expand_variables(*root, options.environment ? options.environment : environment{process_environment}, out);
  return root;
}

load_result finish(const report& out, std::optional<plan> made) {
  load_result result;
  result.diagnostics = out.finish();
  if (!out.has_errors()) result.plan = std::move(made);
  return result;
}

}  // namespace

load_result load_text(const std::string& name, std::string text, const load_options& options,
                      const pipeline::registry& components) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
  source_set sources;
  report out{sources};
  const std::uint32_t file = sources.add(name, std::move(text));
  const auto root = read_document(options, sources, file, out);
  if (!root) return finish(out, std::nullopt);

  plan result;
  result.name = std::filesystem::path{name}.stem().string();
  scope in{options, components, sources, out, converter{out}};
  read_settings(*root, in, result);
  wire(read_actors(*root, in), in, result);
  return finish(out, std::move(result));
}

load_result load(const std::string& file, const load_options& options, const pipeline::registry& components) {
  auto read = read_file(file);
  if (read.problem.empty()) return load_text(file, std::move(read.text), options, components);
  source_set sources;
  report out{sources};
  out.error(codes::unreadable, span::whole(sources.add(file, {})), std::move(read.problem), {"", std::move(read.help)});
  return finish(out, std::nullopt);
}

}  // namespace actors::inline v1::config
