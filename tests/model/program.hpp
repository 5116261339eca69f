// program: ordinary C++ code as the threads of a model: what it does next, given what its operations returned so far.
#pragma once

#include "operation.hpp"

#include <array>
#include <csetjmp>
#include <cstddef>
#include <functional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace model {

/// What a thread remembers from one of its turns to the next. Everything else that lives longer than a turn is a shared
/// word.
struct frame {
  std::array<std::int32_t, 8> keep{};
};

/// One turn of a thread; false when it was the last one. It may do anything that depends on nothing but the frame and
/// the results of its operations, and whose objects need no destructor: it is run many times, and mostly left in the
/// middle by `longjmp`.
using turn = std::function<bool(frame&)>;

/// A change of the code that a model is expected to notice: of the operations that `function` does on `word` (a prefix
/// of its name), those of kind `what`.
struct mutant {
  std::string name;
  std::string function;
  std::string word;
  action what = action::skip;
  std::function<void(operation&)> change;
  bool held = false;    ///< the operation is done after the thread's next one: two steps swapped
  word_value said = 0;  ///< where held: what the operation is said to have found
  unsigned line = 0;    ///< where given: only the operation in this line

  bool changes(const operation& op, const std::string& name_of_word) const {
    return what == op.what && function == op.where.function && name_of_word.starts_with(word) &&
           (line == 0 || line == op.where.line);
  }
};

/// The threads of a model as automata, built while they are explored: a node is where a thread stands (the operation
/// that it is about to do), an edge the result of the operation. Running the code up to a node is needed once.
class programs {
 public:
  using node_index = std::uint32_t;

  void add(std::string name, turn run);
  void mutate(const mutant& change, const std::vector<std::string>& word_names);
  bool mutant_applied() const noexcept { return applied_; }

  std::size_t size() const noexcept { return threads_.size(); }
  const std::string& name(std::size_t thread) const { return threads_[thread].name; }
  node_index start(std::size_t thread) { return at_turn(thread, frame{}); }
  node_index after(node_index node, word_value result);
  bool ended(node_index node) const { return nodes_[node].has_ended; }
  const operation& next(node_index node) const { return nodes_[node].next; }
  /// Every operation that some thread came to.
  std::vector<operation> met() const;

  /// For the operations: done by the thread that is being run. Gives the result, or leaves the thread.
  word_value perform(operation op);
  static programs& running();

 private:
  struct code {
    std::string name;
    turn run;
  };
  struct point {
    std::size_t thread = 0;
    frame at_start;         ///< of the turn
    node_index before = 0;  ///< itself at the start of a turn
    word_value result = 0;  ///< what led here from `before`
    bool has_ended = false;
    operation next;
    std::vector<std::pair<word_value, node_index>> after;
  };

  node_index at_turn(std::size_t thread, const frame& at);
  node_index settle(point fresh);
  bool run(const point& upto, frame& at, bool& more);
  word_value step(const operation& op);

  std::vector<code> threads_;
  std::vector<point> nodes_;
  std::unordered_map<std::string, node_index> turns_;
  const mutant* mutant_ = nullptr;
  const std::vector<std::string>* word_names_ = nullptr;
  bool applied_ = false;

  std::vector<word_value> results_;  ///< of the run at hand
  std::size_t results_used_ = 0;
  operation stopped_at_;
  operation held_;
  bool holds_ = false;
  std::jmp_buf stop_;
};

}  // namespace model
