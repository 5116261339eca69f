// submitted_call: a call on a pool that is a task by itself: the block of a task with the call in place of a coroutine.
#pragma once

#include <actors/detail/blocking_job.hpp>
#include <actors/detail/frame_pool.hpp>
#include <actors/detail/invoke.hpp>
#include <actors/detail/room_operation.hpp>
#include <actors/detail/task_promise.hpp>
#include <actors/join_handle.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <stop_token>
#include <tuple>
#include <type_traits>
#include <utility>

namespace actors::inline v1::detail {

class call_pool;

/// What a call with these arguments gives. A function that takes a std::stop_token in front of them gets one.
template <class F, class... Args>
inline constexpr bool takes_stop_token = std::is_invocable_v<F&, std::stop_token, Args&&...>;
template <class F, class... Args>
concept blocking_call = takes_stop_token<F, Args...> || std::is_invocable_v<F&, Args&&...>;

struct no_stop_source {};

/// A function with its arguments, and the source of its stop token where it takes one.
template <class F, class... Args>
class bound_call {
 public:
  template <class... Given>
  explicit bound_call(Given&&... given) : parts_{std::forward<Given>(given)...} {}

  /// Once.
  decltype(auto) operator()() {
    return std::apply(
        [&](F& function, Args&... args) -> decltype(auto) {
          if constexpr (takes_stop_token<F, Args...>)
            return detail::call(function, source_.get_token(), std::move(args)...);
          else
            return detail::call(function, std::move(args)...);
        },
        parts_);
  }
  std::stop_source* stop() noexcept {
    if constexpr (takes_stop_token<F, Args...>)
      return &source_;
    else
      return nullptr;
  }

 private:
  std::tuple<F, Args...> parts_;
  [[no_unique_address]] std::conditional_t<takes_stop_token<F, Args...>, std::stop_source, no_stop_source> source_;
};

template <class F, class... Args>
using call_result = decltype(std::declval<bound_call<std::decay_t<F>, std::decay_t<Args>...>&>()());

/// Queues the call, whose task the caller owns. Throws what call_pool::offload throws; the task has ended then.
/// `in_room`: room was reserved.
void start_call(call_pool& pool, task_state& task, blocking_job& job, bool in_room);
/// Ends the calls that the calling thread cancelled while it was ending another one. Before it waits for one of them.
void end_cancelled_calls() noexcept;
/// The pool of the runtime of the calling worker, or of the calling thread of a pool. Throws usage_error elsewhere.
call_pool& current_call_pool();

/// Lies behind the head of the task, where others have their frame. Nothing destroys it: what it owns is gone when the
/// task has ended, the rest needs no destructor.
template <class T, class Call>
class submitted_call final : public blocking_job {
 public:
  static_assert(alignof(Call) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__,
                "a function aligned to more than 16 bytes: give it a std::unique_ptr to what it needs");

  template <class... Given>
  static join_handle<T> submit(call_pool& pool, bool in_room, source_place from, Given&&... given) {
    task_block<T>* block = nullptr;
    submitted_call* self = nullptr;
    try {
      void* const memory = frame_allocate(block_size_of<T>(sizeof(submitted_call)));
      block = ::new (memory) task_block<T>;
      void* const behind = static_cast<std::byte*>(memory) + frame_offset_of<T>();
      self = ::new (behind) submitted_call{*block, from, std::forward<Given>(given)...};
    } catch (...) {
      if (block != nullptr) block->dispose();
      if (in_room) give_room_back(pool);
      throw;
    }
    block->adopt(await_place::here());
    join_handle<T> handle{block};
    start_call(pool, *block, *self, in_room);
    return handle;
  }

 private:
  template <class... Given>
  explicit submitted_call(task_block<T>& block, source_place from, Given&&... given)
      : block_{block}, call_{std::in_place, std::forward<Given>(given)...} {
    call = &enter;
    drop = &drop_call;
    who = &block;
    stop = call_->stop();
    place = from;
  }

  static void enter(blocking_job& job) noexcept {
    auto& self = static_cast<submitted_call&>(job);
    try {
      if constexpr (std::is_void_v<T>) {
        (*self.call_)();
        self.block_.succeed();
      } else {
        if constexpr (std::is_reference_v<T>)
          self.block_.emplace(std::addressof((*self.call_)()));
        else
          self.block_.emplace((*self.call_)());
      }
    } catch (...) {
      self.failure = std::current_exception();
    }
  }
  static void drop_call(blocking_job& job) noexcept { static_cast<submitted_call&>(job).call_.reset(); }

  task_block<T>& block_;
  std::optional<Call> call_;
};

template <class F, class... Args>
join_handle<call_result<F, Args...>> submit_to(call_pool& pool, bool in_room, source_place from, F&& function,
                                               Args&&... args) {
  using call = bound_call<std::decay_t<F>, std::decay_t<Args>...>;
  return submitted_call<call_result<F, Args...>, call>::submit(pool, in_room, from, std::forward<F>(function),
                                                               std::forward<Args>(args)...);
}

}  // namespace actors::inline v1::detail
