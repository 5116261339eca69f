#include "views.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace model {

views::views(std::size_t threads, const std::vector<word_value>& initial, const std::vector<bool>&,
             std::size_t most_old)
    : most_old_{most_old}, words_(initial.size()), threads_(threads), alive_(threads, true) {
  if (initial.size() > most_words) throw std::length_error{"a model has more words than views::most_words"};
  for (std::size_t i = 0; i != initial.size(); ++i) words_[i].push_back({initial[i], false, {}});
}

void views::join(view& into, const view& other) const {
  for (std::size_t i = 0; i != most_words; ++i) into[i] = std::max(into[i], other[i]);
}

std::size_t views::lowest(std::size_t thread, const operation& op, std::memory_order order) const {
  const std::size_t seen = threads_[thread][op.word];
  return order == std::memory_order_seq_cst ? std::max<std::size_t>(seen, total_[op.word]) : seen;
}

bool views::was_replaced(word_index word, std::size_t at) const {
  return at + 1 < words_[word].size() && words_[word][at + 1].replaces;
}

void views::find_choices(std::size_t thread, const operation& op) {
  choices_.clear();
  const auto& word = words_[op.word];
  const std::size_t low = lowest(thread, op, op.order);
  switch (op.what) {
    case action::load:
      for (std::size_t at = word.size(); at-- > low;) choices_.push_back(at);
      return;
    case action::await:
      for (std::size_t at = word.size(); at-- > low;)
        if (ends_with(op, word[at].value)) choices_.push_back(at);
      return;
    case action::store:
      for (std::size_t at = word.size(); at > low; --at) {
        if (at == word.size() || !word[at].replaces) choices_.push_back(at);
      }
      return;
    case action::compare_exchange: {
      const std::size_t failing = lowest(thread, op, op.failure);
      for (std::size_t at = word.size(); at-- > std::min(low, failing);) {
        const bool equal = word[at].value == op.expected;
        if (equal ? at >= low && !was_replaced(op.word, at) : at >= failing) choices_.push_back(at);
      }
      return;
    }
    case action::unlock:
      choices_.assign(1, word.size());
      return;
    case action::lock:
      if (word.back().value == 0) choices_.push_back(word.size() - 1);
      return;
    case action::choose:
      choices_.assign(op.operand, 0);
      return;
    case action::skip:
    case action::futex_wait:
    case action::futex_wake:
    case action::heavy_fence:
      choices_.assign(1, 0);
      return;
    default:
      for (std::size_t at = word.size(); at-- > low;) {
        if (!was_replaced(op.word, at)) choices_.push_back(at);
      }
  }
}

unsigned views::ways(std::size_t thread, const operation& op) {
  find_choices(thread, op);
  return static_cast<unsigned>(choices_.size());
}

void views::insert(std::size_t thread, word_index word, std::size_t at, message added) {
  const auto move = [&](view& seen) {
    if (seen[word] >= at) ++seen[word];
  };
  for (view& each : threads_) move(each);
  for (auto& messages : words_)
    for (message& each : messages) move(each.seen);
  move(total_);
  move(ended_);
  if (words_[word].size() == 255) throw std::length_error{"too many stores to one word are remembered"};
  added.seen[word] = static_cast<std::uint8_t>(at);
  words_[word].insert(words_[word].begin() + static_cast<std::ptrdiff_t>(at), added);
  threads_[thread][word] = static_cast<std::uint8_t>(at);
}

