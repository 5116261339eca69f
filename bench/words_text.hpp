// words_text: text that looks like a language to whoever counts its words, the same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace bench {

struct generated_text {
  std::string bytes;          ///< lines of about 40 characters, each with its end
  std::int64_t words = 0;     ///< runs of letters in it
  std::int64_t distinct = 0;  ///< different ones among them
};

/// About `size` bytes: words from a vocabulary of 50,000, the one of rank r with a frequency proportional to 1/r,
/// frequent ones shorter; single blanks, now and then a comma or a full stop.
generated_text make_text(std::size_t size);

}  // namespace bench
