// wait_lock.cpp, line by line: the loops are awaits, all locks share one counter, and a lock that is destroyed says so.
#include "wait_lock_model.hpp"

namespace model {

atomic<std::uint32_t>* visitors_of_locks = nullptr;
namespace {
held_notes* held_notes_in_use = nullptr;
}

held_notes::held_notes() { held_notes_in_use = this; }
actors::detail::held_note& note_of(unsigned number) { return held_notes_in_use->notes.at(number - 1); }

}  // namespace model

namespace actors::inline v1::detail {

void heavy_fence() noexcept { model::heavy_fence(); }
std::uint8_t thread_number() noexcept { return no_thread; }

held_note& held_note_of(std::uint8_t number) noexcept { return model::note_of(number); }
// Threads of the model hold one lock at a time.
held_note* another_note_of(std::uint8_t) noexcept { return nullptr; }

void wait_lock::take_bias_back(std::uint8_t) noexcept {
  const held_note& owners = held_note_of(bias_.load(std::memory_order_relaxed));
  bias_.store(nobody, std::memory_order_relaxed);
  heavy_fence();
  owners.await_other(this, std::memory_order_acquire);
}

// When a lock becomes biased is up to the scenarios: what is counted is of no use, and the same in every turn, so that
// there are not more states than needed.
void wait_lock::change_hands(std::uint8_t number) noexcept {
  last_ = number;
  turns_ = 0;
}
void wait_lock::bias_if_allowed(std::uint8_t) noexcept { turns_ = 0; }

bool wait_lock::comes_round() noexcept { return model::choose(2) == 0; }

atomic<std::uint32_t>& wait_lock::visitors_of(const wait_lock*) noexcept { return *model::visitors_of_locks; }

void wait_lock::await_visitors() noexcept {
  if (!model::is_running()) return;  // the model is being destroyed
  atomic<std::uint32_t>& visitors = visitors_of(this);
  if (visitors.fetch_add(0, std::memory_order_acq_rel) != 0) visitors.await(0, std::memory_order_acquire);
  common_.free();
}

}  // namespace actors::inline v1::detail
