#include <actors/gather.hpp>

namespace actors::inline v1::detail {

bool is_cancellation(const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const cancelled&) {
    return true;
  } catch (...) {
    return false;
  }
}

task<bool> wait_for_all(task_watch& watch, bool stop_others) {
  bool asked = false;
  early_end early = stop_others ? early_end::failure : early_end::none;
  for (;;) {
    try {
      co_await watch.until(watch.size(), early);
    } catch (const cancelled&) {
      asked = true;
    }
    if (watch.ended() == watch.size()) break;
    early = early_end::none;
    watch.cancel_rest();
  }
  for (std::size_t i = 0; i != watch.size(); ++i) watch.at(i).settle();
  co_return asked;
}

task<bool> wait_for_all_or_failure(task_watch& watch) {
  bool asked = false;
  try {
    co_await watch.until(watch.size(), early_end::failure);
  } catch (const cancelled&) {
    asked = true;
  }
  if (asked) {
    watch.cancel_rest();
    task<bool> ends = wait_for_all(watch, false);
    co_await ends;
  } else {
    for (std::size_t i = watch.ended(); i-- != 0;) watch.ended_at(i);
  }
  co_return asked;
}

void answer_for_all(task_watch& watch, task_state& party, bool asked) {
  const std::size_t failed = watch.first_failed();
  if (failed == watch.size()) {
    if (asked) party.put_cancel_back();
    return;
  }
  // The errors of those that were stopped, or that nobody waits for any more, are not told: the first one is.
  for (std::size_t i = 0; i != watch.size(); ++i) {
    if (watch.at(i).done()) watch.at(i).mark_retrieved();
  }
  if (asked && watch.at(failed).status() != task_status::cancelled) party.put_cancel_back();
  watch.at(failed).rethrow_failure();
}

task<> stop_all(task_watch& watch) {
  watch.cancel_rest();
  task<bool> ends = wait_for_all(watch, false);
  co_await ends;
  throw cancelled{};
}

void answer_collected(task_watch& watch, task_state& party, bool asked) {
  if (!asked) return;
  for (std::size_t i = 0; i != watch.size(); ++i) {
    if (watch.at(i).status() == task_status::cancelled) throw cancelled{};
  }
  party.put_cancel_back();
}

}  // namespace actors::inline v1::detail
