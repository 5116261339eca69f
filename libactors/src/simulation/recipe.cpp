#include "recipe.hpp"

#include <actors/errors.hpp>

#include <charconv>
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
  std::uint64_t number() {
    if (!more()) refuse();
    std::uint64_t value = 0;
    const auto [end, fault] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (fault != std::errc{}) refuse();
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }
  void plus() {
    if (!rest_.starts_with('+')) refuse();
    rest_.remove_prefix(1);
  }
  [[noreturn]] void refuse() const {
    throw usage_error{
        "replay: expected what a failed simulation printed (\"random 7\", \"pct 7 3 1000\", "
        "\"choices 12+1 40+2\"), found \"" +
        std::string{all_} + '"'};
  }

 private:
  const std::string_view all_;
  std::string_view rest_;
};

constexpr std::uint64_t most_decisions = std::uint64_t{1} << 32;

}  // namespace

std::unique_ptr<chooser> chooser_of(std::string_view recipe) {
  words text{recipe};
  const std::string_view name = text.name();
  std::unique_ptr<chooser> made;
  if (name == "random") {
    made = std::make_unique<random_chooser>(text.number());
  } else if (name == "pct") {
    const std::uint64_t seed = text.number();
    const std::uint64_t depth = text.number();
    const std::uint64_t length = text.number();
    if (depth == 0 || depth > 1000 || length == 0) text.refuse();
    made = std::make_unique<pct_chooser>(seed, static_cast<unsigned>(depth), length);
  } else if (name == "choices") {
    std::vector<std::uint32_t> decisions;
    while (text.more()) {
      const std::uint64_t first = text.number();
      text.plus();
      const std::uint64_t taken = text.number();
      if (first + decisions.size() >= most_decisions || taken >= most_decisions) text.refuse();
      decisions.insert(decisions.end(), first, 0);
      decisions.push_back(static_cast<std::uint32_t>(taken));
    }
    made = std::make_unique<listed_chooser>(std::move(decisions));
  }
  if (made == nullptr || text.more()) text.refuse();
  return made;
}

}  // namespace actors::inline v1::detail
