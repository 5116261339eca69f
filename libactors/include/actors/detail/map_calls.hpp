// map_calls: the calls of a map over a range, and their results in order.
#pragma once

#include <actors/detail/submitted_call.hpp>
#include <actors/join_handle.hpp>

#include <exception>
#include <iterator>
#include <type_traits>
#include <utility>
#include <vector>

namespace actors::inline v1::detail {

template <class T>
struct results_of {
  using type = std::vector<std::decay_t<T>>;
};
template <>
struct results_of<void> {
  using type = void;
};

/// `Element` is what the range gives, a reference mostly; the calls get a copy of it, and refer to the one function.
template <class F, class Element>
struct map_calls {
  using element_result = call_result<std::reference_wrapper<F>, Element>;
  using result_type = typename results_of<element_result>::type;

  std::vector<join_handle<element_result>> calls;
  std::exception_ptr failure;

  /// To be called before a call is submitted, which refers to the function from then on: `add` must not fail.
  void make_place() {
    if (calls.size() == calls.capacity()) calls.reserve(calls.empty() ? 8 : 2 * calls.size());
  }
  void add(join_handle<element_result> call) noexcept { calls.push_back(std::move(call)); }
  void cancel() const {
    for (const auto& each : calls) each.cancel();
  }

  /// Precondition: all have ended. Throws `failure`; the errors of the other calls count as seen.
  result_type take() {
    if (failure) {
      for (const auto& each : calls) look_at(each);
      std::rethrow_exception(failure);
    }
    if constexpr (!std::is_void_v<element_result>) {
      result_type results;
      results.reserve(calls.size());
      for (const auto& each : calls) {
        if constexpr (std::is_reference_v<element_result>)
          results.push_back(each.result());
        else
          results.push_back(std::move(each.result()));
      }
      return results;
    }
  }

 private:
  static void look_at(const join_handle<element_result>& call) noexcept {
    try {
      static_cast<void>(call.result());
    } catch (...) {
    }
  }
};

template <class F, class Range>
using map_result = typename map_calls<F, decltype(*std::begin(std::declval<Range&>()))>::result_type;

}  // namespace actors::inline v1::detail
