#include <actors/detail/debug_mode.hpp>
#include <actors/detail/debugger_entry.hpp>
#include <actors/detail/task_state.hpp>
#include <actors/detail/task_watch.hpp>
#include <actors/join_handle.hpp>
#include <actors/sync/mutex.hpp>
#include <actors/task_group.hpp>

#include "../runtime/frame_region.hpp"
#include "../runtime/frame_roots.hpp"
#include "../runtime/large_frames.hpp"
#include "../runtime/thread_context.hpp"
#include "../runtime/worker.hpp"
#include "../runtime/worker_scheduler.hpp"
#include "../tasks/task_extras.hpp"

#include <array>
#include <cstddef>

namespace actors::inline v1::detail {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"

/// The names are those of the classes and their members. What has a completion is found by its address: places in it
/// (of `extras`, `join`, `watch.owner`, `group.owner`) are counted from there.
struct task_offsets {
  static constexpr const char* a_source_of_the_library = __FILE__;
  using large_list = decltype(large_frames::all_);

  static constexpr std::array table = std::to_array<debugger_entry>({
      {"entries", 54},
      {"version", 1},
      {"a_header", static_cast<const void*>(a_header_of_the_library)},
      {"a_source", static_cast<const void*>(a_source_of_the_library)},
      {"roots", &pool_roots},
      {"roots.regions", offsetof(frame_roots, regions)},
      {"roots.large", offsetof(frame_roots, large)},
      {"regions.first", offsetof(frame_regions, all_) + offsetof(frame_regions::region_list, first_)},
      {"region.next", offsetof(frame_region, next)},
      {"region.pages", offsetof(frame_region, pages)},
      {"region.page_count", frame_region::page_count},
      {"region.free", offsetof(frame_region, free)},
      {"region.bytes", frame_region::bytes},
      {"page.bytes", sizeof(frame_page)},
      {"page.blocks", offsetof(frame_page, blocks)},
      {"page.handed_out", offsetof(frame_page, handed_out)},
      {"page.block_bytes", offsetof(frame_page, block_bytes)},
      {"large.first", offsetof(large_frames, all_) + offsetof(large_list, first_)},
      {"large.next", offsetof(large_frames::header, next)},
      {"large.offset", large_frames::offset},
      {"task.bytes", sizeof(task_state)},
      {"task.next", offsetof(task_state, next)},
      {"task.home", offsetof(task_state, home)},
      {"task.resume_point", offsetof(task_state, resume_point_)},
      {"task.marks", offsetof(task_state, marks_)},
      {"task.nature", offsetof(task_state, nature_)},
      {"task.references", offsetof(task_state, references_)},
      {"task.shape", offsetof(task_state, shape_)},
      {"task.status", offsetof(task_state, status_)},
      {"task.at", offsetof(task_state, at_)},
      {"task.completions", offsetof(task_state, completions_)},
      {"task.party", offsetof(task_state, party_)},
      {"task.listed", task_state::listed},
      {"task.frame_unit", task_state::frame_unit},
      {"task.spawned_at", 2 * sizeof(void*)},
      {"completions.word", offsetof(completion_list, word_)},
      {"completion.next", offsetof(completion, next)},
      {"completion.done", offsetof(completion, done)},
      {"done.extras", &task_extras::on_done},
      {"done.join", &join_wait::on_done},
      {"done.watch", &task_watch::on_done},
      {"done.group", &task_group::on_done},
      {"extras.name", offsetof(task_extras, name_) - offsetof(task_extras, next)},
      {"join.who", offsetof(join_wait, who_) - offsetof(join_wait, next)},
      {"watch.owner", offsetof(task_watch::member, owner) - offsetof(task_watch::member, next)},
      {"watch.party", offsetof(task_watch, party_)},
      {"group.owner", offsetof(task_group::child, group) - offsetof(task_group::child, next)},
      {"group.party", offsetof(task_group, party_)},
      {"lane.owner", sizeof(executor)},
      {"scheduler.workers", offsetof(worker_scheduler, workers_)},
      {"worker.context", offsetof(worker, context_)},
      {"context.running", offsetof(thread_context, running)},
      {"mutex.lock", offsetof(actors::mutex, room_) + offsetof(wait_room, lock)},
      {"mutex.holder", offsetof(actors::mutex, holder_)},
  });
  static_assert(table.size() == table[0].value);
};

#pragma GCC diagnostic pop

}  // namespace actors::inline v1::detail

[[gnu::used, gnu::retain]] constinit const actors::detail::debugger_entry* const actors_debugger_tasks =
    actors::detail::task_offsets::table.data();
