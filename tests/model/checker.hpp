// checker: builds a model and runs through all that its threads can do, in every order, on a given kind of memory.
#pragma once

#include "program.hpp"
#include "shared.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace model {

enum class standing : std::uint8_t { ended, asleep, stuck };

/// A state in which nobody goes on by itself: each thread has ended, sleeps on a futex, or is stuck at a lock.
struct rest {
  std::vector<standing> threads;
  std::vector<word_value> words;

  bool has_ended(std::size_t thread) const { return threads[thread] == standing::ended; }
  template <class Shared>
  auto value(const Shared& variable) const {
    return from_word<decltype(value_of(variable))>(words[variable.word()]);
  }

 private:
  template <class T>
  static T value_of(const atomic<T>&);
  template <class T>
  static T value_of(const guarded<T>&);
};

enum class memory_kind : std::uint8_t { store_buffers, views };

struct verdict {
  std::string violation;  ///< empty: none
  std::string trace;      ///< the steps of a shortest run that leads to the violation
  std::size_t states = 0;
  std::size_t steps = 0;
  bool complete = false;        ///< every reachable state was visited
  bool mutant_applied = false;  ///< the changed operation was met
  std::vector<operation> met;   ///< every operation that some thread came to
};

/// What a model consists of. Shared variables that are made while one is under construction belong to it.
class checker {
 public:
  checker();
  ~checker();
  checker(const checker&) = delete;
  checker& operator=(const checker&) = delete;

  /// Names the words that have no name yet, in the order in which they were declared.
  void name_words(const std::vector<std::string>& names);
  void name_value(word_value value, std::string name) { value_names_.emplace_back(value, std::move(name)); }
  void add_thread(std::string name, turn run) { programs_.add(std::move(name), std::move(run)); }
  /// How many sleeps with a time limit end by it, at most, in one run.
  void allow_time_outs(unsigned count) { time_outs_ = count; }
  /// See `views`.
  void limit_old_stores(std::size_t most) { most_old_ = most; }
  /// Looks at every state of rest: what is wrong with it, or an empty text. Threads that are stuck are always wrong.
  void at_rest(std::function<std::string(const rest&)> look) { look_ = std::move(look); }

  word_index declare(word_value initial, bool is_lock);

  verdict run(memory_kind memory, const mutant* change, bool every_step, std::size_t most_states);

 private:
  template <class Memory>
  friend class exploration;
  friend class printer;

  programs programs_;
  std::vector<word_value> initial_;
  std::vector<bool> locks_;
  std::vector<std::string> word_names_;
  std::vector<std::pair<word_value, std::string>> value_names_;
  std::function<std::string(const rest&)> look_;
  unsigned time_outs_ = 0;
  std::size_t most_old_ = 200;
  std::size_t named_ = 0;
};

/// Fills a checker with the variables, threads and properties of a model. What it makes is kept by what it adds.
using setup = std::function<void(checker&)>;

/// Goes through all states, shortest runs first, until the first violation. Throws std::length_error beyond
/// `most_states`.
/// `every_step`: with no step left out because no other thread could tell it from the one before.
verdict explore(const setup& build, memory_kind memory, const mutant* change = nullptr, bool every_step = false,
                std::size_t most_states = 5'000'000);

}  // namespace model
