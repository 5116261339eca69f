// blocking_ask: requests of plain threads, which block where a task would suspend.
#pragma once

#include <actors/blocking_select.hpp>
#include <actors/cases.hpp>
#include <actors/oneshot.hpp>
#include <actors/request.hpp>

#include <chrono>
#include <optional>
#include <type_traits>
#include <utility>

namespace actors::inline v1 {

namespace detail {

/// `wait`: a select that blocks.
template <class Question, class Answer, class Wait>
Answer ask_by(const Wait& wait, const sender<request<Question, Answer>>& whom, Question question,
              std::chrono::nanoseconds limit) {
  const auto deadline = saturating_add(std::chrono::steady_clock::now(), limit);
  auto [to, answer] = oneshot<answer_value<Answer>>();
  request<Question, Answer> asked{std::move(question), std::move(to)};
  bool is_late = false;
  const auto note_late = [&] { is_late = true; };
  channel_status sent = whom.try_send(std::move(asked));
  if (sent == channel_status::full)
    wait(on_send(whom, asked, [&](channel_status how) { sent = how; }), at(deadline, note_late));
  if (is_late) throw_no_answer_in_time(limit, false);
  if (sent == channel_status::closed) throw_nobody_to_ask();
  std::optional<answer_value<Answer>> given;
  wait(on_receive(answer, [&](std::optional<answer_value<Answer>> value) { given = std::move(value); }),
       at(deadline, note_late));
  if (is_late) throw_no_answer_in_time(limit, true);
  if (!given) throw_request_dropped();
  if constexpr (!std::is_void_v<Answer>) return *std::move(given);
}

}  // namespace detail

/// `ask` for a plain thread, which blocks. Any thread but a worker, where it throws usage_error. Throws as `ask`, but
/// for `cancelled`: nobody can cancel it.
template <class Question, class Answer, class Rep, class Period>
Answer blocking_ask(const sender<request<Question, Answer>>& whom, std::type_identity_t<Question> question,
                    std::chrono::duration<Rep, Period> limit) {
  const auto wait = [](auto&&... cases) { blocking_select(std::move(cases)...); };
  return detail::ask_by<Question, Answer>(wait, whom, std::move(question), detail::to_nanoseconds(limit));
}

}  // namespace actors::inline v1
