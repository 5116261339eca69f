// The words of an expression.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace actors::inline v1::pipeline::detail {

enum class token_kind { end, word, number, text, symbol, unterminated, unknown };

struct token {
  token_kind kind = token_kind::end;
  std::size_t offset = 0;
  std::string_view raw;  ///< as written, quotes included
  std::string content;   ///< of a text: without its quotes

  bool is(std::string_view symbol_or_word) const noexcept {
    return (kind == token_kind::symbol || kind == token_kind::word) && raw == symbol_or_word;
  }
};

/// The token at or after `offset`. Never fails: what is no token is `unterminated` (a text) or `unknown`.
token next_token(std::string_view text, std::size_t offset);

}  // namespace actors::inline v1::pipeline::detail
