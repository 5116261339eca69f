// mutants: changes of the modelled code, and the test that a model notices them.
#pragma once

#include "checker.hpp"

#include <string>
#include <vector>

namespace model {

/// The operations of kind `what` that `function` does on words whose name begins with `word` get another order.
mutant weaker(const std::string& function, const std::string& word, action what, std::memory_order order);
/// They are done after the thread's next operation, and said to have found `result`.
mutant swapped(const std::string& function, const std::string& word, action what, word_value result = 0);
/// They are not done, and said to have found `result`.
mutant left_out(const std::string& function, const std::string& word, action what, word_value result = 0);
/// Compare-and-swaps become stores, which always succeed.
mutant blind(const std::string& function, const std::string& word);

/// A model with its bounds, for one run through all its states.
struct scenario {
  std::string name;
  setup build;
  bool on_views = true;   ///< else with store buffers alone: it has too many states
  bool is_large = false;  ///< left out under sanitizers, which are to look at the checker, not at the models
};

/// Runs each scenario on both memories to the end. Prints the numbers of states. Fails on a violation.
void expect_right(const std::vector<scenario>& scenarios);
/// Runs the scenarios with the mutant until one fails, and prints that run. Fails where none does.
void expect_caught(const std::vector<scenario>& scenarios, const mutant& change);

/// An order of the code that may be weaker as far as the models can tell, and why it is as it is.
struct spare {
  std::string mutant;  ///< as `every_weaker_order` names it
  std::string reason;
};

/// Weakens each order that the functions of files whose name begins with `file` ask for, one step at a time: each
/// mutant must fail in a scenario on some memory, or be named in `spares`; and none of those may fail.
void expect_needed(const std::vector<scenario>& scenarios, const std::string& file, const std::vector<spare>& spares);

}  // namespace model
