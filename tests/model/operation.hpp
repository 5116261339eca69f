// operation: one step of a modelled thread.
#pragma once

#include <atomic>
#include <cstdint>

namespace model {

/// What a word holds: integers, enumerations and addresses, as they are.
using word_value = std::uint64_t;
using word_index = std::uint16_t;

/// A place in the source, for counterexamples and for mutants. As a default argument it is the place of the call.
struct place {
  const char* function = "";
  const char* file = "";
  unsigned line = 0;

  static constexpr place here(const char* function = __builtin_FUNCTION(), const char* file = __builtin_FILE(),
                              unsigned line = __builtin_LINE()) noexcept {
    return {function, file, line};
  }
};

enum class action : std::uint8_t {
  load,
  await,  ///< a loop of loads that ends when one finds `expected`, or with an operand something else
  store,
  exchange,
  compare_exchange,
  fetch_add,
  fetch_and,
  fetch_or,
  lock,         ///< waits until the word is 0 and makes it 1, at once
  unlock,       ///< a store of 0; who has the lock does nothing else with that word
  futex_wait,   ///< sleeps while the word is `expected`; with `operand` also until a time-out
  futex_wake,   ///< wakes one sleeper of the word
  heavy_fence,  ///< every thread passes a full fence meanwhile
  choose,       ///< results 0 to `operand` - 1, each of them
  read,         ///< of a word that a lock guards, or that exists for the check alone: no step of its own
  write,
  skip,  ///< left out (by a mutant); the result is `operand`
  fail,  ///< the thread found that something is wrong: `text`
};

struct operation {
  action what = action::skip;
  word_index word = 0;
  std::memory_order order = std::memory_order_seq_cst;
  std::memory_order failure = std::memory_order_relaxed;  ///< of a compare_exchange that finds another value
  word_value operand = 0;
  word_value expected = 0;
  place where;
  const char* text = "";
};

inline bool acquires(std::memory_order order) noexcept {
  return order == std::memory_order_acquire || order == std::memory_order_acq_rel || order == std::memory_order_seq_cst;
}
inline bool releases(std::memory_order order) noexcept {
  return order == std::memory_order_release || order == std::memory_order_acq_rel || order == std::memory_order_seq_cst;
}

/// Whether an await ends when it finds that.
inline bool ends_with(const operation& await, word_value found) noexcept {
  return (found == await.expected) == (await.operand == 0);
}

/// What a read-modify-write makes of `before`.
inline word_value changed(const operation& op, word_value before) noexcept {
  switch (op.what) {
    case action::fetch_add:
      return before + op.operand;
    case action::fetch_and:
      return before & op.operand;
    case action::fetch_or:
      return before | op.operand;
    case action::lock:
      return 1;
    default:
      return op.operand;
  }
}

/// What a time-out returns from `futex_wait`.
constexpr word_value timed_out = 1;

}  // namespace model
