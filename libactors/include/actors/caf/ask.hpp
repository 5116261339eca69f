// caf/ask: requests of tasks to CAF's actors, and waiting for the end of one.
#pragma once

#include <actors/caf/errors.hpp>
#include <actors/oneshot.hpp>
#include <actors/request.hpp>
#include <actors/task.hpp>
#include <actors/timed_channel.hpp>

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/is_actor_handle.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/message.hpp>
#include <caf/no_stages.hpp>
#include <caf/response_type.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace actors::inline v1 {

/// A `caf::actor` or a `caf::typed_actor<...>`.
template <class T>
concept caf_handle = ::caf::is_actor_handle<T>::value;

namespace detail {

/// What came for a request. It holds no actor: it may outlive the system of the one that answered.
struct caf_answer {
  ::caf::mailbox_element_ptr content;
  std::string error_text;  ///< where it is an error
};

/// Sends a request whose answer goes to `to`; where none can come any more, `to` goes. Gives who asks.
::caf::weak_actor_ptr send_request(const ::caf::strong_actor_ptr& whom, ::caf::mailbox_element_ptr content,
                                   oneshot_sender<caf_answer> to);

/// A task that waits for an answer: where it goes on without one, who asks for it ends.
class caf_asking {
 public:
  explicit caf_asking(::caf::weak_actor_ptr who) noexcept : asker_{std::move(who)} {}
  ~caf_asking();
  caf_asking(const caf_asking&) = delete;
  caf_asking& operator=(const caf_asking&) = delete;

  bool is_answered = false;

 private:
  const ::caf::weak_actor_ptr asker_;
};

[[noreturn]] void throw_no_caf_answer(std::chrono::nanoseconds limit, channel_status how);
[[noreturn]] void throw_other_answer(const caf_answer& given, const std::string& wanted);
[[noreturn]] void throw_error_answer(const caf_answer& given);
bool is_error_answer(const caf_answer& given) noexcept;

/// The number of the only request that its sender makes.
inline constexpr ::caf::message_id only_request{::caf::message_id::default_async_value | 1};

template <class... Rs>
struct caf_answer_types {
  using type = std::tuple<Rs...>;
};
template <class R>
struct caf_answer_types<R> {
  using type = R;
};
template <>
struct caf_answer_types<> {
  using type = void;
};

/// The answer to `Args` of a typed actor.
template <class Handle, class... Args>
struct typed_caf_answer {
  using signatures = typename Handle::signatures;
  static_assert(!std::is_same_v<signatures, ::caf::none_t>,
                "ask: what a caf::actor answers is known at run time only: say the type, ask<int>(whom, limit, ...)");
  static_assert(::caf::response_type<signatures, Args...>::valid, "ask: this actor takes no such message");
  template <class... Rs>
  static caf_answer_types<Rs...> of(::caf::detail::type_list<Rs...>);
  using type = typename decltype(of(::caf::response_type_t<signatures, Args...>{}))::type;
};

template <class List, class Handle, class... Args>
struct caf_answer_of;
template <class Handle, class... Args>
struct caf_answer_of<std::tuple<>, Handle, Args...> : typed_caf_answer<Handle, Args...> {};
template <class Handle, class... Args>
struct caf_answer_of<std::tuple<void>, Handle, Args...> {
  using type = void;
};
template <class... Rs, class Handle, class... Args>
struct caf_answer_of<std::tuple<Rs...>, Handle, Args...> : caf_answer_types<Rs...> {};

template <class R>
struct caf_content {
  static bool fits(const ::caf::type_erased_tuple& content) { return content.match_elements<R>(); }
  static R take(::caf::mailbox_element& from) { return from.content().template move_if_unshared<R>(0); }
  static std::string name() { return typeid(R).name(); }
};
template <>
struct caf_content<void> {
  // No error is what one says that has nothing to say but how it went.
  static bool fits(const ::caf::type_erased_tuple& content) {
    return content.empty() || (content.match_elements<::caf::error>() && !content.get_as<::caf::error>(0));
  }
  static void take(::caf::mailbox_element&) {}
  static std::string name() { return "nothing"; }
};
template <>
struct caf_content<::caf::message> {
  static bool fits(const ::caf::type_erased_tuple&) { return true; }
  static ::caf::message take(::caf::mailbox_element& from) { return from.move_content_to_message(); }
  static std::string name() { return "any message"; }
};
template <class... Rs>
struct caf_content<std::tuple<Rs...>> {
  static bool fits(const ::caf::type_erased_tuple& content) { return content.match_elements<Rs...>(); }
  static std::tuple<Rs...> take(::caf::mailbox_element& from) {
    return take(from.content(), std::index_sequence_for<Rs...>{});
  }
  static std::string name() { return std::to_string(sizeof...(Rs)) + " values"; }

