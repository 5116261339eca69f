// request: a question to an actor that is answered, and ask, which waits for the answer.
#pragma once

#include <actors/channel.hpp>
#include <actors/detail/time_limit.hpp>
#include <actors/errors.hpp>
#include <actors/oneshot.hpp>
#include <actors/task.hpp>
#include <actors/timed_channel.hpp>

#include <chrono>
#include <exception>
#include <type_traits>
#include <utility>
#include <variant>

namespace actors::inline v1 {

/// A request that will not be answered: the actor has ended, or it dropped the request (where it failed meanwhile, or
/// was stopped).
class unanswered : public error {
 public:
  using error::error;
};

namespace detail {

template <class R>
using answer_value = std::conditional_t<std::is_void_v<R>, std::monostate, R>;

std::chrono::steady_clock::time_point deadline_in(std::chrono::nanoseconds limit);
[[noreturn]] void throw_answered_before();
[[noreturn]] void throw_nobody_to_ask();
[[noreturn]] void throw_request_dropped();
[[noreturn]] void throw_no_answer_in_time(std::chrono::nanoseconds limit, bool was_taken);

}  // namespace detail

/// What an actor receives on an `in<request<Question, Answer>>`. It moves; whoever drops it unanswered tells the asker.
///
///     while (auto asked = co_await prices.receive()) asked->reply(price_of(**asked));
template <class Question, class Answer>
class request {
 public:
  using question_type = Question;
  using answer_type = Answer;

  request(Question question, oneshot_sender<detail::answer_value<Answer>> to)
      : question_{std::move(question)}, to_{std::move(to)} {}

  Question& operator*() noexcept { return question_; }
  Question* operator->() noexcept { return &question_; }

  /// Answers. Does not suspend; where the asker waits no longer, nothing happens. Throws usage_error the second time.
  void reply(detail::answer_value<Answer> answer) {
    check_not_answered();
    static_cast<void>(to_.try_send(std::move(answer)));
  }
  void reply() requires std::is_void_v<Answer> { reply(std::monostate{}); }
  /// Answers with an error, which `ask` throws. Likewise.
  void fail(std::exception_ptr why) {
    check_not_answered();
    to_.poison(std::move(why));
  }
  /// By `reply` or `fail`: whoever gets it again (receive_acked) has nothing to do.
  bool is_answered() const noexcept { return !to_; }
  /// Nobody waits for the answer any more: the asker's time is over, or it was cancelled.
  bool is_abandoned() const noexcept { return to_.closed(); }

 private:
  void check_not_answered() const {
    if (!to_) detail::throw_answered_before();
  }

  Question question_;
  oneshot_sender<detail::answer_value<Answer>> to_;
};

/// Asks, and waits for the answer; both together for at most `limit`. Throws `unanswered` at once where the actor has
/// ended, or as soon as it drops the request; timed_out when the time is over; what the actor failed the request with;
/// and `cancelled`. Any task.
///
///     auto prices = shop.sender(&shop::prices);  // before the team runs
///     ...
///     int pence = co_await ask(prices, "apples", 1s);
template <class Question, class Answer, class Rep, class Period>
task<Answer> ask(sender<request<Question, Answer>> whom, std::type_identity_t<Question> question,
                 std::chrono::duration<Rep, Period> limit) {
  const std::chrono::nanoseconds time = detail::to_nanoseconds(limit);
  const auto deadline = detail::deadline_in(time);
  auto [to, answer] = oneshot<detail::answer_value<Answer>>();
  request<Question, Answer> asked{std::move(question), std::move(to)};
  channel_status sent = whom.try_send(std::move(asked));
  if (sent == channel_status::full) sent = co_await send_until(whom, asked, deadline);
  if (sent == channel_status::closed) detail::throw_nobody_to_ask();
  if (sent == channel_status::full) detail::throw_no_answer_in_time(time, false);
  auto given = co_await receive_until(answer, deadline);
  if (given.status == channel_status::empty) detail::throw_no_answer_in_time(time, true);
  if (given.status == channel_status::closed) detail::throw_request_dropped();
  if constexpr (!std::is_void_v<Answer>) co_return std::move(*given.value);
}

}  // namespace actors::inline v1
