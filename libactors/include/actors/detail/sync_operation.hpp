// sync_operation: what waits for locks, permits and events have in common: a request that is tried at once, then
// listed.
#pragma once

#include <actors/detail/channel_core.hpp>
#include <actors/detail/channel_observer.hpp>
#include <actors/detail/thread_waiter.hpp>
#include <actors/wait_list.hpp>

#include <concepts>
#include <coroutine>
#include <cstdint>
#include <type_traits>

namespace actors::inline v1::detail {

/// What somebody wants of a source. Trivial, as it travels through expressions with a co_await. Has `result(outcome)`
/// besides: what the wait gives, or throws, when it was not cancelled (not named here, as that type is not yet complete
/// where the source declares its operations).
template <class R>
concept sync_request = std::is_trivially_copyable_v<R> && std::is_trivially_destructible_v<R> &&
    requires(R& request, wait_node& node, waiter& who, std::coroutine_handle<> point) {
  { R::what } -> std::convertible_to<wait_kind>;               // for reports
  { request.number() } -> std::convertible_to<std::uint32_t>;  // of the source, for reports
  // The fast path: done without a wait. Called by `who` itself.
  { request.take(who) }
  noexcept->std::same_as<bool>;
  // Takes it, or lists the node. True: it is listed and the party armed. False: the node's outcome says what came of
  // it, `none` stands for a cancellation that is pending.
  { request.enter(node, who, point) } -> std::same_as<bool>;
  { request.withdraw(node) }
  noexcept;  // after a cancellation, by the waiting party
};

/// One that can be a case of a select.
template <class R>
concept selectable_request = sync_request<R> && requires(R& request, wait_node& node) {
  { request.lock() }
  noexcept->std::same_as<wait_lock&>;  // of the room
  // With the lock: as `take`.
  { request.take_under_lock() }
  noexcept->std::same_as<bool>;
  // With the lock: lists the node, whose party has armed. False where the request was met meanwhile.
  { request.list(node) }
  noexcept->std::same_as<bool>;
};

/// The places where a source lists who waits, and the lock of this list.
///
/// Rules that all sources here keep, so that a source may be destroyed as soon as everybody who used it has returned
/// from the calls that the destroying one can know of, also where the call that let it go on is still in progress:
///   - what lets somebody pass on the fast path is the last access of a call to the source;
///   - whoever waits in the list is woken after the last access to the source.
/// Of a source whose whole state is under the lock, letting go of that lets others pass. It is one store, the last
/// access: into the lock, or under a bias into the note of the calling thread, which is no part of the source. Whoever
/// comes next has the lock after it has seen that store, which is a release: by its exchange, or by its look at the
/// note when it has taken the bias back, or as it is the same thread. So all of the call happened before what it does
/// with the lock and afterwards, the destruction of the source as well, by a thread that has let go of the lock itself.
class wait_room {
 public:
  /// Ends the program when somebody is listed: its wait could never end. `what` names the source.
  explicit wait_room(const char* what) noexcept : what_{what} {}
  ~wait_room() { need_nobody(list); }
  wait_room(const wait_room&) = delete;
  wait_room& operator=(const wait_room&) = delete;

  /// Enters `node` as the wait of `who`; false when a cancellation is pending. Called with the lock.
  bool enlist(wait_kind what, wait_node& node, waiter::wait_at_lock& visit, waiter& who,
              std::coroutine_handle<> point) noexcept {
    return enlist(list, what, node, visit, who, point);
  }
  /// The same in a second list under the lock of the room, for a source with two kinds of waits. Its destructor calls
  /// `need_nobody` for it.
  static bool enlist(wait_list& second, wait_kind what, wait_node& node, waiter::wait_at_lock& visit, waiter& who,
                     std::coroutine_handle<> point) noexcept {
    node.who = &who;
    who.suspend_at(point);
    if (!visit.arm()) return false;
    second.push_back(node);
    observe_wait(what);
    return true;
  }
  void need_nobody(const wait_list& second) const noexcept {
    if (!second.empty()) [[unlikely]]
      end_program();
  }

  wait_lock lock;
  wait_list list;  ///< with the lock

 private:
  [[noreturn]] void end_program() const noexcept;
  const char* what_;
};

/// The awaiter of a request. A coroutine that is suspended in it must not be destroyed.
template <sync_request Request>
class [[nodiscard("co_await it")]] sync_operation {
 public:
  explicit sync_operation(Request wanted) noexcept : request_{wanted} {}
  sync_operation(const sync_operation&) = delete;
  sync_operation& operator=(const sync_operation&) = delete;

  bool await_ready() const noexcept { return false; }

  template <waiting_promise Promise>
  ACTORS_SUSPENDS bool await_suspend(std::coroutine_handle<Promise> point, await_place where = await_place::here()) {
    waiter& who = point.promise().party();
    note_wait(who, Request::what, request_.number(), where);
    if (!who.spend()) [[likely]] {
      if (request_.take(who)) [[likely]] {
        taken_ = true;
        return false;
      }
      note_suspension(point, Request::what, where);
      return request_.enter(place_.begin(who), who, point);
    }
    note_suspension(point, Request::what, where);
    return end_turn(who, point);
  }

  decltype(auto) await_resume() {
    if (taken_) [[likely]]
      return request_.result(wait_outcome::delivered);
    wait_node& node = place_.node();
    if (node.outcome == wait_outcome::none) {
      request_.withdraw(node);
      throw_cancelled(*node.who);
    }
    return request_.result(node.outcome);
  }

 private:
  // The last operation of the turn that need not wait: a pending cancellation comes first, others run after it.
  // Not inlined: once in so many operations, and as long as the rest of a wait.
  [[gnu::noinline]] bool end_turn(waiter & who, std::coroutine_handle<> point) {
    wait_node& node = place_.begin(who);
    if (who.cancel_pending()) return false;
    if (request_.take(who))
      node.outcome = wait_outcome::delivered;
    else if (request_.enter(node, who, point))
      return true;
    if (node.outcome != wait_outcome::delivered) return false;
    who.step_back(point);
    return true;
  }

  Request request_;
  bool taken_ = false;
  node_place place_;  ///< begun where the request was not taken at once
};

/// Makes the request for the calling plain thread, which blocks until it is met. Throws usage_error on a worker.
template <sync_request Request>
auto block_on(Request request, const char* call) {
  refuse_on_worker(call);
  thread_waiter self;
  if (request.take(self)) return request.result(wait_outcome::delivered);
  wait_node node;
  if (request.enter(node, self, nullptr)) self.block();
  return request.result(node.outcome);
}

}  // namespace actors::inline v1::detail
