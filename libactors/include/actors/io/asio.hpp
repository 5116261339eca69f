// asio: Boost.Asio's sockets, pipes and timers in tasks: `n = co_await socket.async_read_some(buffer,
// actors::awaited)`. Include it where it is needed: it brings a part of Asio along.
#pragma once

#include <actors/detail/io_wait.hpp>
#include <actors/runtime.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <coroutine>
#include <exception>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace actors::inline v1 {

/// The io_context of the calling task's runtime, or of `where`, made at the first call: for sockets, timers and other
/// objects of Asio. The runtime's workers run it, one at a time, so handlers never run at the same time; nobody else
/// may run or stop it. What a handler throws is reported to the log. Objects made with it must be gone before the
/// runtime is. Throws usage_error outside of a runtime and in a simulation, boost::system::system_error where the
/// system has no descriptor left.
boost::asio::io_context& io_context();
boost::asio::io_context& io_context(runtime& where);

/// The completion token for operations that a task awaits. The operation starts when it is awaited and suspends the
/// task; then it gives what it completes with:
///   - a first argument of type error_code is thrown as boost::system::system_error where it is an error (with
///     `boost::asio::as_tuple(actors::awaited)` it is given instead), and one of type exception_ptr is thrown;
///   - of the other arguments: none gives void, one gives itself, more give a tuple.
/// A cancellation of the task cancels the operation and is thrown as `cancelled` once that has ended; an operation that
/// completes in spite of it gives its result, and the cancellation stays pending. The operation's buffers must live
/// until it has ended, as always, which in a task they do.
///
/// It works with objects of any io_context or strand; through an adaptor such as as_tuple, which hides the object's
/// executor, only with those of the runtime's. As always with Asio, an object that is used with a context that several
/// threads run needs a strand for its executor. Another io_context must not be destroyed while a task that awaits an
/// operation of it is cancelled; otherwise the operation ends with operation_aborted then.
struct awaited_t {};
inline constexpr awaited_t awaited{};

namespace detail {

template <class... Args>
struct io_result {
  using arguments = std::tuple<Args...>;
  static arguments& checked(arguments& all) { return all; }
};
template <class... Args>
struct io_result<boost::system::error_code, Args...> {
  using arguments = std::tuple<boost::system::error_code, Args...>;
  static std::tuple<Args...> checked(arguments& all) {
    if (std::get<0>(all)) throw boost::system::system_error{std::get<0>(all)};
    return std::apply([](auto&, auto&... rest) { return std::tuple<Args...>{std::move(rest)...}; }, all);
  }
};
template <class... Args>
struct io_result<std::exception_ptr, Args...> {
  using arguments = std::tuple<std::exception_ptr, Args...>;
  static std::tuple<Args...> checked(arguments& all) {
    if (std::get<0>(all)) std::rethrow_exception(std::get<0>(all));
    return std::apply([](auto&, auto&... rest) { return std::tuple<Args...>{std::move(rest)...}; }, all);
  }
};

template <class T>
constexpr bool is_aborted(const T& first) noexcept {
  if constexpr (std::is_same_v<T, boost::system::error_code>)
    return first == boost::asio::error::operation_aborted;
  else
    return false;
}
template <class... T>
constexpr bool is_aborted(const std::tuple<T...>& all) noexcept {
  if constexpr (sizeof...(T) == 0)
    return false;
  else
    return is_aborted(std::get<0>(all));
}

/// What is co_awaited. Args: what the operation completes with.
template <class Initiation, class Inputs, class... Args>
class io_operation final : io_wait {
 public:
  io_operation(Initiation start, Inputs inputs) : start_{std::move(start)}, inputs_{std::move(inputs)} {}

  bool await_ready() const noexcept { return false; }

  template <task_promise_type Promise>
  ACTORS_SUSPENDS bool await_suspend(std::coroutine_handle<Promise> point, await_place where = await_place::here()) {
    note_suspension(point, wait_kind::io, where);
    executor_.emplace(executor_of(start_));
    if (!begin(point.promise().party(), point)) return false;
    // The operation can end, and this object with it, before the initiation returns: it runs on copies.
    Initiation start{std::move(start_)};
    Inputs inputs{std::move(inputs_)};
    try {
      std::apply([&](auto&... input) { std::move(start)(handler{*this}, std::move(input)...); }, inputs);
    } catch (...) {
      failure_ = std::current_exception();  // the handler is gone, which has ended its step
    }
    started();
    return true;
  }

  auto await_resume() {
    throw_if_cancelled(results_.has_value() && is_aborted(*results_));
    if (failure_) std::rethrow_exception(failure_);
    auto&& given = io_result<Args...>::checked(*results_);
    using all = std::remove_cvref_t<decltype(given)>;
    if constexpr (std::tuple_size_v<all> == 0)
      return;
    else if constexpr (std::tuple_size_v<all> == 1)
      return std::tuple_element_t<0, all>{std::move(std::get<0>(given))};
    else
      return all{std::move(given)};
  }

 private:
  /// Asio moves it about; the operation it belongs to stays where it is. One that is dropped without having been called
  /// (its io_context is gone) ends the operation, too.
  class handler {
   public:
    using cancellation_slot_type = boost::asio::cancellation_slot;

    explicit handler(io_operation& self) noexcept : self_{&self} {}
    handler(handler&& other) noexcept : self_{std::exchange(other.self_, nullptr)} {}
    handler& operator=(handler&&) = delete;
    ~handler() {
      if (self_ != nullptr) self_->drop();
    }

    cancellation_slot_type get_cancellation_slot() const noexcept { return self_->signal_.slot(); }
    template <class... Given>
    void operator()(Given&&... given) {
      io_operation& op = *std::exchange(self_, nullptr);
      op.results_.emplace(std::forward<Given>(given)...);
      op.end_step();
    }

   private:
    io_operation* self_;
  };

  void drop() noexcept {
    failure_ = std::make_exception_ptr(boost::system::system_error{
        boost::asio::error::operation_aborted, "an awaited operation was dropped: its io_context is gone"});
    end_step();
  }

  // What is emitted runs where the operation's own handlers run, one after the other.
  void ask_to_cancel() override {
    auto emit = [this] {
      if (!results_ && !failure_) signal_.emit(boost::asio::cancellation_type::terminal);
      end_step();
    };
    boost::asio::post(*executor_, emit);
  }

  // Adaptors of tokens hide the object's executor: then it is taken to be that of the runtime.
  static auto executor_of(const Initiation& start) {
    if constexpr (requires { start.get_executor(); })
      return start.get_executor();
    else
      return io_context().get_executor();
  }

  Initiation start_;
  Inputs inputs_;
  std::optional<decltype(executor_of(std::declval<const Initiation&>()))> executor_;
  boost::asio::cancellation_signal signal_;
  std::optional<std::tuple<Args...>> results_;
  std::exception_ptr failure_;
};

}  // namespace detail

}  // namespace actors::inline v1

template <class... Args>
class boost::asio::async_result<actors::awaited_t, void(Args...)> {
 public:
  template <class Initiation, class... Inputs>
  static auto initiate(Initiation&& start, actors::awaited_t, Inputs&&... inputs) {
    using all = std::tuple<std::decay_t<Inputs>...>;
    return actors::detail::io_operation<std::decay_t<Initiation>, all, std::decay_t<Args>...>{
        std::forward<Initiation>(start), all{std::forward<Inputs>(inputs)...}};
  }
};
