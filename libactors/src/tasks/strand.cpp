#include <actors/runtime.hpp>
#include <actors/strand.hpp>

#include "strand_lane.hpp"

namespace actors::inline v1 {

namespace {

detail::lane& lane_of_caller() {
  detail::lane& here = detail::need_lane("a strand");
  return here.is_strand() ? static_cast<detail::strand_lane&>(here).below() : here;
}

}  // namespace

strand::strand() : lane_{new detail::strand_lane{lane_of_caller()}} {}

strand::strand(priority among) : lane_{new detail::strand_lane{detail::need_scheduler("a strand").lane_of(among)}} {}

strand::strand(runtime& where, priority among) : lane_{new detail::strand_lane{where.scheduler().lane_of(among)}} {}

strand::strand(const strand& other) noexcept : lane_{other.lane_} { lane_->retain(); }

strand::~strand() { lane_->release(); }

bool strand::runs_here() const noexcept {
  const detail::task_state* running = detail::current_task_state();
  return running != nullptr && running->home == lane_;
}

detail::lane& strand::lane() const noexcept { return *lane_; }

}  // namespace actors::inline v1
