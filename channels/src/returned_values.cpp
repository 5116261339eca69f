#include <actors/detail/returned_values.hpp>

namespace actors::inline v1::detail {

namespace {

// One heap of two; neither is null.
returned_value* meld(returned_value* a, returned_value* b) noexcept {
  if (b->ticket < a->ticket) std::swap(a, b);
  b->sibling = a->child;
  a->child = b;
  return a;
}

}  // namespace

void returned_values::push(std::unique_ptr<returned_value> value) noexcept {
  returned_value* const one = value.release();
  one->child = nullptr;
  one->sibling = nullptr;
  first_ = first_ == nullptr ? one : meld(first_, one);
  ++count_;
}

// The children are melded in pairs, from the left; then the pairs, from the right.
std::unique_ptr<returned_value> returned_values::pop() noexcept {
  if (first_ == nullptr) return nullptr;
  std::unique_ptr<returned_value> lowest{first_};
  --count_;
  returned_value* pairs = nullptr;
  for (returned_value* each = lowest->child; each != nullptr;) {
    returned_value* const left = each;
    returned_value* const right = std::exchange(left->sibling, nullptr);
    each = right != nullptr ? std::exchange(right->sibling, nullptr) : nullptr;
    returned_value* const pair = right != nullptr ? meld(left, right) : left;
    pair->sibling = pairs;
    pairs = pair;
  }
  first_ = nullptr;
  while (pairs != nullptr) {
    returned_value* const next = std::exchange(pairs->sibling, nullptr);
    first_ = first_ == nullptr ? pairs : meld(first_, pairs);
    pairs = next;
  }
  return lowest;
}

}  // namespace actors::inline v1::detail
