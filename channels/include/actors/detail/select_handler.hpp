// select_handler: what a select calls when a case has won, and how it goes on with what that gives.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

namespace actors::inline v1::detail {

/// What becomes of a handler's result R: it is given as it is. The layer above specialises this for its tasks, which
/// the select awaits as a part of the calling party; the specialisation besides has
///   `scope`: made from the party, lives while a handler is called before the party is resumed;
///   `descend(work, who, point)`: in `await_suspend` of the coroutine `point`: `work` runs, then `point` goes on;
///   `enter(work, who, point)`: the same for a party that is about to be resumed; gives where;
///   `take(work, where)`: the result, when it has ended. What it throws is the work's error.
template <class R>
struct handler_traits {
  static constexpr bool suspends = false;
  using result = R;
};

/// The handler of a case without one: gives what the case gives.
struct give_back {
  template <class T>
  T operator()(T&& value) const noexcept {
    return std::forward<T>(value);
  }
};
struct give_nothing {
  void operator()() const noexcept {}
};

/// The handler of a case, which is called with Args. Where it gives work that suspends, `work` has that. One that
/// cannot be called gives nothing, so that the compiler says only what the case has to say about it.
template <class F, class... Args>
class case_handler {
 public:
  static constexpr bool fits = std::is_invocable_v<F&, Args...>;
  using given = typename std::conditional_t<fits, std::invoke_result<F&, Args...>, std::type_identity<void>>::type;
  using traits = handler_traits<given>;
  static constexpr bool suspends = traits::suspends;
  using result = typename traits::result;
  struct no_work {};
  using work = std::conditional_t<suspends, given, no_work>;

  explicit case_handler(F call) noexcept(std::is_nothrow_move_constructible_v<F>) : call_{std::move(call)} {}

  given call([[maybe_unused]] Args... args) {
    if constexpr (fits) return call_(std::forward<Args>(args)...);
  }

 private:
  [[no_unique_address]] F call_;
};

/// What all handlers of a select give.
template <class First, class... Others>
struct common_result {
  static_assert((std::is_same_v<First, Others> && ...),
                "the handlers of a select give results of different types: let all give the same, or nothing");
  using type = First;
};

}  // namespace actors::inline v1::detail
