// views: the memory that the C++ standard promises, as far as orders of stores, loads and read-modify-writes go.
#pragma once

#include "code.hpp"
#include "operation.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace model {

/// After the view machines of the literature (Kang, Hur, Lahav, Vafeiadis, Dreyer, "A promising semantics for
/// relaxed-memory concurrency" (2017), without its promises). A word is the list of all stores to it, in modification
/// order, and each thread has a view: how far down each list it has seen.
///   - A load reads any store that is not older than the thread's view, and moves the view there. Reading a store
///     that carries a view, with acquire, joins that one to the thread's.
///   - A store enters the list anywhere behind the thread's view (but not between a read-modify-write and what that
///     read). It carries the thread's view where it is a release.
///   - A read-modify-write reads any such store that no other one has read, and enters behind it. It carries on the
///   view
///     of what it read (the release sequence).
///   - A seq_cst operation reads or enters not before the latest store to the word that was written or read by a
///     seq_cst operation: these have one order, that of their execution.
///   - membarrier: its caller then has seen what any other thread had seen before it, and they what the caller had.
///   - A call of futex_wait compares the latest store, and the thread has seen that one then.
/// So a relaxed load may see an old value, loads may be seen in another order, and so may stores, each as far as the
/// orders named in the code do not forbid it. What it does not do: loads that read from a later store of another thread
/// that depends on them (load buffering), and seq_cst operations that are weaker than the synchronisation around them.
class views {
 public:
  static constexpr const char* name = "views";
  static constexpr std::size_t most_words = 48;

  /// `most_old`: how many stores before the latest one of each word can be read at most. (As the standard asks that a
  /// store be seen in finite time. Without a bound a loop has states without end.)
  views(std::size_t threads, const std::vector<word_value>& initial, const std::vector<bool>& locks,
        std::size_t most_old);

  unsigned ways(std::size_t thread, const operation& op);
  word_value apply(std::size_t thread, const operation& op, unsigned way);

  static bool is_local(std::size_t, const operation& op, bool is_private) {
    return is_private || op.what == action::unlock;
  }

  static bool can_drain(std::size_t) { return false; }
  static std::pair<word_index, word_value> drain(std::size_t) { return {}; }

  word_value read(word_index word) const { return words_[word].back().value; }
  void write(word_index word, word_value value) { words_[word].back().value = value; }
  word_value settled(word_index word) const { return words_[word].back().value; }

  void thread_ended(std::size_t thread);
  /// Forgets what nobody can read any more, so that states which differ in that alone are one.
  void tidy();
  template <class Values>
  void encode(encoder& to, Values& values) const;
  template <class Values>
  void decode(decoder& from, const Values& values);

 private:
  using view = std::array<std::uint8_t, most_words>;
  struct message {
    word_value value = 0;
    bool replaces = false;  ///< entered by a read-modify-write that read the one before
    view seen{};
  };

  void find_choices(std::size_t thread, const operation& op);
  std::size_t lowest(std::size_t thread, const operation& op, std::memory_order order) const;
  bool was_replaced(word_index word, std::size_t at) const;
  void insert(std::size_t thread, word_index word, std::size_t at, message added);
  void join(view& into, const view& other) const;
  void encode_view(encoder& to, const view& seen) const;
  void decode_view(decoder& from, view& seen);

  std::size_t most_old_;
  std::vector<std::vector<message>> words_;
  std::vector<view> threads_;
  std::vector<bool> alive_;
  view total_{};                      ///< how far seq_cst operations have come
  view ended_{};                      ///< what threads that have ended had seen, for heavy fences
  std::vector<std::size_t> choices_;  ///< positions, for the operation asked about last
};

template <class Values>
void views::encode(encoder& to, Values& values) const {
  for (const auto& word : words_) {
    to.put(word.size());
    for (const message& each : word) {
      to.put(values.number(each.value) * 2 + (each.replaces ? 1 : 0));
      encode_view(to, each.seen);
    }
  }
  for (std::size_t i = 0; i != threads_.size(); ++i) {
    to.put(alive_[i] ? 1 : 0);
    if (alive_[i]) encode_view(to, threads_[i]);
  }
  encode_view(to, total_);
  encode_view(to, ended_);
}

template <class Values>
void views::decode(decoder& from, const Values& values) {
  for (auto& word : words_) {
    word.resize(from.get());
    for (message& each : word) {
      const std::uint64_t value = from.get();
      each.value = values.at(value / 2);
      each.replaces = value % 2 != 0;
      decode_view(from, each.seen);
    }
  }
  for (std::size_t i = 0; i != threads_.size(); ++i) {
    alive_[i] = from.get() != 0;
    if (alive_[i]) decode_view(from, threads_[i]);
  }
  decode_view(from, total_);
  decode_view(from, ended_);
}

}  // namespace model
