#include "take_snapshot.hpp"

#include <actors/detail/channel_core.hpp>
#include <actors/detail/peek.hpp>
#include <actors/detail/task_watch.hpp>
#include <actors/detail/wait_source.hpp>
#include <actors/join_handle.hpp>
#include <actors/task_group.hpp>

#include "../runtime/place_text.hpp"
#include "../runtime/platform.hpp"
#include "../runtime/worker.hpp"
#include "../tasks/debug_mode.hpp"
#include "../tasks/error_way.hpp"
#include "../tasks/task_extras.hpp"
#include "cycle_check.hpp"
#include "source_ranges.hpp"
#include "task_peek.hpp"
#include "wait_cycles.hpp"
#include "wait_sources.hpp"

#include <algorithm>
#include <mutex>
#include <string_view>
#include <unordered_map>

namespace actors::inline v1::detail {

snapshot_id id_of(const void* of) noexcept { return static_cast<snapshot_id>(reinterpret_cast<std::uintptr_t>(of)); }

namespace {

snapshot_place place_of(place_ref place) {
  if (!place) return {};
  return {function_name(place), place.record()->file, place.record()->line};
}

object_snapshot object_of(const source_report& from) {
  object_snapshot made;
  made.type = from.type;
  made.id = id_of(from.address);
  made.name = from.name_text();
  made.made_at = place_of(from.made_at);
  made.size = from.size;
  made.capacity = from.capacity;
  made.senders = from.senders;
  made.receivers = from.receivers;
  made.closed = from.closed;
  made.unread = from.unread;
  made.holder = id_of(from.holder);
  return made;
}

/// Finds the coroutines of tasks.
class stack_reader {
 public:
  stack_reader() : places{source_ranges::of_process()} {}

  /// Adds the stack of a task, the innermost coroutine first. Gives what that waits for: it is the one that knows.
  /// Nothing where the task awaits a coroutine that is not known (any more, or yet).
  std::optional<wait_kind> read(const task_state& task, const task_view& at, std::vector<snapshot_place>& into) {
    chain_.clear();
    if (!parts.chain_of(task, at, chain_)) return std::nullopt;
    for (const part_view& each : chain_) add(each.at, into);
    add(at.at, into);
    return chain_.empty() ? at.at.what() : chain_.front().at.what();
  }

  const source_ranges places;
  part_list parts;

 private:
  // As in the traces of errors, the library's own coroutines are left out.
  void add(const wait_place& at, std::vector<snapshot_place>& into) {
    const place_ref place = places.known(at.place());
    if (place && !is_of_the_library(place.record()->file, a_header_of_the_library)) into.push_back(place_of(place));
  }
  std::vector<part_view> chain_;
};

class survey {
 public:
  explicit survey(worker_scheduler& of) : of_{of}, here_{of} {}

  runtime_snapshot take() {
    look_at_workers();
    coroutines_.parts.collect();
    of_.tasks.for_each([](task_state& task, void* self) { static_cast<survey*>(self)->add(task); }, this);
    look_at_channels();
    tell_who_awaits();
    for (wait_cycle& each : find_wait_cycles(found_.tasks, waits_))
      if (goes_on(each)) found_.cycles.push_back(std::move(each));
    return std::move(found_);
  }
  std::vector<wait_kind> take_waits() { return std::move(waits_); }

 private:
  void look_at_workers() {
    for (unsigned i = 0; i != of_.workers(); ++i) {
      worker_snapshot one;
      one.index = i;
      const task_state* const running = of_.running_on(i);
      one.running = id_of(running);
      one.asleep = of_.sleeps(i);
      if (running != nullptr) running_[running] = i;
      if (const std::span<turn_record> records = of_.turn_records(); !records.empty()) {
        const std::lock_guard guard{records[i].lock};
        if (records[i].now.since != 0) one.held_for = std::chrono::nanoseconds{clock_now() - records[i].now.since};
      }
      found_.workers.push_back(std::move(one));
    }
    const blocking_statistics calls = of_.calls().statistics();
    found_.pool = {calls.threads, calls.running, calls.queued};
  }

  // As it was between two looks at it that are the same. One that does not come to rest is told without its wait.
  void add(task_state& task) {
    task_snapshot one;
    one.id = id_of(&task);
    one.cancelled = task.cancel_requests() != 0;
    if (!task.is_call()) one.spawned_at = place_of(coroutines_.places.known(task.spawned_at()));
    if (task_extras* const extras = task_extras::find_now(task)) {
      one.name = extras->known_name();
      if (debug_mode() && extras->last_turn() != 0)
        one.idle_for = std::chrono::nanoseconds{std::max<std::int64_t>(clock_now() - extras->last_turn(), 0)};
    }
    look_at_awaiters(task, one);
    wait_kind what = wait_kind::unknown;
    if (task.is_call())
      one.activity = task_activity::running;
    else
      what = look_at_wait(task, one);
    if (waits_for_all(what) || what == wait_kind::lock_mutex)
      kept_.emplace(one.id, kept_task{task_ref{&task}, &task, what == wait_kind::lock_mutex});
    found_.tasks.push_back(std::move(one));
    waits_.push_back(what);
  }

