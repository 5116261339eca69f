#include "expression_lexer.hpp"

#include <array>

namespace actors::inline v1::pipeline::detail {

namespace {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool starts_word(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
constexpr bool continues_word(char c) noexcept { return starts_word(c) || is_digit(c) || c == '-'; }

/// A field path is one word with its dots; a word never ends with a dot.
std::size_t word_length(std::string_view s) noexcept {
  std::size_t i = 0;
  while (i < s.size()) {
    if (continues_word(s[i]) || (s[i] == '.' && i + 1 < s.size() && starts_word(s[i + 1])))
      ++i;
    else
      break;
  }
  return i;
}

/// Generous, so that `1.2.3` or `5ms` become one token that the parser can name in its message.
std::size_t number_length(std::string_view s) noexcept {
  std::size_t i = s[0] == '-' || s[0] == '+' ? 1 : 0;
  while (i < s.size()) {
    const bool exponent_sign = (s[i] == '-' || s[i] == '+') && (s[i - 1] == 'e' || s[i - 1] == 'E');
    if (!is_digit(s[i]) && !starts_word(s[i]) && s[i] != '.' && !exponent_sign) break;
    ++i;
  }
  return i;
}

token text_token(std::string_view s, std::size_t offset) {
  const char quote = s[offset];
  token t{token_kind::text, offset, {}, {}};
  std::size_t i = offset + 1;
  for (; i < s.size(); ++i) {
    if (s[i] != quote) {
      t.content += s[i];
    } else if (i + 1 < s.size() && s[i + 1] == quote) {
      t.content += quote;
      ++i;
    } else {
      t.raw = s.substr(offset, i + 1 - offset);
      return t;
    }
  }
  t.kind = token_kind::unterminated;
  t.raw = s.substr(offset);
  return t;
}

/// A character that starts no token, with the rest of its UTF-8 sequence.
std::size_t character_length(std::string_view s) noexcept {
  std::size_t i = 1;
  while (i < s.size() && (static_cast<unsigned char>(s[i]) & 0xc0) == 0x80) ++i;
  return i;
}

}  // namespace

token next_token(std::string_view text, std::size_t offset) {
  while (offset < text.size() &&
         (text[offset] == ' ' || text[offset] == '\t' || text[offset] == '\n' || text[offset] == '\r'))
    ++offset;
  if (offset >= text.size()) return {token_kind::end, text.size(), {}, {}};

  const std::string_view rest = text.substr(offset);
  const auto make = [&](token_kind kind, std::size_t length) {
    return token{kind, offset, rest.substr(0, length), {}};
  };
  const char c = rest[0];
  if (c == '\'' || c == '"') return text_token(text, offset);
  if (starts_word(c)) return make(token_kind::word, word_length(rest));
  const bool sign = (c == '-' || c == '+') && rest.size() > 1 && (is_digit(rest[1]) || rest[1] == '.');
  if (is_digit(c) || sign || (c == '.' && rest.size() > 1 && is_digit(rest[1])))
    return make(token_kind::number, number_length(rest));
  // The wrong ones among them are there so that the parser can say what to write instead.
  constexpr std::array<std::string_view, 20> symbols{"===", "!==", "==", "!=", "<=", ">=", "<>", "=~", "!~", "&&",
                                                     "||",  "<",   ">",  "(",  ")",  "[",  "]",  ",",  "=",  "!"};
  for (const auto symbol : symbols)
    if (rest.starts_with(symbol)) return make(token_kind::symbol, symbol.size());
  return make(token_kind::unknown, character_length(rest));
}

}  // namespace actors::inline v1::pipeline::detail
