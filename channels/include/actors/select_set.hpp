// select_set: a select that is prepared once and used again and again, over cases that come and go.
#pragma once

#include <actors/channel.hpp>
#include <actors/detail/atomic.hpp>
#include <actors/detail/code_place.hpp>
#include <actors/detail/kept_case.hpp>
#include <actors/select.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace actors::inline v1 {

class select_set;

/// The awaiter of `select_set::next`. A coroutine that is suspended in it must not be destroyed.
class [[nodiscard("co_await it")]] select_next : wake_filter {
 public:
  explicit select_next(select_set & of) noexcept : of_{of} {}
  select_next(const select_next&) = delete;
  select_next& operator=(const select_next&) = delete;

  bool await_ready() const noexcept { return false; }
  template <waiting_promise Promise>
  ACTORS_SUSPENDS bool await_suspend(std::coroutine_handle<Promise> point,
                                     detail::await_place where = detail::await_place::here()) {
    waiter& who = point.promise().party();
    detail::note_wait(who, detail::wait_kind::select_set, 0, where);
    detail::note_suspension(point, detail::wait_kind::select_set, where);
    return suspend(who, point);
  }
  select_key await_resume(detail::source_place where = detail::source_place::here());

 private:
  friend struct detail::select_access;
  struct ending;

  void begin(waiter & who);
  bool suspend(waiter & who, std::coroutine_handle<> point);
  bool settle() noexcept;
  static bool on_wake(wake_filter & self, waiter & who) noexcept;

  select_set& of_;
  waiter* who_ = nullptr;
  detail::kept_case* won_ = nullptr;
  std::exception_ptr failure_;  ///< what a case threw, or a handler before the party was resumed
  std::optional<detail::select_core> core_;
};

/// Cases as those of `select`, kept for one wait after the other: for a party that serves many channels, or channels
/// that come and go.
///
///     select_set clients;
///     clients.add(arrivals, [&](std::optional<client> next) {
///       if (!next) clients.remove(clients.current());
///       ...
///     });
///     while (clients.size() != 0) co_await clients.next();
///
/// Handlers give nothing, or a `task<>`, which is awaited as a part of the calling task. They may add and remove cases,
/// also the one that they belong to. `add` allocates, `next` does not.
///
/// A set is for one party at a time: next() throws usage_error while another call of it is not through, its handler
/// included; so do the functions that change the set while somebody waits in it. Otherwise not thread-safe. It must not
/// be destroyed while somebody waits in it, nor by a handler.
class select_set {
 public:
  /// Among cases that are ready each is as likely to be taken; with `biased` it is the one that was added first.
  select_set() noexcept = default;
  explicit select_set(biased_t) noexcept : biased_{true} {}
  select_set(const select_set&) = delete;
  select_set& operator=(const select_set&) = delete;

  /// Adds any case of a select but `otherwise`. What it refers to (endpoints, handles, locks) must outlive its place in
  /// the set. One that sends an rvalue is removed when that is sent, or refused for ever, and one that receives
  /// from a oneshot when it has; one that sends an lvalue stays, and sends what is there then. Time limits count from
  /// each call of next() on. Throws usage_error for the 65536th case, std::bad_alloc; then nothing is added.
  template <class Case>
  requires std::is_base_of_v<detail::select_case, Case> select_key add(Case one) {
    return keep(std::move(one), detail::no_endpoint{});
  }

  /// The same for a case that keeps its endpoint: `on_receive(from, handler)`, `on_send(to, value, handler)`. Such a
  /// sender keeps its channel open, such a receiver lets others send, until the case is removed.
  template <class T, class F>
  select_key add(receiver<T> from, F handler) {
    return keep(on_receive(from, std::move(handler)), std::move(from));
  }
  template <class T, class F = detail::give_nothing>
  select_key add(sender<T> to, std::type_identity_t<T>& value, F handler = {}) {
    return keep(on_send(to, value, std::move(handler)), std::move(to));
  }
  template <class T, class F = detail::give_nothing>
  select_key add(sender<T> to, std::type_identity_t<T>&& value, F handler = {}) {
    return keep(on_send(to, std::move(value), std::move(handler)), std::move(to));
  }
  template <class T, class F = detail::give_nothing>
  select_key add(sender<T> to, const std::type_identity_t<T>& value, F handler = {}) {
    return keep(on_send(to, value, std::move(handler)), std::move(to));
  }

  /// False where the set has no such case (any more). The case is destroyed at once; one whose handler runs when that
  /// has returned.
  bool remove(select_key which);

  /// Guards a case as `when` does: one that is not enabled is never ready. False where the set has no such case.
  bool enable(select_key which, bool on);

  std::size_t size() const noexcept { return kept_.size(); }

  /// In a handler: the case that it belongs to. Throws usage_error elsewhere.
  select_key current() const;

  /// Awaitable. Does the first of the cases that is possible, exactly one, calls its handler, and gives its key.
  /// Suspends while none is ready. Throws usage_error for a set without cases; `cancelled` as `select` does, then no
  /// case was taken; and what cases and handlers throw.
  select_next next();

 private:
  friend class select_next;
  friend struct detail::select_access;

  template <class Case, class Endpoint>
  select_key keep(Case&& one, Endpoint&& end) {
    return insert(std::make_unique<detail::kept_case_of<Case, Endpoint>>(std::move(one), std::move(end)));
  }
  select_key insert(std::unique_ptr<detail::kept_case> one);
  std::size_t find(select_key which) const noexcept;
  std::unique_ptr<detail::kept_case> take_out(std::size_t index) noexcept;
  void need_no_wait(const char* call) const;

  // Who changes it: the party, but for `idle -> waiting`, which decides between several. Acquire there pairs with the
  // release of the party before.
  enum class phase : std::uint8_t { idle, waiting, handling };
  detail::atomic<phase> phase_{phase::idle};
  const bool biased_ = false;
  std::uint64_t keys_ = 0;                                ///< given so far
  std::vector<std::unique_ptr<detail::kept_case>> kept_;  ///< by key, as they were added
  detail::kept_case* running_ = nullptr;                  ///< whose handler runs
  std::unique_ptr<detail::kept_case> leaving_;            ///< the same, when it was removed meanwhile
  std::vector<detail::select_case*> cases_;               ///< for the core: as `kept_`
  std::vector<std::uint16_t> order_;                      ///< the numbers of the cases, in any order
  std::vector<detail::selected_lock> locks_;              ///< room for one each
};

}  // namespace actors::inline v1
