// caf/feed: a channel as the source of a CAF actor, with back-pressure.
#pragma once

#include <actors/caf/ask.hpp>
#include <actors/caf/end_watch.hpp>
#include <actors/channel.hpp>
#include <actors/select.hpp>
#include <actors/task.hpp>
#include <actors/timed_channel.hpp>

#include <caf/actor_control_block.hpp>
#include <caf/detail/implicit_conversions.hpp>
#include <caf/error.hpp>
#include <caf/make_message.hpp>
#include <caf/message.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace actors::inline v1 {

/// How a `feed` ended.
template <class T>
struct feed_report {
  std::uint64_t acknowledged = 0;
  /// What the actor was sent and has not acknowledged, in the order of the channel. It may have seen it all the same.
  std::vector<T> unacknowledged;
  /// Why: no error where the channel ended and everything was acknowledged.
  ::caf::error reason;
};

namespace detail {

/// What comes back for one item; or, without a number, the end of the actor.
struct feed_note {
  std::uint64_t number = 0;
  ::caf::error fault;
};

/// An item as a message, and the other way.
template <class T>
struct fed_item {
  static_assert(std::is_same_v<typename ::caf::unbox_message_element<::caf::detail::strip_and_convert_t<T>>::type, T>,
                "feed: in a message this would be of another type: make the items of the type that CAF keeps");
  static ::caf::message wrap(T&& item) { return ::caf::make_message(std::move(item)); }
  static T unwrap(::caf::message& from) { return from.move_if_unshared<T>(0); }
};
template <>
struct fed_item<::caf::message> {
  static ::caf::message wrap(::caf::message&& item) { return std::move(item); }
  static ::caf::message unwrap(::caf::message& from) { return std::move(from); }
};
template <class... Ts>
struct fed_item<std::tuple<Ts...>> {
  static_assert(sizeof...(Ts) != 0, "feed: a message has at least one part");
  static ::caf::message wrap(std::tuple<Ts...>&& item) {
    static_assert((std::is_same_v<decltype(fed_item<Ts>::unwrap(std::declval<::caf::message&>())), Ts> && ...));
    return std::apply([](Ts&... each) { return ::caf::make_message(std::move(each)...); }, item);
  }
  static std::tuple<Ts...> unwrap(::caf::message& from) { return unwrap(from, std::index_sequence_for<Ts...>{}); }

 private:
  template <std::size_t... Places>
  static std::tuple<Ts...> unwrap(::caf::message& from, std::index_sequence<Places...>) {
    return std::tuple<Ts...>{from.move_if_unshared<Ts>(Places)...};
  }
};

/// What an actor has not taken comes back just before its end is told.
inline constexpr std::chrono::milliseconds to_know_why{100};

/// The requests of one feed that are under way. Used by the feed's task alone.
class feed_line {
 public:
  explicit feed_line(::caf::strong_actor_ptr to);
  ~feed_line();
  feed_line(const feed_line&) = delete;
  feed_line& operator=(const feed_line&) = delete;

  void send(::caf::message item);
  void take(feed_note note);
  const receiver<feed_note>& notes() const noexcept { return notes_; }

  bool takes_more() const noexcept { return !reason_; }
  std::size_t under_way() const noexcept { return has_ended_ ? 0 : items_.size() - refused_; }
  /// Whether the actor seems to have ended, and its end has still to be told.
  bool lacks_reason() const noexcept;
  std::uint64_t acknowledged() const noexcept { return acknowledged_; }
  const ::caf::error& reason() const noexcept { return reason_; }

  struct sent_item {
    ::caf::message content;
    bool is_refused = false;
  };
  std::map<std::uint64_t, sent_item>& items() noexcept { return items_; }

 private:
  const ::caf::strong_actor_ptr to_;
  ::caf::strong_actor_ptr inbox_;
  receiver<feed_note> notes_;
  std::optional<end_watch> watch_;
  std::map<std::uint64_t, sent_item> items_;  ///< by their number
  std::uint64_t sent_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::size_t refused_ = 0;  ///< of the items
  bool has_ended_ = false;
  ::caf::error reason_;
};

[[noreturn]] void throw_no_window();

template <class T>
task<feed_report<T>> feed_caf(receiver<T> from, ::caf::strong_actor_ptr to, std::size_t window) {
  if (window == 0) throw_no_window();
  feed_line line{std::move(to)};
  bool more = true;
  while ((more && line.takes_more()) || line.under_way() != 0) {
    std::optional<feed_note> note;
    if (more && line.takes_more() && line.under_way() < window) {
      co_await select(on_receive(line.notes(), [&](std::optional<feed_note> came) { note = std::move(came); }),
                      on_receive(from, [&](std::optional<T> item) {
                        if (item)
                          line.send(fed_item<T>::wrap(*std::move(item)));
                        else
                          more = false;
                      }));
    } else {
      note = co_await line.notes().receive();
    }
    if (note) line.take(*std::move(note));
  }
  from = {};
  if (line.lacks_reason()) {
    auto last = co_await receive_for(line.notes(), to_know_why);
    if (last) line.take(*std::move(last));
  }
  feed_report<T> report{line.acknowledged(), {}, line.reason()};
  for (auto& each : line.items()) report.unacknowledged.push_back(fed_item<T>::unwrap(each.second.content));
  co_return report;
}

}  // namespace detail

/// Sends each item of a channel to an actor of CAF, as a request, whose first answer, whatever it is, acknowledges it;
/// at most `window` of them (at least 1) are under way at any time: so who sends to the channel is as slow as the
/// actor. A std::tuple goes as several parts, a caf::message as it is.
///
///     auto how = co_await feed(std::move(lines), printer, 16);
///
/// Ends with the channel, when everything is acknowledged; with the actor's end; and where it answers an item with an
/// error, when the others that are under way are answered. Then it drops the receiver (the channel ends, where that was
/// the last one; keep a copy for what is left in it), and tells what was not acknowledged: nothing is lost unknown.
/// It holds the actor, and waits for its answers without a limit of time: one of another node that drops a request, of
/// which nobody tells, holds it until the actor ends, or the task is cancelled.
/// Throws usage_error, what the channel was closed with, and `cancelled`: then nothing is told. Any task.
template <class T, caf_handle Handle>
task<feed_report<T>> feed(receiver<T> from, const Handle& to, std::size_t window) {
  return detail::feed_caf(std::move(from), ::caf::actor_cast<::caf::strong_actor_ptr>(to), window);
}

}  // namespace actors::inline v1
