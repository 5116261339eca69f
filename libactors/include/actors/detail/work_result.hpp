// work_result: calls the callable that a scope (with_timeout, with_group ...) is given.
#pragma once

#include <type_traits>
#include <utility>

namespace actors::inline v1::detail {

/// `work(scope)` where it takes one, `work()` otherwise.
template <class F, class Scope>
decltype(auto) call_with(F& work, Scope& scope) {
  if constexpr (std::is_invocable_v<F&, Scope&>)
    return work(scope);
  else
    return work();
}

}  // namespace actors::inline v1::detail