word_value views::apply(std::size_t thread, const operation& op, unsigned way) {
  if (op.what == action::choose) return way;
  if (op.what == action::skip) return op.operand;
  if (op.what == action::futex_wait) {  // the kernel reads the word on the thread's processor, under a lock
    threads_[thread][op.word] = static_cast<std::uint8_t>(words_[op.word].size() - 1);
    return words_[op.word].back().value;
  }
  if (op.what == action::futex_wake) return 0;
  if (op.what == action::heavy_fence) {
    const view before = threads_[thread];
    join(threads_[thread], ended_);
    for (std::size_t i = 0; i != threads_.size(); ++i) {
      if (!alive_[i]) continue;
      join(threads_[thread], threads_[i]);
      join(threads_[i], before);
    }
    return 0;
  }
  find_choices(thread, op);
  const std::size_t at = choices_.at(way);
  view& seen = threads_[thread];
  const auto is_total = [](std::memory_order order) { return order == std::memory_order_seq_cst; };
  const auto advance_total = [&](std::size_t to) {
    total_[op.word] = std::max(total_[op.word], static_cast<std::uint8_t>(to));
  };

  if (op.what == action::store || op.what == action::unlock) {
    insert(thread, op.word, at, {op.operand, false, {}});
    message& added = words_[op.word][at];
    if (releases(op.order)) added.seen = seen;
    if (is_total(op.order)) advance_total(at);
    return 0;
  }

  const message found = words_[op.word][at];
  const bool changes = op.what != action::load && op.what != action::await &&
                       (op.what != action::compare_exchange || found.value == op.expected);
  const std::memory_order order = op.what == action::compare_exchange && !changes ? op.failure : op.order;
  seen[op.word] = std::max(seen[op.word], static_cast<std::uint8_t>(at));
  if (acquires(order)) join(seen, found.seen);
  if (is_total(order)) advance_total(at);
  if (!changes) return found.value;
  insert(thread, op.word, at + 1, {changed(op, found.value), true, {}});
  message& added = words_[op.word][at + 1];
  view carried = words_[op.word][at].seen;  // moved by `insert` where something lay behind
  join(added.seen, carried);
  if (releases(order)) join(added.seen, seen);
  if (is_total(order)) advance_total(at + 1);
  return found.value;
}

void views::thread_ended(std::size_t thread) {
  join(ended_, threads_[thread]);
  alive_[thread] = false;
}

void views::tidy() {
  view base{};
  bool forgets = false;
  for (std::size_t word = 0; word != words_.size(); ++word) {
    std::size_t low = words_[word].size() - 1;
    for (std::size_t i = 0; i != threads_.size(); ++i)
      if (alive_[i]) low = std::min<std::size_t>(low, threads_[i][word]);
    if (words_[word].size() - low > most_old_ + 1) low = words_[word].size() - 1 - most_old_;
    base[word] = static_cast<std::uint8_t>(low);
    forgets = forgets || low != 0;
    if (low != 0) words_[word].erase(words_[word].begin(), words_[word].begin() + static_cast<std::ptrdiff_t>(low));
    words_[word].front().replaces = false;
  }
  for (std::size_t i = 0; i != threads_.size(); ++i)
    if (!alive_[i]) threads_[i] = {};
  if (!forgets) return;
  const auto lower = [&](view& seen) {
    for (std::size_t word = 0; word != most_words; ++word)
      seen[word] = seen[word] > base[word] ? static_cast<std::uint8_t>(seen[word] - base[word]) : std::uint8_t{0};
  };
  for (view& each : threads_) lower(each);
  for (auto& messages : words_)
    for (message& each : messages) lower(each.seen);
  lower(total_);
  lower(ended_);
}

// Few entries differ from 0: those, with their places, behind their count.
void views::encode_view(encoder& to, const view& seen) const {
  std::array<std::uint8_t, most_words> places;
  std::size_t count = 0;
  for (std::size_t block = 0; block < words_.size(); block += 8) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, &seen[block], sizeof eight);
    if (eight == 0) continue;
    for (std::size_t i = block; i != block + 8; ++i)
      if (seen[i] != 0) places[count++] = static_cast<std::uint8_t>(i);
  }
  to.put(count);
  for (std::size_t i = 0; i != count; ++i) to.put(places[i]), to.put(seen[places[i]]);
}

void views::decode_view(decoder& from, view& seen) {
  seen = {};
  for (std::uint64_t count = from.get(); count != 0; --count) {
    const std::uint64_t place = from.get();
    from.get(seen.at(place));
  }
}

}  // namespace model
