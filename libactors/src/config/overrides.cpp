#include "overrides.hpp"

#include "codes.hpp"
#include "text.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace actors::inline v1::config {

namespace {

constexpr std::string_view prefix = "--set ";
constexpr std::string_view form_help = "write --set name=value for a variable, or --set actors.NAME.with.OPTION=value";

std::vector<std::string_view> keys_of(const node& map) {
  std::vector<std::string_view> keys;
  for (const auto& entry : map.entries) keys.push_back(entry.key.text);
  return keys;
}

/// One argument and where it stands in the source.
class override_ {
 public:
  override_(std::string_view argument, std::uint32_t source, std::size_t offset, report& out)
      : argument_{argument}, source_{source}, offset_{offset}, out_{out} {}

  void apply(node& root) {
    const auto equals = argument_.find('=');
    if (equals == std::string_view::npos) {
      out_.error(codes::bad_override, where(0, argument_.size()), "'--set' needs a name, '=' and a value",
                 {"", std::string{form_help}});
      return;
    }
    value_ = equals + 1;
    const std::string_view path = argument_.substr(0, equals);
    if (path.find('.') == std::string_view::npos)
      set_variable(root, path);
    else
      set_path(root, path);
  }

 private:
  span where(std::size_t begin, std::size_t length) const noexcept {
    return {source_, static_cast<std::uint32_t>(offset_ + begin),
            static_cast<std::uint32_t>(std::max<std::size_t>(length, 1))};
  }

  node scalar(std::size_t begin, std::size_t length) const {
    node n;
    n.type = node::kind::scalar;
    n.text = argument_.substr(begin, length);
    n.where = where(begin, length);
    n.pieces = {{0, static_cast<std::uint32_t>(length), n.where, true}};
    return n;
  }
  node value() const { return scalar(value_, argument_.size() - value_); }

  void set_variable(node& root, std::string_view name) {
    node* vars = root.find("vars");
    node* found = vars == nullptr ? nullptr : vars->find(name);
    if (found != nullptr) {
      *found = value();
      return;
    }
    const auto names = vars == nullptr ? std::vector<std::string_view>{} : keys_of(*vars);
    std::string help = did_you_mean(name, names);
    if (help.empty() && root.find(name) != nullptr)
      help = quoted(name) + " is a key of the file; a name without a dot sets a variable";
    if (help.empty()) help = form_help;
    out_.error(codes::bad_override, where(0, name.size()), "the file has no variable " + quoted(name),
               {its("variable", names), help});
  }

  void set_path(node& root, std::string_view path) {
    node* at = &root;
    for (std::size_t begin = 0, depth = 0; begin <= path.size(); ++depth) {
      const auto end = std::min(path.find('.', begin), path.size());
      at = step(*at, path, begin, end, depth);
      if (at == nullptr) return;
      begin = end + 1;
    }
    *at = value();
  }

  /// The value below one key of the path, made where there is none; null when that is an error.
  node* step(node& map, std::string_view path, std::size_t begin, std::size_t end, std::size_t depth) {
    const std::string_view key = path.substr(begin, end - begin);
    if (key.empty()) {
      out_.error(codes::bad_override, where(begin, 1), "a part of this path is empty", {"", std::string{form_help}});
      return nullptr;
    }
    if (map.type == node::kind::null) map.type = node::kind::map;
    if (map.type != node::kind::map) {
      out_.error(codes::bad_override, where(begin, key.size()),
                 quoted(path.substr(0, begin - 1)) + " is " + describe(map) + " and has no keys");
      return nullptr;
    }
    if (node* found = map.find(key)) return found;
    const bool actor = depth == 1 && path.starts_with("actors.");
    const bool variable = depth == 1 && path.starts_with("vars.");
    if (actor || variable) {
      const auto names = keys_of(map);
      const std::string noun = actor ? "actor" : "variable";
      out_.error(codes::bad_override, where(begin, key.size()), "the file has no " + noun + " " + quoted(key),
                 {its(noun, names), did_you_mean(key, names)});
      return nullptr;
    }
    node empty;
    empty.where = where(begin, key.size());
    map.entries.push_back({scalar(begin, key.size()), std::move(empty)});
    return &map.entries.back().value;
  }

  std::string_view argument_;
  std::uint32_t source_;
  std::size_t offset_;  ///< of the argument in the source
  std::size_t value_ = 0;
  report& out_;
};

}  // namespace

std::uint32_t add_command_line(std::span<const std::string> arguments, source_set& sources) {
  std::string text;
  for (const auto& argument : arguments) {
    text += prefix;
    text += argument;
    std::replace(text.end() - static_cast<std::ptrdiff_t>(argument.size()), text.end(), '\n', ' ');
    text += '\n';
  }
  return sources.add("<command line>", std::move(text));
}

void apply_overrides(node& root, std::span<const std::string> arguments, std::uint32_t command_line, report& out) {
  if (root.type != node::kind::map) return;
  std::size_t offset = 0;
  for (const auto& argument : arguments) {
    override_{argument, command_line, offset + prefix.size(), out}.apply(root);
    offset += prefix.size() + argument.size() + 1;
  }
}

}  // namespace actors::inline v1::config
