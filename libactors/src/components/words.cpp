// words: cuts text into words: runs of letters, digits and underscores (ASCII).
#include <actors/pipeline/declare.hpp>
#include <actors/pipeline/records.hpp>
#include <actors/pipeline/stage.hpp>
#include <actors/pipeline/text.hpp>

#include "builtin.hpp"

#include <algorithm>
#include <array>

namespace actors::inline v1::pipeline {

namespace {

constexpr std::array<bool, 256> make_word_table() {
  std::array<bool, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = true;
  table['_'] = true;
  return table;
}
constexpr std::array<bool, 256> in_word = make_word_table();

bool is_word(char c) noexcept { return in_word[static_cast<unsigned char>(c)]; }

class words final : public stage {
 public:
  task<> run() override {
    while (auto block = co_await lines_.receive()) {
      const char* at = block->bytes.data();
      const char* const end = at + block->bytes.size();
      for (;;) {
        records batch = cut(at, end);
        if (batch.empty()) break;
        batch.keep(block->owner);
        found_.add(batch.size());
        co_await words_.send(std::move(batch));
      }
    }
  }

 private:
  // The next words from `at` on, as many as fit into a message.
  records cut(const char*& at, const char* end) const {
    records batch;
    const std::size_t most = std::min<std::size_t>(words_.most_items(), 4096);
    batch.reserve(std::min<std::size_t>(most, static_cast<std::size_t>(end - at) / 4 + 1));
    while (batch.size() != most) {
      while (at != end && !is_word(*at)) ++at;
      if (at == end) break;
      const char* const first = at;
      while (at != end && is_word(*at)) ++at;
      batch.push_back(value{std::string_view{first, static_cast<std::size_t>(at - first)}});
    }
    return batch;
  }

  in<text> lines_{*this, "lines"};
  out<records> words_{*this, "words"};
  counter& found_ = count("words");
};

}  // namespace

component_info describe_words() {
  return component<words>("words")
      .doc("Cuts text into words: runs of letters, digits and underscores.")
      .replicas(replication::keep_order)
      .info();
}

}  // namespace actors::inline v1::pipeline
