// invoke: std::invoke and a little of std::move_only_function, without <functional>: that header alone is two fifths of
// what a program that includes this library compiles.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace actors::inline v1::detail {

/// As std::invoke: calls a function object, or a pointer to a member of its first argument or of what that points to.
template <class F, class... Args>
requires(
    std::is_invocable_v<F, Args...> &&
    !std::is_member_pointer_v<std::remove_cvref_t<F>>) constexpr std::invoke_result_t<F, Args...> call(F&& function,
                                                                                                       Args&&... args) {
  return std::forward<F>(function)(std::forward<Args>(args)...);
}
template <class Member, class Class, class Object, class... Args>
requires std::is_invocable_v<Member Class::*, Object, Args...>
constexpr decltype(auto) call(Member Class::*member, Object&& object, Args&&... args) {
  if constexpr (std::is_base_of_v<Class, std::remove_cvref_t<Object>>) {
    if constexpr (std::is_function_v<Member>)
      return (std::forward<Object>(object).*member)(std::forward<Args>(args)...);
    else
      return std::forward<Object>(object).*member;
  } else {
    if constexpr (std::is_function_v<Member>)
      return ((*std::forward<Object>(object)).*member)(std::forward<Args>(args)...);
    else
      return (*std::forward<Object>(object)).*member;
  }
}

template <class Signature>
class unique_function;

/// Owns a function object of any type, or none. Moves like a unique_ptr.
template <class R, class... Args>
class unique_function<R(Args...)> {
 public:
  unique_function() noexcept = default;
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, unique_function> &&
           std::is_invocable_r_v<R, std::decay_t<F>&, Args...>) unique_function(F&& function)
      : held_{std::make_unique<holder<std::decay_t<F>>>(std::forward<F>(function))} {}

  explicit operator bool() const noexcept { return held_ != nullptr; }
  /// Precondition: it has one.
  R operator()(Args... args) const { return held_->call(std::forward<Args>(args)...); }

 private:
  struct base {
    virtual ~base() = default;
    virtual R call(Args... args) = 0;
  };
  template <class F>
  struct holder final : base {
    explicit holder(F&& given) : function(std::move(given)) {}
    explicit holder(const F& given) : function(given) {}
    R call(Args... args) override { return static_cast<R>(function(std::forward<Args>(args)...)); }
    F function;
  };
  std::unique_ptr<base> held_;
};

}  // namespace actors::inline v1::detail
