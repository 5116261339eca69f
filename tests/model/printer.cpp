#include "printer.hpp"

#include <algorithm>
#include <string_view>

namespace model {

const char* name_of(std::memory_order order) {
  switch (order) {
    case std::memory_order_relaxed:
      return "relaxed";
    case std::memory_order_acquire:
      return "acquire";
    case std::memory_order_release:
      return "release";
    case std::memory_order_acq_rel:
      return "acq_rel";
    default:
      return "seq_cst";
  }
}

const char* name_of(action what) {
  switch (what) {
    case action::load:
      return "load";
    case action::await:
      return "await";
    case action::store:
      return "store";
    case action::exchange:
      return "exchange";
    case action::compare_exchange:
      return "compare_exchange";
    case action::fetch_add:
      return "fetch_add";
    case action::fetch_and:
      return "fetch_and";
    case action::fetch_or:
      return "fetch_or";
    default:
      return "step";
  }
}

namespace {

std::string place_name(const place& where) {
  std::string_view file = where.file;
  file.remove_prefix(file.rfind('/') + 1);
  return std::string{file} + ":" + std::to_string(where.line) + " " + where.function;
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size() + 1), ' ');
  return text;
}

}  // namespace

std::string printer::value(word_value value) const {
  for (const auto& [known, name] : of_.value_names_)
    if (known == value) return name;
  if (value >> 63U != 0) return std::to_string(static_cast<std::int64_t>(value));
  if (value >> 32U != 0) return std::to_string(value >> 32U) + "'" + std::to_string(value & 0xffffffffU);
  return std::to_string(value);
}

std::string printer::step(std::size_t thread, const operation& op, word_value result) const {
  const auto of = [&] { return " " + word(op.word); };
  const std::string order = " (" + std::string{name_of(op.order)} + ")";
  std::string text;
  switch (op.what) {
    case action::load:
      text = "load" + of() + order + " -> " + value(result);
      break;
    case action::await:
      text = "await" + of() + order + " -> " + value(result);
      break;
    case action::store:
      text = "store" + of() + " = " + value(op.operand) + order;
      break;
    case action::exchange:
      text = "exchange" + of() + " = " + value(op.operand) + order + " -> " + value(result);
      break;
    case action::compare_exchange:
      text = "compare_exchange" + of() + " " + value(op.expected) + " to " + value(op.operand) + order +
             (result == op.expected ? " done" : " failed: " + value(result));
      break;
    case action::fetch_add:
      text = "fetch_add" + of() + " " + value(op.operand) + order + " -> " + value(result);
      break;
    case action::fetch_and:
      text = "fetch_and" + of() + " " + value(op.operand) + order + " -> " + value(result);
      break;
    case action::fetch_or:
      text = "fetch_or" + of() + " " + value(op.operand) + order + " -> " + value(result);
      break;
    case action::lock:
      text = "lock" + of();
      break;
    case action::unlock:
      text = "unlock" + of();
      break;
    case action::futex_wait:
      text = "futex_wait" + of();
      break;
    case action::futex_wake:
      text = "futex_wake" + of();
      break;
    case action::heavy_fence:
      text = "heavy fence";
      break;
    case action::choose:
      text = "choose " + value(result);
      break;
    case action::read:
      text = "read" + of() + " -> " + value(result);
      break;
    case action::write:
      text = "write" + of() + " = " + value(op.operand);
      break;
    case action::skip:
      text = "left out";
      break;
    case action::fail:
      text = op.text;
      break;
  }
  const bool inner = op.what == action::read || op.what == action::write;
  return padded(of_.programs_.name(thread), 12) + padded(place_name(op.where), 42) + (inner ? "  " : "") + text + "\n";
}

std::string printer::drain(std::size_t thread, word_index at, word_value stored) const {
  return padded(of_.programs_.name(thread), 12) + padded("  (store buffer)", 42) + "memory " + word(at) + " = " +
         value(stored) + "\n";
}

}  // namespace model
