// watched_worker: the workers of the process, whose turns may have to be looked at closer from any moment on.
#pragma once

namespace actors::inline v1::detail {

struct thread_context;
struct turn_record;

/// On the stack of a worker's loop. While somebody looks at the turns, `thread_context::turns` is the record; that is
/// set, and taken away, by the one who begins to look, too: under the lock of the list of workers, as long as the
/// worker is in there. A turn looks at it once, at its beginning (relaxed: it may come a turn too late).
class watched_worker {
 public:
  watched_worker(thread_context& context, turn_record& record) noexcept;
  ~watched_worker();
  watched_worker(const watched_worker&) = delete;
  watched_worker& operator=(const watched_worker&) = delete;

  /// From now on the turns of all workers are traced, or not any more.
  static void trace_all(bool traced) noexcept;

 private:
  void update() noexcept;

  thread_context& context_;
  turn_record& record_;
  watched_worker* next_ = nullptr;
  watched_worker* prev_ = nullptr;
};

}  // namespace actors::inline v1::detail
