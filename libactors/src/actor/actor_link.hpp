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
/// Where one has ended for good it is of use until the other one knows; then it leaves that one, too.
///
/// Locks: that of the link is taken before those of the two ends (`supervised::runs`), and before no other.
class actor_link {
 public:
  actor_link(const std::shared_ptr<supervised>& one, const std::shared_ptr<supervised>& other)
      : ends_{end{one}, end{other}} {}

  /// A run of `begins` has begun; null: the link was made while both may run.
  void put_up(const supervised* begins) noexcept;
  /// A run of `one` is over. An end that is not normal, or was asked for, ends the other's run.
  void run_ended(const supervised& one, const std::exception_ptr& failure, bool by_exit) noexcept;
  /// `one` has ended for good; null: normally. Ends the other's run, or the next one, unless it was told of that run.
  void ended(const supervised& one, const std::exception_ptr& failure) noexcept;
  /// The other end loses it.
  void leave(const supervised& one) noexcept;
  bool is_between(const supervised& one, const supervised& other) const noexcept {
    return (ends_[0].who == &one && ends_[1].who == &other) || (ends_[0].who == &other && ends_[1].who == &one);
  }

 private:
  struct end {
    explicit end(const std::shared_ptr<supervised>& one) noexcept : who{one.get()}, at{one} {}
    const supervised* who;  ///< to be compared
    std::weak_ptr<supervised> at;
    bool is_told_of = false;     ///< the other one knows of the last end of a run
    bool has_failed = false;     ///< for good
    std::exception_ptr failure;  ///< then
  };
  end& end_of(const supervised& one) noexcept { return ends_[ends_[0].who == &one ? 0 : 1]; }
  end& other_than(const end& one) noexcept { return ends_[&one == &ends_[0] ? 1 : 0]; }
  void tell(end& failed) noexcept;

  mutex lock_;
  bool is_up_ = false;
  end ends_[2];
};

}  // namespace actors::inline v1::detail
