#include "wait_cycles.hpp"

#include <algorithm>
#include <cstddef>
#include <unordered_map>

namespace actors::inline v1::detail {

bool waits_for_all(wait_kind what) noexcept {
  switch (what) {
    case wait_kind::join_task:
    case wait_kind::gather:
    case wait_kind::group:
    case wait_kind::shield:
      return true;
    default:
      return false;
  }
}

namespace {

/// A walk through all tasks in depth first order. A wait that leads back to a task on the way closes a cycle.
class cycle_search {
 public:
  cycle_search(const std::vector<task_snapshot>& tasks, const std::vector<wait_kind>& waits)
      : tasks_{tasks}, waits_{waits}, marks_(tasks.size(), mark::fresh) {
    for (std::size_t i = 0; i != tasks.size(); ++i) places_[tasks[i].id] = i;
  }

  std::vector<wait_cycle> run() {
    for (std::size_t i = 0; i != tasks_.size(); ++i)
      if (marks_[i] == mark::fresh) walk_from(i);
    return std::move(found_);
  }

 private:
  enum class mark : std::uint8_t { fresh, on_way, done };
  struct step {
    std::size_t task;
    std::size_t next = 0;  ///< which of its waits comes next
  };

  // The waits of a task by number; none where there are no more.
  static constexpr auto none = static_cast<std::size_t>(-1);
  std::size_t target_of(const step& at) const {
    const task_snapshot& task = tasks_[at.task];
    if (waits_[at.task] == wait_kind::lock_mutex)
      return at.next == 0 && task.object && task.object->holder != 0 ? place_of(task.object->holder) : none;
    if (!waits_for_all(waits_[at.task]) || at.next >= task.awaits.size()) return none;
    return place_of(task.awaits[at.next]);
  }
  std::size_t place_of(snapshot_id id) const {
    const auto found = places_.find(id);
    return found != places_.end() ? found->second : none;
  }

  void walk_from(std::size_t first) {
    std::vector<step> way{{first}};
    marks_[first] = mark::on_way;
    while (!way.empty()) {
      const std::size_t target = target_of(way.back());
      if (target == none) {
        marks_[way.back().task] = mark::done;
        way.pop_back();
        continue;
      }
      ++way.back().next;
      if (marks_[target] == mark::fresh) {
        marks_[target] = mark::on_way;
        way.push_back({target});
      } else if (marks_[target] == mark::on_way) {
        note_cycle(way, target);
      }
    }
  }

  void note_cycle(const std::vector<step>& way, std::size_t target) {
    auto from = std::find_if(way.begin(), way.end(), [&](const step& each) { return each.task == target; });
    wait_cycle cycle;
    for (; from != way.end(); ++from) {
      // One that is in another cycle already is told there.
      if (std::find(told_.begin(), told_.end(), from->task) != told_.end()) return;
      cycle.tasks.push_back(tasks_[from->task].id);
    }
    for (const snapshot_id each : cycle.tasks) told_.push_back(place_of(each));
    found_.push_back(std::move(cycle));
  }

  const std::vector<task_snapshot>& tasks_;
  const std::vector<wait_kind>& waits_;
  std::vector<mark> marks_;
  std::unordered_map<snapshot_id, std::size_t> places_;
  std::vector<std::size_t> told_;
  std::vector<wait_cycle> found_;
};

}  // namespace

std::vector<wait_cycle> find_wait_cycles(const std::vector<task_snapshot>& tasks, const std::vector<wait_kind>& waits) {
  return cycle_search{tasks, waits}.run();
}

}  // namespace actors::inline v1::detail
