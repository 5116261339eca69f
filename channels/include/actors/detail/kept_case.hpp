// kept_case: a case of a select_set, of any type, with its handler and what its handler is doing.
#pragma once

#include <actors/detail/code_place.hpp>
#include <actors/detail/select_core.hpp>
#include <actors/detail/select_handler.hpp>
#include <actors/waiter.hpp>

#include <coroutine>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace actors::inline v1 {

/// Names a case of a select_set; no two of one set have the same.
enum class select_key : std::uint64_t {};

namespace detail {

class kept_case {
 public:
  kept_case(bool with_work, bool one_time) noexcept : suspends{with_work}, once{one_time} {}
  virtual ~kept_case() = default;
  kept_case(const kept_case&) = delete;
  kept_case& operator=(const kept_case&) = delete;

  virtual select_case& at() noexcept = 0;

  // When it has won: first one of these, by a handler that gives work that suspends. Then `finish`, then `restart`.

  /// Called by the party, which runs, in `await_suspend` of the coroutine `point`: true where work runs next.
  virtual bool descend(waiter& who, std::coroutine_handle<> point) = 0;
  /// Called before the party is resumed at `point`: gives where it is resumed.
  virtual std::coroutine_handle<> enter(waiter& who, std::coroutine_handle<> point) = 0;

  /// Calls the handler, or takes what its work came to.
  virtual void finish(const source_place& where) = 0;
  /// For the next wait.
  virtual void restart() noexcept = 0;

  const bool suspends;  ///< the handler gives work that does
  const bool once;      ///< there is nothing left to do when it has won
  select_key key{};
};

struct no_endpoint {};

/// Endpoint: what the case refers to, where that is kept with it.
template <class Case, class Endpoint>
class kept_case_of final : public kept_case {
  using handler = typename Case::handler;
  using traits = typename handler::traits;
  static_assert(std::is_void_v<typename handler::result>,
                "the handlers of a select_set give nothing, or a task<>: nobody would take what they give");
  static constexpr bool done_when_won = [] {
    if constexpr (requires { Case::once; })
      return Case::once;
    else
      return false;
  }();

 public:
  kept_case_of(Case&& one, Endpoint&& end)
      : kept_case{handler::suspends, done_when_won}, end_{std::move(end)}, one_{std::move(one)} {}

  select_case& at() noexcept override { return one_; }

  bool descend([[maybe_unused]] waiter& who, [[maybe_unused]] std::coroutine_handle<> point) override {
    if constexpr (handler::suspends) {
      work_ = one_.call();
      traits::descend(work_, who, point);
    }
    return handler::suspends;
  }
  std::coroutine_handle<> enter([[maybe_unused]] waiter& who, std::coroutine_handle<> point) override {
    if constexpr (handler::suspends) {
      const typename traits::scope acting{who};
      work_ = one_.call();
      return traits::enter(work_, who, point);
    } else {
      return point;
    }
  }
  void finish([[maybe_unused]] const source_place& where) override {
    if constexpr (handler::suspends)
      traits::take(work_, where);
    else
      one_.call();
  }
  void restart() noexcept override {
    if constexpr (handler::suspends) work_ = {};
    if constexpr (requires { one_.restart(); }) one_.restart();
  }

 private:
  [[no_unique_address]] Endpoint end_;
  Case one_;
  [[no_unique_address]] typename handler::work work_;
};

}  // namespace detail

}  // namespace actors::inline v1