 private:
  template <std::size_t... Places>
  static std::tuple<Rs...> take(::caf::type_erased_tuple& from, std::index_sequence<Places...>) {
    return std::tuple<Rs...>{from.template move_if_unshared<Rs>(Places)...};
  }
};

template <class R>
task<R> ask_caf(::caf::strong_actor_ptr whom, ::caf::mailbox_element_ptr content, std::chrono::nanoseconds limit) {
  const auto deadline = deadline_in(limit);
  auto [to, answer] = oneshot<caf_answer>();
  caf_asking here{send_request(whom, std::move(content), std::move(to))};
  whom = nullptr;  // whom nobody else holds will not answer
  auto given = co_await receive_until(answer, deadline);
  here.is_answered = given.status == channel_status::ok;
  if (given.status != channel_status::ok) throw_no_caf_answer(limit, given.status);
  if (is_error_answer(*given.value)) throw_error_answer(*given.value);
  if (!caf_content<R>::fits(std::as_const(*given.value->content).content()))
    throw_other_answer(*given.value, caf_content<R>::name());
  co_return caf_content<R>::take(*given.value->content);
}

}  // namespace detail

/// Asks an actor of CAF, and waits for the answer for at most `limit`. The answer's types are those that are given:
/// one, or several, which come as a std::tuple, or `void`, or caf::message for whatever it is; of a typed actor they
/// are known.
///
///     int sum = co_await ask<int>(adder, 1s, 40, 2);
///
/// Throws timed_out when the time is over; `unanswered` as soon as the actor has ended (or its node cannot be reached),
/// or has dropped the request (not of one on another node, nor of one that hands the request on to another node: nobody
/// tells of that); for an error what `to_exception` makes of it; caf_error where the answer is of another type; and
/// `cancelled`: then the answer is dropped when it comes. An empty error is an answer of no values. The wait keeps no
/// actor of the own node alive. Any task, of any runtime; nothing blocks.
template <class... Rs, caf_handle Handle, class Rep, class Period, class... Args>
auto ask(const Handle& whom, std::chrono::duration<Rep, Period> limit, Args&&... args) {
  static_assert(sizeof...(Args) != 0, "ask: a message has at least one part");
  using answer = typename detail::caf_answer_of<std::tuple<Rs...>, Handle,
                                                ::caf::detail::implicit_conversions_t<std::decay_t<Args>>...>::type;
  return detail::ask_caf<answer>(
      ::caf::actor_cast<::caf::strong_actor_ptr>(whom),
      ::caf::make_mailbox_element(nullptr, detail::only_request, ::caf::no_stages, std::forward<Args>(args)...),
      detail::to_nanoseconds(limit));
}

namespace detail {
task<::caf::error> end_of(::caf::strong_actor_ptr whom);
}  // namespace detail

/// Waits until an actor of CAF has ended, and tells why: no error where it ended normally. Also long after. The wait
/// keeps nobody alive: one that nobody holds any more ends as exit_reason::unreachable. Any task; several may wait.
template <caf_handle Handle>
task<::caf::error> ended(const Handle& whom) {
  return detail::end_of(::caf::actor_cast<::caf::strong_actor_ptr>(whom));
}

}  // namespace actors::inline v1
