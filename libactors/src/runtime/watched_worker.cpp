#include "watched_worker.hpp"

#include "thread_context.hpp"
#include "turn_record.hpp"

#include <mutex>

namespace actors::inline v1::detail {

namespace {
constinit std::mutex list_lock;  ///< guards what follows
constinit watched_worker* first = nullptr;
constinit bool all_traced = false;
}  // namespace

watched_worker::watched_worker(thread_context& context, turn_record& record) noexcept
    : context_{context}, record_{record} {
  const std::lock_guard guard{list_lock};
  next_ = first;
  if (first != nullptr) first->prev_ = this;
  first = this;
  update();
}

watched_worker::~watched_worker() {
  const std::lock_guard guard{list_lock};
  (prev_ != nullptr ? prev_->next_ : first) = next_;
  if (next_ != nullptr) next_->prev_ = prev_;
  context_.turns = nullptr;
}

void watched_worker::trace_all(bool traced) noexcept {
  const std::lock_guard guard{list_lock};
  all_traced = traced;
  for (watched_worker* each = first; each != nullptr; each = each->next_) each->update();
}

void watched_worker::update() noexcept { context_.turns = all_traced || record_.debug ? &record_ : nullptr; }

}  // namespace actors::inline v1::detail
