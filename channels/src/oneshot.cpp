#include <actors/detail/oneshot_state.hpp>

namespace actors::inline v1::detail {

bool oneshot_core::refuse(bool all) noexcept {
  wake_batch woken;
  bool left = false;
  {
    const wait_lock::hold guard{lock_};
    receivers_ = 0;
    end(nullptr, woken);
    claim_all(deserted_, wait_outcome::delivered, woken);
    if (all) left = take() == channel_step::done;
  }
  woken.wake_all();
  return left;
}

}  // namespace actors::inline v1::detail
