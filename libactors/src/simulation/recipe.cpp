#include "recipe.hpp"

#include <actors/errors.hpp>

#include <array>
#include <charconv>
#include <cstdio>
#include <string>
#include <system_error>

namespace actors::inline v1::detail {

namespace {

class words {
 public:
  explicit words(std::string_view text) : all_{text}, rest_{text} {}

  bool more() noexcept {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
    return !rest_.empty();
  }
  std::string_view name() {
    if (!more()) refuse();
    const std::string_view word = rest_.substr(0, rest_.find(' '));
    rest_.remove_prefix(word.size());
    return word;
  }
  std::uint64_t number(int base = 10) {
    if (!more()) refuse();
    std::uint64_t value = 0;
    const auto [end, fault] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value, base);
    if (fault != std::errc{}) refuse();
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }
  bool at(char expected) const noexcept { return rest_.starts_with(expected); }
  bool sign(char expected) noexcept {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  [[noreturn]] void refuse() const {
    throw usage_error{
        "replay: expected what a failed simulation printed (like \"random 7 #a41c9d03\", \"pct 7 3 1000 #a41c9d03\", "
        "\"choices 12+1 40+2 #a41c9d03\"), found \"" +
        std::string{all_} + '"'};
  }

 private:
  const std::string_view all_;
  std::string_view rest_;
};

constexpr std::uint64_t most_decisions = std::uint64_t{1} << 32;

}  // namespace

recipe read_recipe(std::string_view given) {
  words text{given};
  const std::string_view name = text.name();
  recipe read;
  std::unique_ptr<chooser>& made = read.strategy;
  if (name == "random") {
    made = std::make_unique<random_chooser>(text.number());
  } else if (name == "pct") {
    const std::uint64_t seed = text.number();
    const std::uint64_t depth = text.number();
    const std::uint64_t length = text.number();
    if (depth == 0 || depth > most_depth || length == 0) text.refuse();
    made = std::make_unique<pct_chooser>(seed, static_cast<unsigned>(depth), length);
  } else if (name == "choices") {
    std::vector<std::uint32_t> decisions;
    while (text.more() && !text.at('#')) {
      const std::uint64_t first = text.number();
      if (!text.sign('+')) text.refuse();
      const std::uint64_t taken = text.number();
      if (first + decisions.size() >= most_decisions || taken >= most_decisions) text.refuse();
      decisions.insert(decisions.end(), first, 0);
      decisions.push_back(static_cast<std::uint32_t>(taken));
    }
    made = std::make_unique<listed_chooser>(std::move(decisions));
  }
  if (made == nullptr) text.refuse();
  if (text.more() && text.sign('#')) {
    const std::uint64_t mark = text.number(16);
    if (mark >> 32 != 0) text.refuse();
    read.mark = static_cast<std::uint32_t>(mark);
  }
  if (text.more()) text.refuse();
  return read;
}

std::uint32_t mark_of(std::uint64_t fingerprint) noexcept {
  return static_cast<std::uint32_t>(fingerprint ^ fingerprint >> 32);
}

std::string write_recipe(const chooser& strategy, std::uint64_t fingerprint) {
  std::array<char, 16> mark{};
  std::snprintf(mark.data(), mark.size(), " #%08x", mark_of(fingerprint));
  return strategy.recipe() + mark.data();
}

}  // namespace actors::inline v1::detail
