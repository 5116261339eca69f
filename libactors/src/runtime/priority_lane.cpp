#include "priority_lane.hpp"

#include "worker_scheduler.hpp"

namespace actors::inline v1::detail {

priority_lane::priority_lane(worker_scheduler& where) noexcept : lane{where}, where_{where} {}

void priority_lane::post(runnable& work) noexcept { where_.post_from_outside(queue_, work); }

}  // namespace actors::inline v1::detail
