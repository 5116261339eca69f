// items: work that the threads of a model hand to each other, and what has to hold for it.
#pragma once

#include <actors/executor.hpp>

#include "checker.hpp"

#include <array>
#include <string>

namespace model {

/// `Count` pieces of work. Each is written by who queues it, and run once for that by somebody who sees what was
/// written.
template <std::size_t Count>
class items {
 public:
  void name(checker& of) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i != Count; ++i) {
      names.push_back("payload" + std::to_string(i));
      of.name_value(to_word(&nodes_[i]), "item" + std::to_string(i));
    }
    for (std::size_t i = 0; i != Count; ++i) names.push_back("runs" + std::to_string(i));
    for (std::size_t i = 0; i != Count; ++i) names.push_back("written" + std::to_string(i));
    of.name_words(names);
  }

  actors::runnable& write(std::size_t index) {
    written_[index].set(written_[index].get() + 1);
    payload_[index].set(written_[index].get());
    return nodes_[index];
  }

  /// Its index.
  std::size_t run(const actors::runnable* work, place where = place::here()) {
    expect(work != nullptr, "an entry is null", where);
    const auto index = static_cast<std::size_t>(work - nodes_.data());
    const int written = written_[index].get(where);
    expect(runs_[index].get(where) < written, "an item is run twice", where);
    runs_[index].set(written, where);
    expect(payload_[index].get(where) == written, "an item is run by one who does not see what it holds", where);
    return index;
  }

  bool was_run(const rest& at, std::size_t index) const { return at.value(runs_[index]) == at.value(written_[index]); }

  /// For `checker::at_rest`: the first `count` were run.
  std::string lost(const rest& at, std::size_t count = Count) const {
    for (std::size_t i = 0; i != count; ++i)
      if (at.value(written_[i]) == 0 || !was_run(at, i)) return "item" + std::to_string(i) + " is lost";
    return "";
  }

 private:
  std::array<actors::runnable, Count> nodes_{};
  std::array<plain<int>, Count> payload_;
  std::array<guarded<int>, Count> runs_;
  std::array<guarded<int>, Count> written_;
};

}  // namespace model
