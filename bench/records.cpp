// The measurement behind docs/decisions/records.md: one job, three ways for its words to travel between actors.
#include <actors/channel.hpp>
#include <actors/pipeline/records.hpp>
#include <actors/pipeline/text.hpp>
#include <actors/runtime.hpp>
#include <actors/team.hpp>

#include "words_text.hpp"
#include "workloads.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace bench {

namespace {

using actors::task;
using actors::pipeline::records;
using actors::pipeline::text;
using actors::pipeline::value;

bool in_word(char c) noexcept { return static_cast<unsigned char>((c | 0x20) - 'a') < 26; }

// The next word from `at` on, empty at the end.
std::string_view next_word(const char*& at, const char* end) noexcept {
  while (at != end && !in_word(*at)) ++at;
  const char* const first = at;
  while (at != end && in_word(*at)) ++at;
  return {first, static_cast<std::size_t>(at - first)};
}

struct text_hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>{}(s); }
};

class word_counts {
 public:
  void add(std::string_view word) {
    const auto found = counts_.find(word);
    if (found != counts_.end())
      ++found->second;
    else
      counts_.emplace(word, 1);
  }
  std::int64_t distinct() const noexcept { return static_cast<std::int64_t>(counts_.size()); }
  std::int64_t total() const noexcept {
    std::int64_t sum = 0;
    for (const auto& [word, count] : counts_) sum += count;
    return sum;
  }

 private:
  boost::unordered_flat_map<std::string, std::int64_t, text_hash, std::equal_to<>> counts_;
};

// Reads as a file is read: chunks of 256 KiB into memory of their own, passed on as whole lines.
class reader final : public actors::actor {
 public:
  explicit reader(std::string_view from) : from_{from} {}

  task<> run() override {
    constexpr std::size_t chunk_size = 256 * 1024;
    while (!from_.empty()) {
      std::size_t size = std::min(chunk_size, from_.size());
      if (size != from_.size()) size = from_.rfind('\n', size - 1) + 1;
      auto chunk = std::make_shared<const std::string>(from_.substr(0, size));
      from_.remove_prefix(size);
      const auto lines = static_cast<std::uint32_t>(std::count(chunk->begin(), chunk->end(), '\n'));
      const std::string_view bytes = *chunk;
      text block{std::move(chunk), bytes, lines};
      co_await lines_.send(std::move(block));
    }
  }

  actors::out<text> lines_{*this, "lines"};

 private:
  std::string_view from_;
};

class cut_messages final : public actors::actor {
 public:
  task<> run() override {
    while (const auto block = co_await lines_.receive()) {
      const char* at = block->bytes.data();
      const char* const end = at + block->bytes.size();
      for (std::string_view word = next_word(at, end); !word.empty(); word = next_word(at, end))
        co_await words_.send(std::string{word});
    }
  }

  actors::in<text> lines_{*this, "lines"};
  actors::out<std::string> words_{*this, "words"};
};

class cut_batches final : public actors::actor {
 public:
  task<> run() override {
    while (const auto block = co_await lines_.receive()) {
      const char* at = block->bytes.data();
      const char* const end = at + block->bytes.size();
      for (;;) {
        records batch = cut(at, end);
        if (batch.empty()) break;
        batch.keep(block->owner);
        co_await words_.send(std::move(batch));
      }
    }
  }

  actors::in<text> lines_{*this, "lines"};
  actors::out<records> words_{*this, "words"};

 private:
  records cut(const char*& at, const char* end) const {
    const std::size_t most = std::min<std::size_t>(words_.most_items(), 4096);  // a rendezvous sets no limit
    records batch;
    batch.reserve(most);
    while (batch.size() != most) {
      const std::string_view word = next_word(at, end);
      if (word.empty()) break;
      batch.push_back(value{word});
    }
    return batch;
  }
};

void add_all(word_counts& counts, const std::string& word) { counts.add(word); }

void add_all(word_counts& counts, const records& batch) {
  for (const value& word : batch) counts.add(word.as_text());
}

void add_all(word_counts& counts, const text& block) {
  const char* at = block.bytes.data();
  const char* const end = at + block.bytes.size();
  for (std::string_view word = next_word(at, end); !word.empty(); word = next_word(at, end)) counts.add(word);
}

template <class T>
class count final : public actors::actor {
 public:
  explicit count(word_counts* into) : into_{into} {}

  task<> run() override {
    while (const auto item = co_await words_.receive()) add_all(*into_, *item);
  }

  actors::in<T> words_{*this, "words"};

 private:
  word_counts* into_;
};

template <class Cutter, class T>
void connect_through(actors::team& team, actors::out<T> Cutter::*words, std::string_view bytes, word_counts& counts,
                     std::size_t capacity) {
  const auto from = team.spawn<reader>(bytes);
  const auto cutter = team.spawn<Cutter>();
  const auto counter = team.spawn<count<T>>(&counts);
  actors::connect(from.port(&reader::lines_), cutter.port(&Cutter::lines_), capacity);
  actors::connect(cutter.port(words), counter.port(&count<T>::words_), capacity);
}

}  // namespace

outcome words(const settings& s) {
  const generated_text text_of = make_text(static_cast<std::size_t>(s.n));
  word_counts counts;
  actors::team team;
  switch (s.how) {
    case transport::message:
      connect_through(team, &cut_messages::words_, text_of.bytes, counts, s.capacity);
      break;
    case transport::batch:
      connect_through(team, &cut_batches::words_, text_of.bytes, counts, s.capacity);
      break;
    case transport::block:
      actors::connect(team.spawn<reader>(std::string_view{text_of.bytes}).port(&reader::lines_),
                      team.spawn<count<text>>(&counts).port(&count<text>::words_), s.capacity);
      break;
  }
  actors::runtime here{{.workers = s.threads}};
  const stopwatch watch;
  here.run(team.run());
  const auto elapsed = watch.elapsed();
  expect("words", counts.total(), text_of.words);
  expect("distinct words", counts.distinct(), text_of.distinct);
  return outcome{text_of.words, elapsed, text_of.words};
}

}  // namespace bench
