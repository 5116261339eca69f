// In place of the library's header of this name: the lock of the model checker, which knows when it was freed.
#pragma once

#include "../../../shared.hpp"

namespace model {

/// Where given: set by the thread that makes all locks, at its beginning.
inline const plain<int>* locks_are_made = nullptr;

}  // namespace model

namespace actors::inline v1::detail {

inline void prefetch_for_writing(const void*) noexcept {}

class spin_lock {
 public:
  void lock() {
    if (model::locks_are_made != nullptr)
      model::expect(model::locks_are_made->get() == 1, "a lock is taken by one who does not see how it was made");
    model::expect(freed_.get() == 0, "the lock of a source that is gone is taken");
    lock_.lock();
  }
  void unlock() {
    model::expect(freed_.get() == 0, "the lock of a source that is gone is given back");
    uses_.set(uses_.get() + 1);
    uses_seen_.set(uses_.get());
    lock_.unlock();
  }
  void free() {
    model::expect(uses_.get() == uses_seen_.get(), "a source is freed by one who has not seen what others did there");
    freed_.set(1);
  }

 private:
  model::spin_lock lock_;
  model::guarded<int> freed_{0};
  model::guarded<int> uses_{0};
  model::plain<int> uses_seen_{0};  ///< as far as a thread can see
};

}  // namespace actors::inline v1::detail
