// log: what the library has to say of itself (errors that nobody looked at, tasks that hold a worker), and to whom it
// says it. A program's own messages can go the same way.
#pragma once

#include <atomic>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace actors::inline v1 {

enum class log_level : std::uint8_t {
  trace,
  debug,
  info,
  warning,
  error,
  off,  ///< of no message: as the least level it leaves all of them out
};

/// "trace", "debug", and so on.
std::string_view to_string(log_level level) noexcept;

using log_value = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool, std::chrono::nanoseconds>;

/// A part of a message, for programs that read it. Owns nothing: a text is as long valid as what it was made from.
struct log_field {
  enum place : bool {
    after_text,
    in_text,  ///< the message's text says it already, so that where people read it is not said again
  };

  constexpr log_field(std::string_view name, std::string_view text, place where = after_text) noexcept
      : key{name}, value{text}, told{where} {}
  template <std::integral T>
  requires(!std::same_as<T, char>) constexpr log_field(std::string_view name, T number,
                                                       place where = after_text) noexcept
      : key{name}, value{widened(number)}, told{where} {}
  template <std::floating_point T>
  constexpr log_field(std::string_view name, T number, place where = after_text) noexcept
      : key{name}, value{static_cast<double>(number)}, told{where} {}
  template <class Rep, class Period>
  constexpr log_field(std::string_view name, std::chrono::duration<Rep, Period> time, place where = after_text) noexcept
      : key{name}, value{std::chrono::duration_cast<std::chrono::nanoseconds>(time)}, told{where} {}

  std::string_view key;
  log_value value;
  place told;

 private:
  template <class T>
  static constexpr log_value widened(T number) noexcept {
    if constexpr (std::same_as<T, bool>)
      return number;
    else if constexpr (std::is_signed_v<T>)
      return std::int64_t{number};
    else
      return std::uint64_t{number};
  }
};

/// Valid during the call that it is given to. It has no time: who writes it down looks at a clock.
struct log_message {
  log_level level;
  std::string_view event;  ///< the kind of the message, for programs: the same word in all of its kind ("long_turn")
  std::string_view text;   ///< for people: one line, without its end
  std::span<const log_field> fields{};
  std::string_view details{};  ///< further lines for people, such as the way of an error: indented, each with its end
};

/// The text, the fields that it does not say as ` key=value`, and the details below it; without an end of the last
/// line. Values with blanks, quotes or control characters are in quotes, with escapes; durations have a unit:
/// `took=1.5ms`.
std::string to_string(const log_message& message);

/// What is done with messages: `call` gets `context` as it was given. It is called on the thread that has something to
/// say, a worker or any other, on several at once, and also where a task is being destroyed or memory is short. It must
/// not throw, nor wait for anything that other tasks or `on_log` do; a mutex around a write is fine. What comes up
/// inside of it on the same thread goes to stderr, and not to it again.
struct log_handler {
  void (*call)(void* context, const log_message& message) noexcept = nullptr;
  void* context = nullptr;

  friend bool operator==(const log_handler&, const log_handler&) = default;
};

/// Sets who gets the messages of this process. Without `call` that is the handler of the beginning: it writes them to
/// stderr, in one piece, as `to_string` has them behind "actors: ".
///
/// Returns what was set before. From then on no other thread is inside of that, or will be, so that what its context
/// points to may go: for that it waits for the calls that are under way. (Not inside a handler: there it only sets.)
/// Any thread.
log_handler on_log(log_handler handler) noexcept;

/// Leaves out what is below `least`; `warning` in the beginning. Returns what was set before. Any thread; messages of
/// other threads heed it soon.
log_level set_log_level(log_level least) noexcept;

namespace detail {

// Relaxed: nothing else depends on it.
inline constinit std::atomic<log_level> least_logged{log_level::warning};

void deliver(const log_message& message) noexcept;

}  // namespace detail

/// Whether messages of this level are not left out: one relaxed load.
inline bool log_enabled(log_level level) noexcept {
  return level >= detail::least_logged.load(std::memory_order_relaxed);
}

/// Gives a message to the handler, unless it is left out: then that costs what `log_enabled` does. Where the text is
/// dear to make, ask first. Allocates nothing. Any thread, also without a runtime.
///
///     log(log_level::info, "checkpoint", "checkpoint written", {{"rows", count}, {"took", clock::now() - start}});
inline void log(log_level level, std::string_view event, std::string_view text,
                std::initializer_list<log_field> fields = {}, std::string_view details = {}) noexcept {
  if (log_enabled(level)) detail::deliver({level, event, text, {fields.begin(), fields.size()}, details});
}
inline void log(const log_message& message) noexcept {
  if (log_enabled(message.level)) detail::deliver(message);
}

}  // namespace actors::inline v1
