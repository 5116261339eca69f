#include "program.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace model {

namespace {
programs* current = nullptr;
}

programs& programs::running() {
  if (current == nullptr) throw std::logic_error{"a modelled operation outside of the threads of a model"};
  return *current;
}

bool is_running() noexcept { return current != nullptr; }

void programs::add(std::string name, turn run) { threads_.push_back({std::move(name), std::move(run)}); }

void programs::mutate(const mutant& change, const std::vector<std::string>& word_names) {
  mutant_ = &change;
  word_names_ = &word_names;
}

programs::node_index programs::at_turn(std::size_t thread, const frame& at) {
  std::string key(1 + sizeof at.keep, static_cast<char>(thread));
  std::memcpy(key.data() + 1, at.keep.data(), sizeof at.keep);
  if (const auto known = turns_.find(key); known != turns_.end()) return known->second;
  point fresh;
  fresh.thread = thread;
  fresh.at_start = at;
  fresh.before = static_cast<node_index>(nodes_.size());
  const node_index made = settle(std::move(fresh));
  turns_.emplace(std::move(key), made);
  return made;
}

programs::node_index programs::after(node_index from, word_value result) {
  for (const auto& [value, node] : nodes_[from].after)
    if (value == result) return node;
  point fresh;
  fresh.thread = nodes_[from].thread;
  fresh.at_start = nodes_[from].at_start;
  fresh.before = from;
  fresh.result = result;
  const node_index made = settle(std::move(fresh));
  nodes_[from].after.emplace_back(result, made);
  return made;
}

// Runs the code up to the new node and enters it; where its turn ends there it is the start of the next turn instead.
programs::node_index programs::settle(point fresh) {
  frame at = fresh.at_start;
  bool more = false;
  if (!run(fresh, at, more)) {
    if (more) return at_turn(fresh.thread, at);
    fresh.has_ended = true;
  } else {
    fresh.next = stopped_at_;
  }
  nodes_.push_back(std::move(fresh));
  return static_cast<node_index>(nodes_.size() - 1);
}

// True when the thread stopped at an operation, false when its turn has ended.
bool programs::run(const point& upto, frame& at, bool& more) {
  results_.clear();
  if (upto.before != nodes_.size()) {
    results_.push_back(upto.result);
    for (node_index i = upto.before; nodes_[i].before != i; i = nodes_[i].before) results_.push_back(nodes_[i].result);
  }
  std::reverse(results_.begin(), results_.end());
  results_used_ = 0;
  holds_ = false;
  current = this;
  bool stopped = true;
  if (setjmp(stop_) == 0) {  // NOLINT: nothing that is left needs a destructor
    more = threads_[upto.thread].run(at);
    if (holds_) {
      holds_ = false;
      step(held_);
    }
    stopped = false;
  }
  current = nullptr;
  return stopped;
}

word_value programs::perform(operation op) {
  if (mutant_ != nullptr && mutant_->changes(op, (*word_names_)[op.word])) {
    applied_ = true;
    if (mutant_->held) {
      held_ = op;
      holds_ = true;
      return mutant_->said;
    }
    mutant_->change(op);
  }
  const word_value result = step(op);
  if (holds_) {
    holds_ = false;
    step(held_);
  }
  return result;
}

std::vector<operation> programs::met() const {
  std::vector<operation> all;
  for (const point& each : nodes_)
    if (!each.has_ended) all.push_back(each.next);
  return all;
}

word_value programs::step(const operation& op) {
  if (results_used_ != results_.size()) return results_[results_used_++];
  stopped_at_ = op;
  std::longjmp(stop_, 1);  // NOLINT: see run
}

}  // namespace model
