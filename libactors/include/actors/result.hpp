// result: how a piece of work ended: a value, or the error that it ended with.
#pragma once

#include <exception>
#include <type_traits>
#include <utility>
#include <variant>

namespace actors::inline v1 {

namespace detail {

/// What is kept of a result: nothing of void, a pointer of a reference, the value itself of all others.
template <class T>
using gathered = std::conditional_t<std::is_void_v<T>, std::monostate,
                                    std::conditional_t<std::is_reference_v<T>, std::add_pointer_t<T>, T>>;

/// Whether that is a `cancelled`.
bool is_cancellation(const std::exception_ptr& error) noexcept;

}  // namespace detail

/// A value of type T (std::monostate for void, a pointer for a reference), or an error.
template <class T>
class result {
 public:
  using value_type = detail::gathered<T>;

  explicit result(std::exception_ptr error) noexcept : content_{std::in_place_index<0>, std::move(error)} {}
  template <class... Args>
  explicit result(std::in_place_t, Args&&... args) : content_{std::in_place_index<1>, std::forward<Args>(args)...} {}

  bool has_value() const noexcept { return content_.index() == 1; }
  explicit operator bool() const noexcept { return has_value(); }

  /// The value; throws the error where there is none.
  value_type& value() & {
    rethrow();
    return *std::get_if<1>(&content_);
  }
  const value_type& value() const& {
    rethrow();
    return *std::get_if<1>(&content_);
  }
  value_type value() && {
    rethrow();
    return std::move(*std::get_if<1>(&content_));
  }
  /// Precondition: has_value().
  value_type& operator*() & noexcept { return *std::get_if<1>(&content_); }
  const value_type& operator*() const& noexcept { return *std::get_if<1>(&content_); }
  value_type* operator->() noexcept { return std::get_if<1>(&content_); }
  const value_type* operator->() const noexcept { return std::get_if<1>(&content_); }

  /// The error; null where there is a value.
  std::exception_ptr error() const noexcept { return has_value() ? nullptr : *std::get_if<0>(&content_); }
  /// Whether it ended by a cancellation.
  bool was_cancelled() const noexcept { return !has_value() && detail::is_cancellation(*std::get_if<0>(&content_)); }

 private:
  void rethrow() const {
    if (!has_value()) std::rethrow_exception(*std::get_if<0>(&content_));
  }
  std::variant<std::exception_ptr, value_type> content_;
};

}  // namespace actors::inline v1
