// printer: the steps and states of a counterexample as text.
#pragma once

#include "checker.hpp"

#include <string>

namespace model {

const char* name_of(std::memory_order order);
const char* name_of(action what);

class printer {
 public:
  explicit printer(const checker& of) : of_{of} {}

  std::string value(word_value value) const;
  std::string word(word_index word) const { return of_.word_names_[word]; }
  std::string step(std::size_t thread, const operation& op, word_value result) const;
  std::string drain(std::size_t thread, word_index word, word_value value) const;

 private:
  const checker& of_;
};

}  // namespace model
