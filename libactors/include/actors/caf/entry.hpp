// caf/entry: the way of CAF's messages into channels: in order, with back-pressure, with an answer to each request.
#pragma once

#include <actors/caf/ask.hpp>
#include <actors/channel.hpp>
#include <actors/detail/scheduler.hpp>
#include <actors/detail/threads.hpp>
#include <actors/join_handle.hpp>
#include <actors/oneshot.hpp>
#include <actors/request.hpp>
#include <actors/task.hpp>
#include <actors/wait_list.hpp>
#include <actors/waiter.hpp>

#include <caf/actor_control_block.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/make_message.hpp>
#include <caf/message.hpp>
#include <caf/message_id.hpp>
#include <caf/weak_intrusive_ptr.hpp>

#include <cstdint>
#include <deque>
#include <exception>
#include <list>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <typeindex>
#include <utility>
#include <vector>

namespace actors::inline v1::detail {

class caf_entry;

/// Where the answer to a request goes.
struct caf_reply {
  ::caf::strong_actor_ptr source;
  ::caf::mailbox_element::forwarding_stack stages;
  ::caf::message_id id;

  void send(::caf::message content, ::caf::strong_actor_ptr from);
};

/// The duty to answer a request, once; whoever drops it answers that there will be no answer. Empty: of a message that
/// is no request. The actor to answer is held by the entry, which lets go of it where CAF's system ends.
class caf_ticket {
 public:
  caf_ticket() noexcept = default;
  caf_ticket(std::shared_ptr<caf_entry> of, std::list<caf_reply>::iterator place) noexcept
      : of_{std::move(of)}, place_{place} {}
  caf_ticket(caf_ticket&& other) noexcept = default;
  caf_ticket& operator=(caf_ticket&&) = delete;
  ~caf_ticket();

  void answer(::caf::message content) noexcept;
  void fail(const std::exception_ptr& why) noexcept;

 private:
  std::shared_ptr<caf_entry> of_;
  std::list<caf_reply>::iterator place_{};
};

/// One channel, as CAF's messages see it.
class caf_input {
 public:
  virtual ~caf_input() = default;
  caf_input(const caf_input&) = delete;
  caf_input& operator=(const caf_input&) = delete;

  virtual bool takes(const ::caf::type_erased_tuple& content) const = 0;
  /// Puts what the message has into the channel, if that can be done at once: `ok`, `full`, `closed`. Takes the ticket
  /// where the answer is not simply that this is done. Otherwise leaves both alone.
  virtual channel_status offer(::caf::mailbox_element& what, caf_ticket& reply) = 0;
  /// The same, waiting for room. Throws channel_closed, or what the channel was closed with, and cancelled.
  virtual task<> deliver(::caf::mailbox_element_ptr what, caf_ticket reply) = 0;

  const std::type_index type;  ///< of the channel's items
  const bool answers;          ///< requests, by what the actor says

 protected:
  caf_input(std::type_index of, bool replies) noexcept : type{of}, answers{replies} {}
};

template <class T>
class plain_input final : public caf_input {
 public:
  explicit plain_input(sender<T> to) : caf_input{typeid(T), false}, to_{std::move(to)} {}

  bool takes(const ::caf::type_erased_tuple& content) const override { return caf_content<T>::fits(content); }
  channel_status offer(::caf::mailbox_element& what, caf_ticket&) override {
    send_permit<T> place = to_.try_reserve();
    if (!place) return to_.closed() ? channel_status::closed : channel_status::full;
    try {
      place.send(caf_content<T>::take(what));
    } catch (...) {  // channel_closed, or what it was closed with meanwhile
      return channel_status::closed;
    }
    return channel_status::ok;
  }
  task<> deliver(::caf::mailbox_element_ptr what, caf_ticket reply) override {
    T item = caf_content<T>::take(*what);
    what.reset();
    co_await to_.send(std::move(item));
    reply.answer({});
  }

 private:
  const sender<T> to_;
};

template <class R>
::caf::message message_of(R&& answer) {
  return ::caf::make_message(std::forward<R>(answer));
}
template <class... Rs>
::caf::message message_of(std::tuple<Rs...>&& answer) {
  return std::apply([](Rs&... each) { return ::caf::make_message(std::move(each)...); }, answer);
}
inline ::caf::message message_of(std::monostate&&) { return {}; }
inline ::caf::message message_of(::caf::message&& answer) { return std::move(answer); }

/// Waits for what an actor replies, and hands it on as it does, on its thread: so answers keep their order, and a
/// request costs no task. A waiter whose home is itself: to be posted is to be told. It is posted without a lock; it
/// owns itself.
template <class R>
class answer_relay final : private waiter, private executor {
 public:
  static void start(oneshot_receiver<R> from, caf_ticket reply) {
    auto* relay = new answer_relay{std::move(from), std::move(reply)};
    wait_node& node = relay->place_.begin(*relay);
    node.slot = &relay->answer_;
    const channel_step step = channel_access::state(relay->from_)->receive(node, *relay, nullptr);
    if (step != channel_step::suspended) relay->end();  // else it may be gone
  }

 private:
  answer_relay(oneshot_receiver<R> from, caf_ticket reply) noexcept : from_{std::move(from)}, reply_{std::move(reply)} {
    home = this;
  }
  void post(runnable&) noexcept override { end(); }
  void end() noexcept {
    if (answer_)
      reply_.answer(message_of(*std::move(answer_)));
    else if (from_.reason() != nullptr)
      reply_.fail(from_.reason());
    delete this;  // where there is no answer, the ticket says so
  }

