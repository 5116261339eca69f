#include "task_peek.hpp"

#include <actors/detail/frame_pool.hpp>
#include <actors/detail/peek.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <tuple>

namespace actors::inline v1::detail {

// Not by the atomic variable itself: that of a head which is just being made is written like any other.
task_status task_peek::status_of(const task_state& task) noexcept {
#if ACTORS_SIMULATION
  return unseen(task.status_).load(std::memory_order_relaxed);
#else
  static_assert(sizeof(task.status_) == sizeof(task_status));
  return peek(reinterpret_cast<const task_status&>(task.status_));
#endif
}

bool task_peek::look_at_part(const task_state& head, part_view& into) noexcept {
  const auto nature = peek(head.nature_);
  if (nature.role != task_state::role::part || status_of(head) > task_status::pending) return false;
  into.head = &head;
  into.frame = frame_of(head);
  into.party = peek(head.party_);
  into.awaiting = peek(head.resume_point_).address();
  into.at = peek(head.at_);
  return true;
}

task_view task_peek::look_at(const task_state& task) noexcept {
  task_view found;
  found.waits = task.waits();
  found.filtered = (peek(task.marks_) & 1) != 0;
  found.resume_point = peek(task.resume_point_).address();
  found.at = peek(task.at_);
  return found;
}

const void* task_peek::frame_of(const task_state& task) noexcept {
  return reinterpret_cast<const std::byte*>(&task) +
         std::size_t{peek(task.shape_).frame_units} * task_state::frame_unit;
}

namespace {

struct by_task {
  bool operator()(const part_view& a, const part_view& b) const noexcept {
    const std::less<> before;
    if (a.party != b.party) return before(a.party, b.party);
    return before(a.head, b.head);
  }
  bool operator()(const part_view& a, const task_state* b) const noexcept { return std::less<>{}(a.party, b); }
  bool operator()(const task_state* a, const part_view& b) const noexcept { return std::less<>{}(a, b.party); }
};

}  // namespace

void part_list::collect() {
  parts_.clear();
  for_each_frame([this](void* head) {
    part_view found;
    if (task_peek::look_at_part(*static_cast<const task_state*>(head), found)) parts_.push_back(found);
  });
  std::sort(parts_.begin(), parts_.end(), by_task{});
}

void part_list::collect(const task_state& of) {
  parts_.clear();
  for_each_frame([&](void* head) {
    part_view found;
    if (task_peek::look_at_part(*static_cast<const task_state*>(head), found) && found.party == &of)
      parts_.push_back(found);
  });
  std::sort(parts_.begin(), parts_.end(), by_task{});
}

part_list::range part_list::parts_of(const task_state& task) const noexcept {
  const auto [begin, end] = std::equal_range(parts_.begin(), parts_.end(), &task, by_task{});
  return {begin, end};
}

bool part_list::chain_of(const task_state& task, const task_view& at, std::vector<part_view>& into) const {
  const range own = parts_of(task);
  const void* const outermost = task_peek::frame_of(task);
  const auto with_frame = [&](const void* frame) {
    return std::find_if(own.begin, own.end, [frame](const part_view& each) { return each.frame == frame; });
  };
  const void* frame = at.resume_point;
  if (!at.waits) {
    // Of one that runs: the part that no other one says is awaiting it.
    frame = outermost;
    for (auto each = own.begin; each != own.end; ++each) {
      const bool awaits =
          std::any_of(own.begin, own.end, [&](const part_view& other) { return other.awaiting == each->frame; });
      if (!awaits) frame = each->frame;
    }
  } else if (at.filtered) {
    // The awaiter lies in the frame of the innermost one: in the block with the greatest address below it.
    const std::less<> before;
    const task_state* below = before(&task, at.resume_point) ? &task : nullptr;
    for (auto each = own.begin; each != own.end; ++each)
      if (before(each->head, at.resume_point) && (below == nullptr || before(below, each->head))) below = each->head;
    if (below == nullptr) return false;
    frame = task_peek::frame_of(*below);
  }
  const auto most = static_cast<std::size_t>(own.end - own.begin);
  for (std::size_t depth = 0; frame != outermost; ++depth) {
    const auto found = with_frame(frame);
    if (found == own.end || depth == most) return false;
    into.push_back(*found);
    frame = found->awaiting;
  }
  return true;
}

}  // namespace actors::inline v1::detail
