#include "words_text.hpp"

#include <cmath>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace bench {

namespace {

// splitmix64: the same numbers with every standard library.
class random_bits {
 public:
  std::uint64_t operator()() noexcept {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }

 private:
  std::uint64_t state_ = 20261121;
};

constexpr std::size_t vocabulary_size = 50'000;

// Words by rank: 1 to 4 letters at the top of the list, up to 13 at its end.
std::vector<std::string> make_vocabulary(random_bits& random) {
  constexpr std::string_view letters = "eeeeeettttaaaaoooiiinnnsssrrrhhhddlluucmfywgpbvk";
  std::vector<std::string> words;
  std::unordered_set<std::string> seen;
  while (words.size() != vocabulary_size) {
    std::string word;
    const std::size_t length =
        1 + static_cast<std::size_t>(0.6 * std::log2(1.0 + static_cast<double>(words.size()))) + random() % 4;
    for (std::size_t i = 0; i != length; ++i) word += letters[random() % letters.size()];
    if (seen.insert(word).second) words.push_back(std::move(word));
  }
  return words;
}

constexpr std::size_t draws = std::size_t{1} << 20U;

// A rank for each of 2^20 equally likely draws. The last rank's share, 1 in 570,000, is more than one of them.
std::vector<std::uint32_t> make_draws() {
  double all = 0;
  for (std::size_t rank = 1; rank <= vocabulary_size; ++rank) all += 1.0 / static_cast<double>(rank);
  std::vector<std::uint32_t> ranks;
  ranks.reserve(draws);
  double share = 0;
  for (std::uint32_t rank = 0; rank != vocabulary_size; ++rank) {
    share += 1.0 / (all * (rank + 1));
    while (ranks.size() != draws && static_cast<double>(ranks.size()) < share * draws) ranks.push_back(rank);
  }
  ranks.resize(draws, 0);
  return ranks;
}

}  // namespace

generated_text make_text(std::size_t size) {
  random_bits random;
  const std::vector<std::string> vocabulary = make_vocabulary(random);
  const std::vector<std::uint32_t> ranks = make_draws();
  std::vector<bool> used(vocabulary_size);
  generated_text text;
  text.bytes.reserve(size + 32);
  std::size_t line_start = 0;
  do {
    const std::uint64_t bits = random();
    const std::uint32_t rank = ranks[bits % draws];
    text.bytes += vocabulary[rank];
    ++text.words;
    if (!used[rank]) ++text.distinct;
    used[rank] = true;
    const std::uint64_t punctuation = (bits >> 32U) % 16;
    if (punctuation < 2) text.bytes += punctuation == 0 ? '.' : ',';
    const bool line_full = text.bytes.size() - line_start >= 36;
    text.bytes += line_full ? '\n' : ' ';
    if (line_full) line_start = text.bytes.size();
  } while (text.bytes.size() < size);
  text.bytes.back() = '\n';
  return text;
}

}  // namespace bench
