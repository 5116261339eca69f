// json_writer: writes JSON into a string.
#pragma once

#include "../runtime/json_text.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace actors::inline v1::detail {

/// Objects and arrays are opened and closed by the caller, in the right order.
class json_writer {
 public:
  json_writer& open(char bracket) {
    separate();
    text_ += bracket;
    fresh_ = true;
    return *this;
  }
  json_writer& close(char bracket) {
    text_ += bracket;
    fresh_ = false;
    return *this;
  }
  json_writer& key(std::string_view name) {
    separate();
    add_quoted(name);
    text_ += ':';
    fresh_ = true;
    return *this;
  }
  json_writer& value(std::string_view text) {
    separate();
    add_quoted(text);
    return *this;
  }
  json_writer& value(const char* text) { return value(std::string_view{text}); }  // which else is a bool
  json_writer& value(std::int64_t number) {
    separate();
    text_ += std::to_string(number);
    return *this;
  }
  json_writer& value(bool yes) {
    separate();
    text_ += yes ? "true" : "false";
    return *this;
  }
  json_writer& null() {
    separate();
    text_ += "null";
    return *this;
  }

  std::string take() { return std::move(text_); }

 private:
  void separate() {
    if (!fresh_) text_ += ',';
    fresh_ = false;
  }
  void add_quoted(std::string_view text) { append_json_string(text_, text); }

  std::string text_;
  bool fresh_ = true;  ///< nothing stands before the next value
};

}  // namespace actors::inline v1::detail
