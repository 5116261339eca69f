// The components that pipeline files of the tests may name: as the built-in ones describe themselves (their
// help texts left out where no message shows them), but with nothing behind them.
#pragma once

#include <actors/pipeline/component.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <typeindex>
#include <utility>
#include <variant>
#include <vector>

namespace test {

namespace pl = actors::pipeline;

struct text_item {};
struct record_item {};
struct count_item {};

inline pl::port_info text_port(const std::string& name) { return {name, typeid(text_item), "text", ""}; }
inline pl::port_info records_port(const std::string& name) { return {name, typeid(record_item), "records", ""}; }
inline pl::port_info counts_port(const std::string& name) { return {name, typeid(count_item), "counts", ""}; }

/// Here no file below /no and /tmp/none exists, and every other one does.
inline std::optional<std::string> check_path(const pl::option_value& value) {
  for (const auto& path : std::get<std::vector<std::string>>(value)) {
    if (path.starts_with("/no/")) return "'" + path + "' does not exist";
    if (path.starts_with("/tmp/none/")) return "'" + path + "' matches no file";
  }
  return std::nullopt;
}

inline std::optional<std::string> check_positive(const pl::option_value& value) {
  if (std::get<std::int64_t>(value) >= 1) return std::nullopt;
  return "expected 1 or more";
}

inline pl::option_info option(std::string name, pl::option_kind kind, std::string doc) {
  pl::option_info o;
  o.name = std::move(name);
  o.kind = kind;
  o.doc = std::move(doc);
  return o;
}
inline pl::option_info required(pl::option_info o) {
  o.required = true;
  return o;
}
inline pl::option_info with_default(pl::option_info o, pl::option_value fallback) {
  o.fallback = std::move(fallback);
  return o;
}
inline pl::option_info checked(pl::option_info o, std::optional<std::string> (*check)(const pl::option_value&)) {
  o.check = check;
  return o;
}
inline pl::option_info choice(std::string name, std::vector<std::string> words, std::string doc) {
  pl::option_info o = option(std::move(name), pl::option_kind::choice, std::move(doc));
  o.choices = std::move(words);
  o.fallback = o.choices.front();
  return o;
}

inline pl::component_info component(std::string name, pl::component_kind kind, std::vector<pl::port_info> inputs,
                                    std::vector<pl::port_info> outputs, std::vector<pl::option_info> options,
                                    pl::replication replicas) {
  pl::component_info c;
  c.name = std::move(name);
  c.kind = kind;
  c.inputs = std::move(inputs);
  c.outputs = std::move(outputs);
  c.options = std::move(options);
  c.replicas = replicas;
  return c;
}

/// The built-in components.
inline pl::registry fake_registry() {
  using kind = pl::component_kind;
  using type = pl::option_kind;
  using pl::replication;
  pl::registry r;
  const auto path = option("path", type::text_list,
                           "a file, a directory (every file below it), a pattern (*.txt, **/*.hpp), or a list of them");
  r.add(component("file.read", kind::source, {}, {text_port("text")},
                  {checked(required(path), check_path), choice("binary", {"fail", "skip", "read"}, ""),
                   choice("unreadable", {"fail", "skip"}, "")},
                  replication::none));
  r.add(component(
      "generate", kind::source, {}, {records_port("records")},
      {with_default(option("count", type::integer, "how many; -1 for no end"), std::int64_t{-1}),
       with_default(option("interval", type::duration, "the time between two records"), std::chrono::nanoseconds{0})},
      replication::none));
  r.add(
      component("words", kind::transform, {text_port("lines")}, {records_port("words")}, {}, replication::keep_order));
  r.add(component("filter", kind::transform, {records_port("records")}, {records_port("passed")},
                  {required(option("where", type::expression,
                                   "the condition, such as: status >= 500 and not path starts_with '/health'"))},
                  replication::keep_order));
  r.add(component("count_by", kind::transform, {records_port("records")}, {counts_port("counts")},
                  {with_default(option("key", type::text, ""), std::string{}),
                   with_default(option("as", type::text, ""), std::string{})},
                  replication::any_order));
  r.add(component("top_k", kind::transform, {counts_port("counts")}, {records_port("top")},
                  {checked(with_default(option("k", type::integer, "how many"), std::int64_t{10}), check_positive)},
                  replication::none));
  r.add(component("stdout", kind::sink, {records_port("records")}, {},
                  {choice("format", {"lines", "json", "table"}, "")}, replication::none));
  r.add(component("null", kind::sink, {records_port("records")}, {}, {}, replication::none));
  r.add(
      component("lines", kind::transform, {text_port("text")}, {records_port("records")}, {}, replication::keep_order));
  r.add(component("merge_counts", kind::transform, {counts_port("counts")}, {records_port("records")}, {},
                  replication::none));
  r.add_adapter(typeid(text_item), typeid(record_item), "lines");
  r.add_adapter(typeid(count_item), typeid(record_item), "merge_counts");
  return r;
}

/// The same and what no built-in component has: a port for rejected items, options of every kind.
inline pl::registry extended_registry() {
  using kind = pl::component_kind;
  using type = pl::option_kind;
  pl::registry r = fake_registry();
  r.add(component("parse", kind::transform, {text_port("text")}, {records_port("parsed"), records_port("rejected")}, {},
                  pl::replication::keep_order));
  r.add(component(
      "knobs", kind::source, {}, {records_port("records")},
      {option("flag", type::boolean, "on or off"), option("whole", type::integer, ""), option("real", type::real, ""),
       option("text", type::text, ""), option("texts", type::text_list, ""), option("time", type::duration, ""),
       choice("word", {"red", "green"}, ""), option("when", type::expression, "")},
      pl::replication::none));
  return r;
}

}  // namespace test
