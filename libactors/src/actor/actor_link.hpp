// actor_link: two actors that end together.
#pragma once

#include <actors/detail/supervised.hpp>
#include <actors/detail/threads.hpp>

#include <exception>
#include <memory>
#include <mutex>

namespace actors::inline v1::detail {

/// Erlang's link, between runs: it is up while both run, and goes down with the first of them that ends; what that
/// causes at the other end is not sent back. A restart puts it up again, once both run that nobody has asked to exit.
///
/// Locks: that of the link is taken before those of the two ends (`supervised::runs`), and before no other.
class actor_link {
 public:
  actor_link(const std::shared_ptr<supervised>& one, const std::shared_ptr<supervised>& other) : ends_{one, other} {}

  /// A run of one of them has begun, or one has failed for good, or the link was made while both may run. Where one has
  /// failed for good, and that was not told, the other's run ends.
  void put_up() noexcept;
  /// A run of `one` is over. An end that is not normal, or was asked for, ends the other's run.
  void run_ended(const supervised& one, const std::exception_ptr& failure, bool by_exit) noexcept;

 private:
  mutex lock_;
  bool is_up_ = false;
  bool is_told_ = false;  ///< the last failure, since it was up
  const std::weak_ptr<supervised> ends_[2];
};

}  // namespace actors::inline v1::detail
