// blocking_actor: an actor whose body blocks its thread: a file system, a database, a legacy library.
#pragma once

#include <actors/actor.hpp>
#include <actors/blocking_request.hpp>
#include <actors/blocking_select.hpp>
#include <actors/cases.hpp>
#include <actors/port.hpp>
#include <actors/port_cases.hpp>
#include <actors/sync/event.hpp>
#include <actors/task.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>

namespace actors::inline v1 {

/// An actor whose body runs on a thread of the runtime's blocking pool, where it may block for as long as it likes: no
/// worker is held up, and the thread comes on top of the pool's greatest number, so that calls of `blocking` find as
/// many threads as before. Spawned, connected and supervised like any other.
///
///     struct journal final : actors::blocking_actor {
///       in<std::string> lines{*this, "lines"};
///       void work() override {
///         std::ofstream file{"journal"};
///         while (auto line = receive(lines)) file << *line << std::endl;
///       }
///     };
///
/// When it is asked to stop, `receive` and `send` throw `cancelled`. What blocks in another way can look at `stop`;
/// else the team waits for it, and abandons it in the end (actor_options::stop_timeout).
class blocking_actor : public actor {
 public:
  /// The body. Ends as `actor::run` does.
  virtual void work() = 0;
  task<> run() final;

 protected:
  /// Blocks until there is an item; empty at the end. Throws `cancelled`.
  template <class T>
  std::optional<T> receive(in<T>& from) {
    return select(on_receive(from));
  }

  /// Blocks until the item has been sent to all that it goes to. Throws channel_closed, and `cancelled`.
  template <class T>
  void send(out<T>& to, std::type_identity_t<T> item) {
    detail::out_cell<T>& cell = to.cell();
    const std::size_t weight = item_weight<T>::of(item);
    if (!cell.targets().empty() && (!detail::divisible<T> || weight != 0))
      cell.send_by(std::move(item), [this](const sender<T>& target, T& piece) {
        channel_status sent = channel_status::ok;
        select(on_send(target, piece, [&](channel_status how) { sent = how; }));
        return sent == channel_status::ok;
      });
    cell.count(weight);
  }

  /// `blocking_select`, which ends with `cancelled` when the actor is asked to stop.
  ///
  ///     select(on_receive(jobs, [&](std::optional<job> next) { ... }), after(1s, [&] { ... }));
  template <class... Cases>
  requires(detail::own_case<Cases>&&...) typename choice<Cases&&...>::result_type select(Cases&&... cases) {
    using given = typename choice<Cases&&...>::result_type;
    if (stop_.stop_requested()) throw_stopped();
    return blocking_select(on_set(stopped_, []() -> given { throw_stopped(); }), std::move(cases)...);
  }

  /// Asks another actor, as `blocking_ask`. Throws `cancelled`, too.
  template <class Question, class Answer, class Rep, class Period>
  Answer ask(const sender<request<Question, Answer>>& whom, std::type_identity_t<Question> question,
             std::chrono::duration<Rep, Period> limit) {
    const auto wait = [this](auto&&... cases) { select(std::move(cases)...); };
    return detail::ask_by<Question, Answer>(wait, whom, std::move(question), detail::to_nanoseconds(limit));
  }

  /// Set when the actor is asked to stop.
  const std::stop_token& stop() const noexcept { return stop_; }

 private:
  [[noreturn]] static void throw_stopped();

  std::stop_token stop_;
  event stopped_;
};

}  // namespace actors::inline v1
