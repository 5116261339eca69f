// blocking_select: select for plain threads, which block where a task suspends.
#pragma once

#include <actors/cases.hpp>
#include <actors/detail/thread_waiter.hpp>
#include <actors/select.hpp>
#include <actors/select_set.hpp>

#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

namespace actors::inline v1 {

namespace detail {

/// A plain thread that waits at several sources at once. It has no scheduler to fire timers, so it waits for the
/// earliest of them itself; when that comes and nobody has decided the wait, that timer has won.
class thread_select {
 public:
  /// Throws usage_error on a worker; `call` is what the caller tried.
  explicit thread_select(const char* call);

  /// For each case that is enabled; those that are no timers are not looked at.
  void add(select_case&, std::uint32_t) noexcept {}
  void add(time_case& timer, std::uint32_t number) noexcept;

  /// Tries the cases, and waits where none is ready. False, and no case has won: for an `otherwise` none was ready,
  /// else the time of `timer()` has come. Throws what a case throws.
  bool run(select_core& core, bool otherwise);
  std::uint32_t timer() const noexcept { return timer_; }
  waiter& who() noexcept { return self_; }

 private:
  thread_waiter self_;
  const steady_time begin_;
  steady_time earliest_ = steady_time::max();
  std::uint32_t timer_ = select_core::nobody;
};

struct select_access {
  template <class... Cases>
  static typename choice<Cases...>::result_type block(choice<Cases...>& all, const char* call, source_place where) {
    using chosen = choice<Cases...>;
    thread_select here{call};
    [&]<std::size_t... I>(std::index_sequence<I...>) { (add(here, std::get<I>(all.cases_), I), ...); }
    (std::make_index_sequence<chosen::tried>{});
    if (!here.run(all.core_, chosen::has_otherwise))
      all.core_.set_winner(chosen::has_otherwise ? chosen::tried : here.timer());
    return all.result(where);
  }
  static select_key block_for_next(select_set& cases);

 private:
  template <class Case>
  static void add(thread_select& here, Case& one, std::uint32_t number) noexcept {
    if (one.enabled) here.add(one, number);
  }
};

/// Blocks the calling plain thread until the choice is made.
template <class... Cases>
typename choice<Cases...>::result_type block_on_choice(choice<Cases...>& all, const char* call,
                                                       source_place where = source_place::here()) {
  static_assert(
      (!std::remove_reference_t<Cases>::handler::suspends && ...),
      "a plain thread cannot await: the handlers of a blocking_select are plain functions, none gives a task");
  return select_access::block(all, call, where);
}

}  // namespace detail

/// `select` for a plain thread, which blocks while no case is ready: does the first of the cases that is possible,
/// exactly one, calls its handler on the calling thread, and gives what that gives. Cases, guards, `biased` and
/// `otherwise` are those of `select`; `after` and `at` go by std::chrono::steady_clock. Handlers are plain functions.
/// Nobody can cancel it: one whose cases are never ready never returns. Nothing is allocated. Any thread but a worker,
/// where it throws usage_error. Throws what cases and handlers throw.
///
///     blocking_select(on_receive(answers, [&](std::optional<answer> next) { ... }),
///                     after(1s, [&] { ... }));
template <class... Cases>
requires(detail::own_case<Cases>&&...) decltype(auto) blocking_select(Cases&&... cases) {
  choice<Cases&&...> all{std::move(cases)...};
  return detail::block_on_choice(all, "blocking_select()");
}
template <class... Cases>
requires(detail::own_case<Cases>&&...) decltype(auto) blocking_select(biased_t, Cases&&... cases) {
  choice<Cases&&...> all{biased, std::move(cases)...};
  return detail::block_on_choice(all, "blocking_select()");
}
/// Everything else is an error, which names what was expected.
template <class... Others>
requires(!(detail::own_case<Others> && ...)) void blocking_select(Others&&...) { detail::misused_select<Others...>{}; }
template <class... Others>
requires(!(detail::own_case<Others> && ...)) void blocking_select(biased_t, Others&&...) {
  detail::misused_select<Others...>{};
}

/// `select_set::next` for a plain thread: blocks it until one of the cases could be done, does it, and gives its key.
/// Throws usage_error on a worker, for an empty set, for one that somebody else uses, and for one with handlers that
/// give tasks; and what cases and handlers throw.
select_key blocking_next(select_set& cases);

}  // namespace actors::inline v1
