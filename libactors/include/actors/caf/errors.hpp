// caf/errors: what CAF says with a caf::error, and this library with an exception, in the other's words.
#pragma once

#include <actors/errors.hpp>

#include <caf/atom.hpp>
#include <caf/error.hpp>
#include <caf/fwd.hpp>

#include <cstdint>
#include <exception>
#include <string>
#include <utility>

namespace actors::inline v1 {

/// A `caf::error` as an exception: what a CAF actor answered or ended with, where none of this library's own exceptions
/// says the same.
class caf_error : public error {
 public:
  caf_error(::caf::error reason, const std::string& text) : error{text}, reason_{std::move(reason)} {}
  /// The text is that of an error of this library's category, otherwise CAF's plain one: category and code.
  explicit caf_error(::caf::error reason);
  const ::caf::error& reason() const noexcept { return reason_; }

 private:
  ::caf::error reason_;
};

/// The codes of the errors of this library: of their category, `caf_category`. Their context is one std::string.
enum class caf_code : std::uint8_t {
  failed = 1,  ///< an exception without a code of its own
  channel_closed,
  queue_shut_down,
  pool_closed,
  usage,
};
inline constexpr auto caf_category = ::caf::atom("actors");

/// What CAF is told of an exception: of a `caf_error` its reason, if it has one; of `timed_out` sec::request_timeout;
/// of `unanswered` sec::request_receiver_down; of `cancelled` exit_reason::user_shutdown; of null nothing; of any other
/// one of the codes above, with its text. Any thread.
::caf::error to_caf_error(const std::exception_ptr& what);

/// The other way: the exception of the type that `to_caf_error` would make this of; a `caf_error` for all that is CAF's
/// own. Never `cancelled`, which is a task's own. `render`: makes the text, if given. Null for no error. Any thread.
std::exception_ptr to_exception(const ::caf::error& what, const ::caf::actor_system* render = nullptr);

namespace detail {

/// The text of an error, as a system renders it (null: without one).
std::string text_of(const ::caf::error& what, const ::caf::actor_system* render);
/// Of no error, too, there is one: a `caf_error`.
std::exception_ptr exception_of(const ::caf::error& what, const std::string& text);

}  // namespace detail

}  // namespace actors::inline v1
