// select: waits for several things at once and does the first that is possible: receives and sends here; timers, locks
// and the ends of tasks in <actors/cases.hpp>.
#pragma once

#include <actors/channel.hpp>
#include <actors/detail/channel_cases.hpp>
#include <actors/detail/select_arguments.hpp>
#include <actors/detail/select_core.hpp>
#include <actors/detail/select_handler.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <tuple>
#include <type_traits>
#include <utility>

// clang warns where the cases of a select do not live as long as what it gives.
#if defined(__clang__)
#define ACTORS_LIFETIMEBOUND [[clang::lifetimebound]]
#else
#define ACTORS_LIFETIMEBOUND
#endif

namespace actors::inline v1 {

/// First argument of a `select` that tries its cases in the order in which they are given.
struct biased_t {};
inline constexpr biased_t biased{};

/// A case: receives from `from`, and calls `handler(std::optional<T>)`; empty: closed and drained. A channel that was
/// closed with an error makes the select throw that. `from` must outlive the select; an empty receiver is never ready.
/// Without a handler the select gives the optional.
template <class T, class F = detail::give_back>
detail::receive_case<T, F> on_receive(const receiver<T>& from, F handler = {}) {
  return {detail::receive_wait<T>{from}, std::move(handler)};
}

/// A case: sends `value` through `to`, and calls `handler()`. An lvalue is moved from only where this case wins, and
/// must outlive the select; an rvalue is kept by the case. Where the value can never be taken the select throws
/// `channel_closed`, or the error that the channel was closed with; but a handler that takes a `channel_status` is
/// called with `ok`, or in place of that with `closed`. An empty sender is never ready.
template <class T, class F = detail::give_nothing>
detail::send_case<T, T&, F> on_send(const sender<T>& to, std::type_identity_t<T>& value, F handler = {}) {
  return {to, value, std::move(handler)};
}
template <class T, class F = detail::give_nothing>
detail::send_case<T, T, F> on_send(const sender<T>& to, std::type_identity_t<T>&& value, F handler = {}) {
  return {to, std::move(value), std::move(handler)};
}
template <class T, class F = detail::give_nothing>
detail::send_case<T, T, F> on_send(const sender<T>& to, const std::type_identity_t<T>& value, F handler = {}) {
  return {to, T(value), std::move(handler)};
}

/// A case: reserves a place for one item, in one line with those who send, and calls `handler(send_permit<T>)`. Where
/// the channel is closed the select throws as `sender::reserve`. `to` must outlive the select; an empty sender is never
/// ready. Throws std::bad_alloc at the first permit of a channel.
template <class T, class F = detail::give_back>
detail::source_case<detail::permit_wait<T>, F> on_reserve(const sender<T>& to, F handler = {}) {
  return {detail::permit_wait<T>{to}, std::move(handler)};
}

namespace detail {

template <class F>
class otherwise_case {
 public:
  using handler = case_handler<F>;
  static_assert(handler::fits, "otherwise(handler): the handler is called with nothing");
  explicit otherwise_case(F call) : handler_{std::move(call)} {}
  typename handler::given call() { return handler_.call(); }

