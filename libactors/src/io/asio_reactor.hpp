// asio_reactor: the reactor of a runtime: Asio's io_context, and a clock that ends its waits on time.
#pragma once

#include "../runtime/reactor.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstdint>
#include <memory>

namespace actors::inline v1::detail {

/// Waits end by a timerfd of our own: run_one_until wakes every second, and knows milliseconds only. An interruption is
/// `io_context::stop`, which allocates nothing and is forgotten by `restart`.
class asio_reactor final : public reactor {
 public:
  /// Throws boost::system::system_error where the system has no descriptor left.
  asio_reactor();

  static std::unique_ptr<reactor> make() { return std::make_unique<asio_reactor>(); }

  boost::asio::io_context& context() noexcept { return context_; }

  void poll() noexcept override;
  void wait(std::int64_t deadline) noexcept override;
  void interrupt() noexcept override { context_.stop(); }
  void forget_interrupts() noexcept override { context_.restart(); }

 private:
  // How many completions one look runs at most: others wait for the worker, too.
  static constexpr unsigned most_completions = 64;

  void set_alarm(std::int64_t deadline) noexcept;
  void wait_for_alarm();
  template <class Step>
  std::size_t run_guarded(Step step) noexcept;

  boost::asio::io_context context_;
  boost::asio::posix::stream_descriptor alarm_;
  std::int64_t alarm_at_ = INT64_MAX;  ///< what the timerfd is set to; INT64_MAX: it is not
};

}  // namespace actors::inline v1::detail
