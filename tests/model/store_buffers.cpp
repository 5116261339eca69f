#include "store_buffers.hpp"

#include <algorithm>

namespace model {

word_value store_buffers::load(std::size_t thread, word_index word) const {
  const auto& buffer = buffers_[thread];
  for (auto entry = buffer.rbegin(); entry != buffer.rend(); ++entry)
    if (entry->first == word) return entry->second;
  return memory_[word];
}

unsigned store_buffers::ways(std::size_t thread, const operation& op) const {
  const bool drained = buffers_[thread].empty();
  switch (op.what) {
    case action::load:
      return 1;
    case action::await:
      return ends_with(op, load(thread, op.word)) ? 1 : 0;
    case action::heavy_fence:
      return std::all_of(buffers_.begin(), buffers_.end(), [](const auto& each) { return each.empty(); }) ? 1 : 0;
    case action::store:
      return op.order == std::memory_order_seq_cst && !drained ? 0 : 1;
    case action::lock:
      return drained && memory_[op.word] == 0 ? 1 : 0;
    case action::choose:
      return static_cast<unsigned>(op.operand);
    case action::unlock:
    case action::skip:
      return 1;
    default:
      return drained ? 1 : 0;
  }
}

word_value store_buffers::apply(std::size_t thread, const operation& op, unsigned way) {
  auto& buffer = buffers_[thread];
  word_value& word = memory_[op.word];
  switch (op.what) {
    case action::load:
    case action::await:
      return load(thread, op.word);
    case action::heavy_fence:
      return 0;
    case action::unlock:
    case action::store:
      if (op.order == std::memory_order_seq_cst)
        word = op.operand;
      else
        buffer.emplace_back(op.word, op.operand);
      if (op.what == action::unlock) drain_unlocks(thread);
      return 0;
    case action::choose:
      return way;
    case action::skip:
      return op.operand;
    case action::futex_wait:
    case action::futex_wake:
      return word;
    default: {
      const word_value before = word;
      if (op.what != action::compare_exchange || before == op.expected) word = changed(op, before);
      return before;
    }
  }
}

std::pair<word_index, word_value> store_buffers::drain(std::size_t thread) {
  const auto oldest = buffers_[thread].front();
  buffers_[thread].erase(buffers_[thread].begin());
  memory_[oldest.first] = oldest.second;
  drain_unlocks(thread);
  return oldest;
}

void store_buffers::drain_unlocks(std::size_t thread) {
  auto& buffer = buffers_[thread];
  while (!buffer.empty() && is_lock_[buffer.front().first]) {
    memory_[buffer.front().first] = buffer.front().second;
    buffer.erase(buffer.begin());
  }
}

}  // namespace model
