// shared: what the code of a model works on: atomics as those of the library, words under a lock, locks, futexes.
#pragma once

#include "operation.hpp"

#include <type_traits>

namespace model {

/// Adds a word to the model that is being built.
word_index declare_word(word_value initial, bool is_lock = false);
/// Does `op` as the thread that is being run.
word_value perform(const operation& op);
/// Whether one is: not while a model is built or destroyed.
bool is_running() noexcept;

template <class T>
word_value to_word(T value) noexcept {
  if constexpr (std::is_pointer_v<T>)
    return reinterpret_cast<word_value>(value);
  else
    return static_cast<word_value>(value);
}
template <class T>
T from_word(word_value value) noexcept {
  if constexpr (std::is_pointer_v<T>)
    return reinterpret_cast<T>(value);  // NOLINT(performance-no-int-to-ptr)
  else
    return static_cast<T>(value);
}

/// As std::atomic, with what the library uses of it.
template <class T>
class atomic {
 public:
  atomic() : atomic{T{}} {}
  atomic(T initial) : word_{declare_word(to_word(initial))} {}  // NOLINT(google-explicit-constructor): as std::atomic
  atomic(const atomic&) = delete;
  atomic& operator=(const atomic&) = delete;

  T load(std::memory_order order = seq_cst, place where = place::here()) const noexcept {
    return from_word<T>(perform({action::load, word_, order, order, 0, 0, where}));
  }
  /// In place of a loop that loads until it finds `value`, or another one.
  void await(T value, std::memory_order order = seq_cst, place where = place::here()) const noexcept {
    perform({action::await, word_, order, order, 0, to_word(value), where});
  }
  void await_other(T value, std::memory_order order = seq_cst, place where = place::here()) const noexcept {
    perform({action::await, word_, order, order, 1, to_word(value), where});
  }
  void store(T value, std::memory_order order = seq_cst, place where = place::here()) noexcept {
    perform({action::store, word_, order, order, to_word(value), 0, where});
  }
  T exchange(T value, std::memory_order order = seq_cst, place where = place::here()) noexcept {
    return from_word<T>(perform({action::exchange, word_, order, order, to_word(value), 0, where}));
  }
  bool compare_exchange_strong(T& expected, T value, std::memory_order order, std::memory_order failure,
                               place where = place::here()) noexcept {
    const word_value wanted = to_word(expected);
    const word_value found = perform({action::compare_exchange, word_, order, failure, to_word(value), wanted, where});
    expected = from_word<T>(found);
    return found == wanted;
  }
  bool compare_exchange_strong(T& expected, T value, std::memory_order order = seq_cst,
                               place where = place::here()) noexcept {
    const std::memory_order failure = order == std::memory_order_acq_rel   ? std::memory_order_acquire
                                      : order == std::memory_order_release ? std::memory_order_relaxed
                                                                           : order;
    return compare_exchange_strong(expected, value, order, failure, where);
  }
  /// Never fails without cause.
  bool compare_exchange_weak(T& expected, T value, std::memory_order order, std::memory_order failure,
                             place where = place::here()) noexcept {
    return compare_exchange_strong(expected, value, order, failure, where);
  }
  T fetch_add(T by, std::memory_order order = seq_cst, place where = place::here()) noexcept {
    return from_word<T>(perform({action::fetch_add, word_, order, order, to_word(by), 0, where}));
  }
  T fetch_sub(T by, std::memory_order order = seq_cst, place where = place::here()) noexcept {
    return from_word<T>(perform({action::fetch_add, word_, order, order, word_value{0} - to_word(by), 0, where}));
  }
  T fetch_and(T bits, std::memory_order order = seq_cst, place where = place::here()) noexcept {
    return from_word<T>(perform({action::fetch_and, word_, order, order, to_word(bits), 0, where}));
  }
  T fetch_or(T bits, std::memory_order order = seq_cst, place where = place::here()) noexcept {
    return from_word<T>(perform({action::fetch_or, word_, order, order, to_word(bits), 0, where}));
  }

  word_index word() const noexcept { return word_; }

 private:
  static constexpr std::memory_order seq_cst = std::memory_order_seq_cst;
  const word_index word_;
};

/// A plain variable that is read and written only while a lock is held. Its accesses are part of the step before them:
/// nobody could see them apart.
template <class T>
class guarded {
 public:
  explicit guarded(T initial = T{}) : word_{declare_word(to_word(initial))} {}
  guarded(const guarded&) = delete;
  guarded& operator=(const guarded&) = delete;

  T get(place where = place::here()) const {
    return from_word<T>(perform({action::read, word_, std::memory_order_relaxed, {}, 0, 0, where}));
  }
  void set(T value, place where = place::here()) {
    perform({action::write, word_, std::memory_order_relaxed, {}, to_word(value), 0, where});
  }
  word_index word() const noexcept { return word_; }

 private:
  const word_index word_;
};

/// A plain variable that the code hands from thread to thread without a lock. Whoever can see an old value of it has a
/// race.
template <class T>
class plain {
 public:
  explicit plain(T initial = T{}) : word_{initial} {}
  T get(place where = place::here()) const { return word_.load(std::memory_order_relaxed, where); }
  void set(T value, place where = place::here()) { word_.store(value, std::memory_order_relaxed, where); }

 private:
  atomic<T> word_;
};

/// detail::spin_lock: an exchange with acquire that waits until it succeeds, a store with release.
class spin_lock {
 public:
  void lock(place where = place::here()) { perform({action::lock, word_, std::memory_order_acquire, {}, 0, 0, where}); }
  void unlock(place where = place::here()) {
    perform({action::unlock, word_, std::memory_order_release, {}, 0, 0, where});
  }

 private:
  const word_index word_ = declare_word(0, true);
};

/// False when the time came first (where `timed`).
inline bool futex_wait(const atomic<std::uint32_t>& word, std::uint32_t expected, bool timed,
                       place where = place::here()) {
  return perform({action::futex_wait, word.word(), {}, {}, timed ? word_value{1} : word_value{0}, expected, where}) !=
         timed_out;
}
inline void futex_wake_one(const atomic<std::uint32_t>& word, place where = place::here()) {
  perform({action::futex_wake, word.word(), {}, {}, 0, 0, where});
}

/// membarrier(2).
inline void heavy_fence(place where = place::here()) { perform({action::heavy_fence, 0, {}, {}, 0, 0, where}); }

/// One of `count` numbers from 0, each of them in turn.
inline unsigned choose(unsigned count, place where = place::here()) {
  return static_cast<unsigned>(perform({action::choose, 0, {}, {}, count, 0, where}));
}

/// The thread has found that something is wrong.
inline void expect(bool right, const char* text, place where = place::here()) {
  if (!right) perform({action::fail, 0, {}, {}, 0, 0, where, text});
}

}  // namespace model
