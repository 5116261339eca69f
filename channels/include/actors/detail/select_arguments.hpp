// select_arguments: what the arguments of a select have to be, and what the compiler says of others.
#pragma once

#include <actors/detail/select_core.hpp>

#include <coroutine>
#include <type_traits>

namespace actors::inline v1 {

struct biased_t;

namespace detail {

template <class F>
class otherwise_case;

template <class Case>
inline constexpr bool is_otherwise = false;
template <class F>
inline constexpr bool is_otherwise<otherwise_case<F>> = true;

/// Something that a select can wait for, or `otherwise`.
template <class Case>
concept case_argument =
    std::is_base_of_v<select_case, std::remove_cvref_t<Case>> || is_otherwise<std::remove_cvref_t<Case>>;

/// One that is written in the select, or moved into it.
template <class Case>
concept own_case = case_argument<Case> && !std::is_lvalue_reference_v<Case> && !std::is_const_v<Case>;

/// Where this is instantiated the arguments of a select are wrong, and the compiler says how. It can be awaited, so
/// that it says nothing else.
template <class... Cases>
struct misused_select : std::suspend_never {
  static constexpr bool biased_is_late = (std::is_same_v<std::remove_cvref_t<Cases>, biased_t> || ...);
  static constexpr bool has_others = !biased_is_late && !(case_argument<Cases> && ...);
  static_assert(!biased_is_late, "biased is the first argument of a select: select(biased, on_receive(in, ...), ...)");
  static_assert(
      !has_others,
      "an argument of a select is not a case: expected on_receive(in, handler), on_send(out, value, handler), "
      "after(1s, handler), ...; a function is the handler of a case, that of otherwise(function) for one that "
      "is called where nothing is ready");
  static_assert(biased_is_late || has_others || (own_case<Cases> && ...),
                "a case of a select is an object that was made before: write the case in the select, or std::move it "
                "there");
};

/// The same of `when`.
template <class Case>
constexpr void misused_when() {
  static_assert(!is_otherwise<std::remove_cvref_t<Case>>,
                "otherwise takes no condition: when(condition, ...) is for cases that are waited for; without "
                "otherwise the select waits, so write two selects");
  static_assert(case_argument<Case>,
                "the second argument of when is not a case: expected when(condition, on_receive(in, handler)), or "
                "another case");
  static_assert(is_otherwise<std::remove_cvref_t<Case>> || !case_argument<Case> || own_case<Case>,
                "the case in when was made before: write it there, or std::move it there");
}

}  // namespace detail

}  // namespace actors::inline v1