  wait_kind look_at_wait(task_state& task, task_snapshot& one) {
    for (unsigned attempt = 0; attempt != 3;) {
      const task_view before = task_peek::look_at(task);
      one.stack.clear();
      one.object.reset();
      one.waits_for.clear();
      const std::optional<wait_kind> found = coroutines_.read(task, before, one.stack);
      if (!found && before.waits && walks_left_ != 0) {
        // It has awaited something since the frames were looked at.
        --walks_left_;
        coroutines_.parts.collect();
        continue;
      }
      ++attempt;
      const wait_kind what = found.value_or(wait_kind::unknown);
      source_report source;
      if (before.waits) {
        struct looker {
          wait_kind what;
          source_report& into;
        } context{what, source};
        task.visit_lock(
            [](const wait_lock& lock, void* self) {
              auto& to = *static_cast<looker*>(self);
              describe_source(to.what, lock, to.into);
            },
            &context);
      }
      const auto on = running_.find(&task);
      one.activity = before.waits           ? task_activity::waiting
                     : on != running_.end() ? task_activity::running
                                            : task_activity::ready;
      one.worker = one.activity == task_activity::running ? static_cast<int>(on->second) : -1;
      if (!(task_peek::look_at(task) == before)) continue;
      if (before.waits) {
        one.waits_for = text_of(what);
        if (*source.type != '\0') {
          one.object = object_of(source);
        }
        if (what == wait_kind::select || what == wait_kind::select_set) selecting_[&task] = found_.tasks.size();
      }
      return before.waits ? what : wait_kind::unknown;
    }
    one.stack.clear();
    one.object.reset();
    one.activity = task_activity::running;
    return wait_kind::unknown;
  }

  // Who waits for the end of a task has an entry in its list.
  void look_at_awaiters(task_state& task, task_snapshot& one) {
    struct looker {
      std::vector<const void*> parties{};
      bool thread = false;
    } found;
    found.parties.reserve(16);
    task.completions().visit(
        [](const completion& entry, void* context) {
          auto& into = *static_cast<looker*>(context);
          const awaiter_note note = awaiter_of(entry);
          if (note.is_thread) into.thread = true;
          // With the lock of the list: no memory is asked for.
          if (note.party != nullptr && into.parties.size() != into.parties.capacity())
            into.parties.push_back(note.party);
        },
        &found);
    for (const void* const each : found.parties) one.awaited_by.push_back(id_of(each));
    one.awaited_by_thread = found.thread;
  }

  void tell_who_awaits() {
    std::unordered_map<snapshot_id, std::size_t> places;
    for (std::size_t i = 0; i != found_.tasks.size(); ++i) places[found_.tasks[i].id] = i;
    for (const task_snapshot& each : found_.tasks) {
      for (const snapshot_id party : each.awaited_by)
        if (const auto place = places.find(party); place != places.end())
          found_.tasks[place->second].awaits.push_back(each.id);
    }
  }

  void look_at_channels() {
    std::vector<source_report> reports;
    channel_entry::for_each([&](const channel_entry& channel) {
      source_report report;
      if (channel.type() == channel_type::channel)
        look_at_channel(static_cast<const channel_core&>(channel), report);
      else
        look_at_channel(static_cast<const wait_source&>(channel), report);
      reports.push_back(report);
    });
    for (const source_report& each : reports) found_.channels.push_back(object_of(each));
    for (const auto& [index, of] : alternatives_) found_.tasks[index].alternatives.push_back(object_of(reports[of]));
    std::sort(found_.channels.begin(), found_.channels.end(),
              [](const object_snapshot& a, const object_snapshot& b) { return a.id < b.id; });
  }

  // The tasks were looked at one after the other: what they were found to wait for may be of different moments.
  bool goes_on(const wait_cycle& cycle) {
    std::vector<wait_edge> edges;
    for (std::size_t i = 0; i != cycle.tasks.size(); ++i) {
      const auto who = kept_.find(cycle.tasks[i]);
      const auto whom = kept_.find(cycle.tasks[(i + 1) % cycle.tasks.size()]);
      if (who == kept_.end() || whom == kept_.end()) return false;
      edges.push_back({who->second.task, whom->second.task, who->second.at_mutex});
    }
    return wait_at_once(edges);
  }

  // Where a select waits is known to the channels alone.
  template <class Channel>
  void look_at_channel(const Channel& channel, source_report& report) {
    channel.describe(report);
    if (!selecting_.empty())
      channel.visit_waiters([](const wait_node& node, void* self) { static_cast<survey*>(self)->note_waiter(node); },
                            this);
    for (const std::size_t each : met_) alternatives_.emplace_back(each, channels_seen_);
    met_.clear();
    ++channels_seen_;
  }
  void note_waiter(const wait_node& node) {
    if (!node.by_word) return;
    if (const auto place = selecting_.find(static_cast<const task_state*>(node.who)); place != selecting_.end())
      met_.push_back(place->second);
  }

  worker_scheduler& of_;
  const visit_note here_;  ///< this thread may be the last owner of a task
  stack_reader coroutines_;
  unsigned walks_left_ = 8;       ///< over all frames
  std::vector<wait_kind> waits_;  ///< of the tasks found, in their order
  /// Those that wait for others, so that their addresses stay theirs.
  struct kept_task {
    task_ref ref;
    task_state* task;
    bool at_mutex;
  };
  std::unordered_map<snapshot_id, kept_task> kept_;
  std::unordered_map<const task_state*, unsigned> running_;
  std::unordered_map<const task_state*, std::size_t> selecting_;
  std::vector<std::size_t> met_;
  std::vector<std::pair<std::size_t, std::size_t>> alternatives_;  ///< a task that selects, and a channel
  std::size_t channels_seen_ = 0;
  runtime_snapshot found_;
};

}  // namespace

runtime_snapshot take_snapshot(worker_scheduler& of, std::vector<wait_kind>* waits) {
  survey all{of};
  runtime_snapshot taken = all.take();
  if (waits != nullptr) *waits = all.take_waits();
  return taken;
}

std::vector<snapshot_place> stack_of(const task_state& task) {
  stack_reader coroutines;
  coroutines.parts.collect(task);
  std::vector<snapshot_place> stack;
  coroutines.read(task, task_peek::look_at(task), stack);
  return stack;
}

}  // namespace actors::inline v1::detail