  const oneshot_receiver<R> from_;
  caf_ticket reply_;
  std::optional<R> answer_;
  node_place place_;
};

template <class Q, class R>
class request_input final : public caf_input {
 public:
  using item = request<Q, R>;
  explicit request_input(sender<item> to) : caf_input{typeid(item), true}, to_{std::move(to)} {}

  bool takes(const ::caf::type_erased_tuple& content) const override { return caf_content<Q>::fits(content); }
  channel_status offer(::caf::mailbox_element& what, caf_ticket& reply) override {
    send_permit<item> place = to_.try_reserve();
    if (!place) return to_.closed() ? channel_status::closed : channel_status::full;
    try {
      place.send(make(what, reply));
    } catch (...) {
      return channel_status::closed;
    }
    return channel_status::ok;
  }
  task<> deliver(::caf::mailbox_element_ptr what, caf_ticket reply) override {
    item asked = make(*what, reply);
    what.reset();
    co_await to_.send(std::move(asked));
  }

 private:
  // The relay is there before the actor can reply: else a later answer might come first. It is there also where nobody
  // asks: the request would look abandoned.
  static item make(::caf::mailbox_element& what, caf_ticket& reply) {
    auto [to, answer] = oneshot<answer_value<R>>();
    item asked{caf_content<Q>::take(what), std::move(to)};
    answer_relay<answer_value<R>>::start(std::move(answer), std::move(reply));
    return asked;
  }

  const sender<item> to_;
};

template <class T>
std::shared_ptr<caf_input> make_caf_input(sender<T> to) {
  return std::make_shared<plain_input<T>>(std::move(to));
}
template <class Q, class R>
std::shared_ptr<caf_input> make_caf_input(sender<request<Q, R>> to) {
  return std::make_shared<request_input<Q, R>>(std::move(to));
}

/// What stands behind an address of CAF that leads to channels. A message goes into its channel on the thread that
/// sends it, if there is room. Otherwise it is held here, with all that come after it for that channel, and one task of
/// that channel puts them in, in their order. That task holds the entry: what CAF had sent arrives, also where the
/// address is gone.
///
/// No lock is held while a channel is sent to: those who send at the same time have no order among them, and who sends
/// one message after the other finds that the one before is in the channel, or is held.
///
/// Nothing of CAF is destroyed, and nothing sent, with a lock held: that may come back here.
class caf_entry final : public std::enable_shared_from_this<caf_entry> {
 public:
  /// What became of a message.
  enum class verdict { taken, unexpected, ended };

  /// Its `system` may end before it.
  static std::shared_ptr<caf_entry> make(scheduler& on, const ::caf::actor_system& system);
  /// Closes those of a system that is about to end.
  /// Outside of tasks it waits until those that put in have dropped what they hold.
  static void close_all(const ::caf::actor_system& system);
  ~caf_entry();
  caf_entry(const caf_entry&) = delete;
  caf_entry& operator=(const caf_entry&) = delete;

  /// All, or none: throws usage_error where there is one for the same items. Nothing where the entry is closed.
  void add(std::vector<std::shared_ptr<caf_input>> more);
  /// Takes the message, where it is for one of the inputs; any thread.
  verdict take(::caf::mailbox_element_ptr& what);
  /// The inputs end after what is held.
  void end_inputs();
  /// Nothing will be taken any more; what is held is dropped, and no request answered.
  void close();

  scheduler& on() const noexcept { return on_; }
  ::caf::weak_actor_ptr address;  ///< set before anybody else knows it

 private:
  friend class caf_ticket;
  class put_in_duty;

  caf_entry(scheduler& on, const ::caf::actor_system& system) noexcept : on_{on}, system_{system} {}
  struct held {
    ::caf::mailbox_element_ptr what;
    caf_ticket reply;
  };
  /// One input. It goes when it ends and nothing is held for it.
  struct line {
    explicit line(std::shared_ptr<caf_input> input) noexcept : to{std::move(input)} {}
    const std::shared_ptr<caf_input> to;
    std::deque<held> waiting;
    join_handle<> putting_in;  ///< the task that puts in; it holds the line
    bool puts_in = false;      ///< a task does, or will
    std::uint64_t starts = 0;  ///< of such tasks
    bool ends = false;         ///< when nothing is held any more
  };
  using lines = std::vector<std::shared_ptr<line>>;

  std::shared_ptr<line> find(const ::caf::mailbox_element& what) const;
  caf_ticket enter(::caf::mailbox_element& what);
  verdict hold(const std::shared_ptr<line>& in, held one);
  void settle(std::list<caf_reply>::iterator place, ::caf::message content) noexcept;
  bool next_held(const std::shared_ptr<line>& of, std::optional<held>& next);
  lines without(const line& one);
  std::vector<join_handle<>> close_lines();
  static task<> put_in_held(put_in_duty duty);

  scheduler& on_;
  const ::caf::actor_system& system_;

  mutex lock_;
  bool open_ = true;
  bool has_ended_inputs_ = false;
  lines lines_;

  mutex replies_lock_;  ///< below `lock_`
  std::list<caf_reply> replies_;
};

}  // namespace actors::inline v1::detail
