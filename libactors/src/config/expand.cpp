#include "expand.hpp"

#include "codes.hpp"
#include "reference.hpp"
#include "text.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace actors::inline v1::config {

namespace {

constexpr std::size_t total_limit = 8 * 1024 * 1024;  // bytes that variables may grow to, all together
constexpr std::size_t depth_limit = 100;              // variables in variables
constexpr std::string_view literal_help = "write $$( or $${ where no reference is meant";

class expander {
 public:
  expander(const environment& lookup, report& out) : lookup_{lookup}, out_{out} {}

  void run(node& root) {
    if (root.type != node::kind::map) return;
    if (node* vars = root.find("vars")) declare(*vars);
    for (auto& [name, v] : variables_) resolve(v);
    for (auto& entry : root.entries)
      if (entry.key.text != "vars") walk(entry.value);
    for (const auto& [name, v] : variables_)
      if (!v.used && !v.value->broken)
        out_.warning(codes::unused_variable, v.key->where, "nothing refers to the variable " + quoted(name),
                     {"", "refer to it as $(" + name + "), or remove it"});
  }

 private:
  enum class state { new_, active, done };
  struct variable {
    const node* key = nullptr;
    node* value = nullptr;
    state stage = state::new_;
    bool used = false;
  };

  void declare(node& vars) {
    if (vars.type == node::kind::null) return;
    if (vars.type != node::kind::map) {
      out_.error(codes::wrong_shape, vars.where, "'vars' must be a map of names to values, found " + describe(vars));
      hidden_ = true;
      return;
    }
    for (auto& entry : vars.entries) {
      node& value = entry.value;
      if (!is_name(entry.key.text))
        out_.error(codes::bad_name, entry.key.where, quoted(entry.key.text) + " cannot name a variable",
                   {"", "a name is letters, digits, _ and -, and starts with a letter or _"});
      if (value.type != node::kind::scalar) {
        const bool nothing = value.type == node::kind::null;
        out_.error(codes::wrong_shape, value.where,
                   "the variable " + quoted(entry.key.text) +
                       (nothing ? " has no value" : " must be one text or number, found " + describe(value)),
                   {"", nothing ? "write \"\" for an empty text" : ""});
        value.broken = true;
      }
      variables_.try_emplace(entry.key.text, variable{&entry.key, &value});
    }
  }

  void resolve(variable& v) {
    if (v.stage != state::new_) return;
    v.stage = state::active;
    path_.push_back(v.key->text);
    if (v.value->type == node::kind::scalar) expand(*v.value);
    path_.pop_back();
    v.stage = state::done;
  }

  void walk(node& n) {
    if (n.type == node::kind::scalar) expand(n);
    for (auto& item : n.items) walk(item);
    for (auto& entry : n.entries) walk(entry.value);
  }

  void expand(node& n) {
    if (n.text.find('$') == std::string::npos) return;
    const std::string written = n.text;
    const auto parts = split_references(written);
    if (std::ranges::all_of(
            parts, [](const text_part& p) { return p.kind == reference_kind::none && p.content.size() == p.length; }))
      return;

    node result = n;
    result.text.clear();
    result.pieces.clear();
    for (const text_part& p : parts) {
      if (p.kind == reference_kind::none && p.length == p.content.size()) {
        append_literal(result, n, p);
        continue;
      }
      std::string value{p.content};
      bool plain = n.plain;
      if (p.kind != reference_kind::none) {
        result.expanded = true;
        result.broken |= !value_of(p, n, value, plain);
        if (parts.size() == 1) result.plain = plain;
      }
      append(result, value, n.part(p.offset, p.length));
    }
    grown_ += result.text.size();
    if (grown_ > total_limit && !result.broken) {
      if (!std::exchange(overgrown_, true))
        out_.error(codes::bad_reference, n.where, "the variables of this file grow to more than 8 MiB of text");
      result.broken = true;
    }
    if (result.broken) result.text.clear();
    n = std::move(result);
  }

  static void append(node& to, std::string_view text, span from) {
    const auto begin = static_cast<std::uint32_t>(to.text.size());
    if (!text.empty()) to.pieces.push_back({begin, static_cast<std::uint32_t>(text.size()), from, false});
    to.text += text;
  }

