// In place of the library's header of this name, which comes later in the include path: the library's own code,
// compiled with the atomics of the model checker.
#pragma once

#include "../../../shared.hpp"

namespace actors::inline v1::detail {

template <class T>
using atomic = model::atomic<T>;

template <class T>
atomic<T>& unseen(atomic<T>& part) noexcept {
  return part;
}
template <class T>
const atomic<T>& unseen(const atomic<T>& part) noexcept {
  return part;
}

}  // namespace actors::inline v1::detail
