// store_buffers: the memory of x86 (TSO): a store waits in its thread's buffer, first in, first out.
#pragma once

#include "code.hpp"
#include "operation.hpp"

#include <string>
#include <utility>
#include <vector>

namespace model {

/// Owens, Sarkar, Sewell, "A better x86 memory model: x86-TSO" (2009), with the orders of C++ as compilers map them:
///   - a load reads the newest store of its own buffer to that word, else memory, whatever its order;
///   - a store that is relaxed or release goes into the buffer, from where it reaches memory at any later moment;
///   - a store that is seq_cst (`xchg`), every read-modify-write, and a call of the kernel wait until the own buffer
///     has drained, and then change memory at once. membarrier waits until all buffers have drained.
class store_buffers {
 public:
  static constexpr const char* name = "store buffers";

  store_buffers(std::size_t threads, std::vector<word_value> initial, std::vector<bool> locks, std::size_t)
      : memory_(std::move(initial)), is_lock_(std::move(locks)), buffers_(threads) {}

  /// In how many ways `thread` can do `op` now; none: it has to wait.
  unsigned ways(std::size_t thread, const operation& op) const;
  word_value apply(std::size_t thread, const operation& op, unsigned way);

  /// Whether an operation is a matter of its thread alone: no step of another one could make a difference to it, nor it
  /// to them. `is_private`: no other thread uses the word.
  bool is_local(std::size_t thread, const operation& op, bool is_private) const {
    if (op.what == action::unlock) return true;
    if (op.what == action::store && op.order != std::memory_order_seq_cst) return true;
    return is_private && (op.what == action::load || buffers_[thread].empty());
  }

  /// A step of the memory itself: the oldest store of a thread's buffer reaches memory.
  bool can_drain(std::size_t thread) const { return !buffers_[thread].empty(); }
  std::pair<word_index, word_value> drain(std::size_t thread);

  word_value read(word_index word) const { return memory_[word]; }
  void write(word_index word, word_value value) { memory_[word] = value; }
  /// The value that everybody will see in the end, once the buffers have drained.
  word_value settled(word_index word) const { return memory_[word]; }

  void thread_ended(std::size_t) {}
  void tidy() {}
  template <class Values>
  void encode(encoder& to, Values& values) const {
    for (const word_value value : memory_) to.put(values.number(value));
    for (const auto& buffer : buffers_) {
      to.put(buffer.size());
      for (const auto& [word, value] : buffer) to.put(word), to.put(values.number(value));
    }
  }
  template <class Values>
  void decode(decoder& from, const Values& values) {
    for (word_value& value : memory_) value = values.at(from.get());
    for (auto& buffer : buffers_) {
      buffer.resize(from.get());
      for (auto& [word, value] : buffer) from.get(word), value = values.at(from.get());
    }
  }

 private:
  word_value load(std::size_t thread, word_index word) const;
  // A store that gives a lock back reaches memory as soon as it is the oldest: nobody could do anything with the word
  // before, so nobody could tell.
  void drain_unlocks(std::size_t thread);

  std::vector<word_value> memory_;
  std::vector<bool> is_lock_;
  std::vector<std::vector<std::pair<word_index, word_value>>> buffers_;
};

}  // namespace model