  static void append_literal(node& to, const node& from, const text_part& p) {
    const auto shift = static_cast<std::uint32_t>(to.text.size());
    for (const piece& x : from.pieces) {
      const std::size_t begin = std::max<std::size_t>(x.begin, p.offset);
      const std::size_t end = std::min<std::size_t>(x.begin + x.length, p.offset + p.length);
      if (begin >= end) continue;
      piece copy = x;
      copy.begin = shift + static_cast<std::uint32_t>(begin - p.offset);
      copy.length = static_cast<std::uint32_t>(end - begin);
      if (x.bytewise) {
        copy.from.offset += static_cast<std::uint32_t>(begin) - x.begin;
        copy.from.length = copy.length;
      }
      to.pieces.push_back(copy);
    }
    to.text += p.content;
  }

  /// Whether there is a value; otherwise the reason is reported.
  bool value_of(const text_part& p, const node& n, std::string& value, bool& plain) {
    const span where = n.part(p.offset, p.length);
    if (p.kind == reference_kind::malformed) {
      out_.error(codes::bad_reference, where, std::string{p.problem}, {"", std::string{literal_help}});
      return false;
    }
    if (p.kind == reference_kind::variable) return value_of_variable(std::string{p.content}, where, value, plain);
    plain = true;
    const auto found = lookup_(std::string{p.content});
    const bool missing = !found || (p.fallback != fallback_kind::none && found->empty());
    if (!missing)
      value = *found;
    else if (p.fallback == fallback_kind::text)
      value = p.after;
    else
      missing_environment(p, where, found.has_value());
    return !missing || p.fallback == fallback_kind::text;
  }

  void missing_environment(const text_part& p, span where, bool is_set) {
    const std::string name{p.content};
    std::string message = "the environment variable " + quoted(name) + (is_set ? " is empty" : " is not set");
    if (!p.after.empty()) message += ": " + std::string{p.after};
    std::string help = "set it, or give a text to use instead: ${" + name + ":-text}";
    if (p.fallback == fallback_kind::none && variables_.contains(name))
      help = "for the variable of this file, write $(" + name + ")";
    out_.error(codes::environment, where, std::move(message), {"", p.after.empty() ? help : ""});
  }

  bool value_of_variable(const std::string& name, span where, std::string& value, bool& plain) {
    const auto it = variables_.find(name);
    if (it == variables_.end()) {
      if (!hidden_) unknown(name, where);
      return false;
    }
    variable& v = it->second;
    v.used = true;
    if (v.stage == state::active) {
      report_cycle(name, where);
      return false;
    }
    if (v.stage == state::new_ && path_.size() >= depth_limit) {
      out_.error(codes::bad_reference, where,
                 "variables stand in each other more than " + std::to_string(depth_limit) + " deep");
      return false;
    }
    resolve(v);
    value = v.value->text;
    plain = v.value->plain;
    return !v.value->broken;
  }

  void report_cycle(const std::string& name, span where) {
    std::string path;
    for (auto it = std::ranges::find(path_, name); it != path_.end(); ++it) path += *it + " -> ";
    out_.error(codes::variable_cycle, where, "the variable " + quoted(name) + " needs itself: " + path + name);
  }

  void unknown(const std::string& name, span where) {
    std::vector<std::string_view> names;
    for (const auto& [known, v] : variables_) names.push_back(known);
    std::string help = did_you_mean(name, names);
    if (help.empty() && lookup_(name)) help = "for the environment variable, write ${" + name + "}";
    if (help.empty()) help = "define " + name + " below 'vars:'";
    if (names.empty())
      out_.error(codes::unknown_variable, where, "there is no variable " + quoted(name) + ": the file has no vars",
                 {"", help});
    else
      out_.error(codes::unknown_variable, where, "there is no variable " + quoted(name),
                 {"vars has " + listed(names), help});
  }

  const environment& lookup_;
  report& out_;
  std::map<std::string, variable, std::less<>> variables_;
  std::vector<std::string> path_;  ///< the variables being resolved
  std::size_t grown_ = 0;
  bool overgrown_ = false;
  bool hidden_ = false;  ///< vars cannot be read, so nothing is said about unknown variables
};

}  // namespace

void expand_variables(node& root, const environment& lookup, report& out) { expander{lookup, out}.run(root); }

}  // namespace actors::inline v1::config
