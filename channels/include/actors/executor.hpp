// executor: where something runnable is sent so that it runs later. The first of the two protocols channels rest on.
#pragma once

#include <actors/detail/link.hpp>

namespace actors::inline v1 {

/// Something that can be run once: an intrusive node, so that scheduling it allocates nothing.
///
/// Between `executor::post` and the call of `run` the node belongs to the executor; nobody else may touch `next`.
struct runnable {
  detail::link next;                          ///< owned by the queue that holds the node
  void (*run)(runnable&) noexcept = nullptr;  ///< called by the executor, once per post
};

/// Runs what is posted to it, later and on a thread of its choice.
class executor {
 public:
  /// Queues `work` to run soon. Never fails, never runs it inline. Any thread.
  virtual void post(runnable& work) noexcept = 0;

  /// Queues `work` behind everything that is ready: used by a party that steps back so that others get a turn.
  virtual void post_last(runnable& work) noexcept { post(work); }

 protected:
  executor() = default;
  executor(const executor&) = default;
  executor& operator=(const executor&) = default;
  ~executor() = default;
};

}  // namespace actors::inline v1
