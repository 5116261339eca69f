#include <actors/detail/scheduler.hpp>
#include <actors/request.hpp>

#include <string>

namespace actors::inline v1::detail {

std::chrono::steady_clock::time_point deadline_in(std::chrono::nanoseconds limit) {
  return saturating_add(current_scheduler()->now(), limit);
}

void throw_answered_before() { throw usage_error{"request::reply: this request was answered before"}; }

void throw_nobody_to_ask() { throw unanswered{"ask: nobody will answer: the actor has ended"}; }

void throw_request_dropped() {
  throw unanswered{"ask: there is no answer: the actor dropped the request (it failed or ended, or did not reply)"};
}

void throw_no_answer_in_time(std::chrono::nanoseconds limit, bool was_taken) {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(limit).count();
  throw timed_out{"ask: no answer within " + std::to_string(milliseconds) + " ms" +
                  (was_taken ? "" : ": the actor's input was full all the time")};
}

}  // namespace actors::inline v1::detail