 private:
  [[no_unique_address]] handler handler_;
};

/// Of a select with handlers that suspend.
template <bool Suspends>
struct handler_step {};
template <>
struct handler_step<true> : wake_filter {
  std::exception_ptr failure;  ///< of a handler that was called before the party was resumed
};

struct select_access;

}  // namespace detail

/// The last case of a select that does not wait: `handler()` is called where no other case was ready at one moment.
template <class F = detail::give_nothing>
detail::otherwise_case<F> otherwise(F handler = {}) {
  return detail::otherwise_case<F>{std::move(handler)};
}

/// The case, where `condition` holds; else one that is never ready.
template <class Case>
requires std::is_base_of_v<detail::select_case, Case> Case when(bool condition, Case&& one) {
  one.enabled = condition;
  return std::move(one);
}
/// Everything else is an error, which names what was expected.
template <class Other>
std::remove_cvref_t<Other> when(bool, Other&& other) {
  detail::misused_when<Other>();
  return std::move(other);
}

/// The awaiter of a select. `choice{a, b}` is a select that has its cases, so that a function can return it; and C++
/// evaluates what is in the braces from left to right. A `Case&&` among Cases is one that belongs to somebody else. A
/// coroutine that is suspended in it must not be destroyed.
template <class... Cases>
requires(detail::case_argument<Cases>&&...) class [[nodiscard("co_await it")]] choice
    : detail::handler_step<(std::remove_reference_t<Cases>::handler::suspends || ...)> {
  static constexpr std::size_t all = sizeof...(Cases);
  template <std::size_t I>
  using case_at = std::remove_reference_t<std::tuple_element_t<I, std::tuple<Cases...>>>;

  static constexpr bool has_otherwise = (detail::is_otherwise<std::remove_reference_t<Cases>> || ...);
  static constexpr std::size_t tried = has_otherwise ? all - 1 : all;
  static constexpr bool suspends = (std::remove_reference_t<Cases>::handler::suspends || ...);
  static_assert(tried != 0 && tried <= UINT16_MAX, "a select has a case that it can wait for");
  static_assert(!has_otherwise || detail::is_otherwise<case_at<all - 1>>, "otherwise is the last case of a select");

 public:
  /// What the handlers give, all of them.
  using result_type = typename detail::common_result<typename std::remove_reference_t<Cases>::handler::result...>::type;

  explicit choice(Cases && ... cases) : choice{false, std::make_index_sequence<tried>{}, cases...} {}
  choice(biased_t, Cases && ... cases) : choice{true, std::make_index_sequence<tried>{}, cases...} {}
  choice(const choice&) = delete;
  choice& operator=(const choice&) = delete;

  bool await_ready() const noexcept { return false; }

  template <waiting_promise Promise>
  ACTORS_SUSPENDS bool await_suspend(std::coroutine_handle<Promise> point,
                                     detail::await_place where = detail::await_place::here()) {
    auto& who = point.promise().party();
    detail::note_wait(who, detail::wait_kind::select, 0, where);
    who_ = &who;
    const bool last_of_turn = who.spend();
    if (last_of_turn && who.cancel_pending()) return false;
    if (!core_.try_apart(who)) {
      detail::note_suspension(point, detail::wait_kind::select, where);
      suspend_at(point);
      if (core_.wait(who, has_otherwise)) return true;
      if (!settle()) {
        if constexpr (!has_otherwise) return false;
        core_.set_winner(tried);
      }
    }
    if (last_of_turn) {
      suspend_at(point);
      who.home->post_last(who);
      return true;
    }
    if constexpr (suspends) detail::note_place(point.promise(), where);
    return descend(point);
  }

  result_type await_resume(detail::source_place where = detail::source_place::here()) {
    if constexpr (suspends) {
      if (this->failure) std::rethrow_exception(this->failure);
    }
    return result(where);
  }

 private:
  friend struct detail::select_access;

  template <std::size_t... I>
  choice(bool in_order, std::index_sequence<I...>, Cases&... cases)
      : cases_{static_cast<Cases&&>(cases)...},
        list_{&std::get<I>(cases_)...},
        order_{static_cast<std::uint16_t>(I)...},
        core_{list_, order_, locks_, tried, in_order} {}

  void suspend_at(std::coroutine_handle<> point) noexcept {
    if constexpr (suspends) {
      this->resume = &on_wake;
      who_->suspend_at(point, *this);
    } else {
      who_->suspend_at(point);
    }
  }

  // Whether there is a winner. Called where the party does not wait, or does not any more.
  bool settle() noexcept {
    core_.finish();
    return core_.winner() != core_.nobody;
  }

  // Calls f with the number of the winner, which is a constant.
  template <std::size_t I = 0, class F>
  decltype(auto) at_winner(F && f) {
    if constexpr (I + 1 == all) {
      return f(std::integral_constant<std::size_t, I>{});
    } else {
      if (core_.winner() == I) return f(std::integral_constant<std::size_t, I>{});
      return at_winner<I + 1>(f);
    }
  }

  // Of a winner that need not be waited for: where its handler gives work that suspends, that runs next.
  template <class Promise>
  bool descend(std::coroutine_handle<Promise> point) {
    if constexpr (!suspends) return false;
    return at_winner([&](auto index) {
      using handler = typename case_at<index>::handler;
      if constexpr (handler::suspends) {
        auto& work = std::get<index>(works_);
        work = std::get<index>(cases_).call();
        handler::traits::descend(work, *who_, point);
      }
      return handler::suspends;
    });
  }

  // The same for one that was waited for: the party is about to be resumed.
  static bool on_wake(wake_filter & self, waiter & who) noexcept {
    auto& that = static_cast<choice&>(self);
    if (!that.settle()) return true;
    that.at_winner([&](auto index) {
      using handler = typename case_at<index>::handler;
      if constexpr (handler::suspends) {
        try {
          const typename handler::traits::scope acting{who};
          auto& work = std::get<index>(that.works_);
          work = std::get<index>(that.cases_).call();
          that.resume_point = handler::traits::enter(work, who, that.resume_point);
        } catch (...) {  // of the handler: it is thrown where the select is awaited
          that.failure = std::current_exception();
        }
      }
    });
    return true;
  }

  result_type result([[maybe_unused]] const detail::source_place& where) {
    if (!settle()) detail::throw_cancelled(*who_);
    // One call that is predicted well where all cases are alike, in place of a chain of branches that is not.
    if constexpr ((std::is_base_of_v<detail::case_of<result_type>, std::remove_reference_t<Cases>> && ...))
      return static_cast<detail::case_of<result_type>*>(list_[core_.winner()])->call();
    return at_winner([&](auto index) -> result_type {
      using handler = typename case_at<index>::handler;
      if constexpr (handler::suspends)
        return handler::traits::take(std::get<index>(works_), where);
      else
        return std::get<index>(cases_).call();
    });
  }

  std::tuple<Cases...> cases_;
  [[no_unique_address]] std::tuple<typename std::remove_reference_t<Cases>::handler::work...> works_;
  waiter* who_ = nullptr;
  detail::select_case* list_[tried];
  std::uint16_t order_[tried];
  detail::selected_lock locks_[tried];
  detail::select_core core_;
};

/// Awaitable. Does the first of its cases that is possible, exactly one, and calls its handler; gives what that gives.
/// Among cases that are ready each is as likely to be taken (with `biased` as the first argument it is the first
/// listed). Suspends while none is ready, unless the last case is `otherwise`. A handler that gives a `task<R>` is
/// awaited as a part of the calling task; the others run without a suspension.
///
///     co_await select(on_receive(jobs, [&](std::optional<job> next) { ... }),
///                     on_send(results, best, [&] { ... }),
///                     after(1s, [&] { ... }));
///
/// Nothing is allocated. The same channel may be in several cases; a receive and a send of one select never meet. What
/// the cases refer to must outlive the select. Throws `cancelled` when the task is cancelled while it waits, and at
/// every 128th operation that need not wait; then no case was taken. Throws what cases and handlers throw.
///
/// What it gives refers to the cases: it is awaited in the expression that makes it.
template <class... Cases>
requires(detail::own_case<Cases>&&...) choice<Cases&&...> select(ACTORS_LIFETIMEBOUND Cases&&... cases) {
  return choice<Cases&&...>{std::move(cases)...};
}
template <class... Cases>
requires(detail::own_case<Cases>&&...) choice<Cases&&...> select(biased_t, ACTORS_LIFETIMEBOUND Cases&&... cases) {
  return choice<Cases&&...>{biased, std::move(cases)...};
}
/// Everything else is an error, which names what was expected.
template <class... Others>
requires(!(detail::own_case<Others> && ...)) detail::misused_select<Others...> select(Others&&...) { return {}; }
template <class... Others>
requires(!(detail::own_case<Others> && ...)) detail::misused_select<Others...> select(biased_t, Others&&...) {
  return {};
}

}  // namespace actors::inline v1
