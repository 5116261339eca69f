#include <actors/detail/scheduler.hpp>
#include <actors/detail/this_party.hpp>
#include <actors/team.hpp>

#include "../runtime/trace_events.hpp"
#include "actor_link.hpp"

#include <algorithm>
#include <exception>

namespace actors::inline v1 {

/// A team inside another one.
class detail::team_child final : public supervised {
 public:
  team_child(std::string name_of, supervised_as how, const supervision& its)
      : supervised{std::move(name_of), how}, inner{its} {
    inner.supervisor_.leave_open();
  }

  void prepare() override { inner.supervisor_.prepare(); }
  task<> work(run_note) override {
    begin();
    failure = nullptr;
    try {
      co_await inner.run_children();
    } catch (const cancelled&) {
      // One that was stopped by itself has ended normally.
      if (inner.supervisor_.was_cancelled()) failure = std::current_exception();
    } catch (...) {
      failure = std::current_exception();
    }
  }
  void drain() override { inner.drain(); }
  bool may_run_again() const noexcept override { return !inner.supervisor_.was_stopped(); }
  void end_run() noexcept override { inner.supervisor_.drop_prepared(); }
  void close() noexcept override { inner.supervisor_.close(); }
  void close_beside_run() noexcept override {}  // it is given the time that its own take, and never left to itself
  std::uint64_t lost() const noexcept override { return inner.supervisor_.lost(); }

  team inner;
};

team::team() : team{supervision{.max = 0}} {}
team::team(const supervision& how) : how_{how}, supervisor_{how} {}
team::~team() = default;

std::shared_ptr<detail::actor_cell> team::add(std::string name,
                                              detail::unique_function<std::unique_ptr<actor>()> factory,
                                              detail::supervised_as how) {
  if (name.empty()) {
    how.by_name = !started_.load(std::memory_order_acquire);
    name = "actor-" + std::to_string(named_.fetch_add(1, std::memory_order_relaxed) + 1);
  }
  auto cell = std::make_shared<detail::actor_cell>(std::move(name), how, std::move(factory));
  cell->made_by = this;
  cell->prepare();
  if (!started_.load(std::memory_order_acquire)) {
    cells_.reserve(cells_.size() + 1);
    supervisor_.add(cell);
    cells_.push_back(cell);
  }
  return cell;
}

bool team::start_child(const std::shared_ptr<detail::actor_cell>& one) {
  if (one->made_by != this) throw usage_error{"team::start: actor '" + one->name + "' was spawned by another team"};
  if (!started_.load(std::memory_order_acquire))
    throw usage_error{"actor '" + one->name + "' is started before its team: run() starts what was spawned before it"};
  if (!one->claim_start()) throw usage_error{"team::start: actor '" + one->name + "' was started before"};
  try {
    one->check_wiring();
    supervisor_.check_name(*one);
  } catch (...) {
    one->give_start_back();  // it can be wired, or another name become free
    throw;
  }
  one->finish_wiring();
  return supervisor_.start_child(one);
}

std::shared_ptr<detail::actor_cell> team::find_cell(std::string_view name) const {
  return std::dynamic_pointer_cast<detail::actor_cell>(supervisor_.find(name));
}

void link(const std::shared_ptr<detail::actor_cell>& one, const std::shared_ptr<detail::actor_cell>& other) {
  if (one == other) throw usage_error{"actor '" + one->name + "' is linked with itself"};
  const auto between = std::make_shared<detail::actor_link>(one, other);
  one->add_link(between);
  other->add_link(between);
  between->put_up(nullptr);
  for (const auto* each : {one.get(), other.get()})
    if (each->ended.is_set()) between->ended(*each, each->final_failure());  // else it tells the link itself
}

void unlink(const std::shared_ptr<detail::actor_cell>& one, const std::shared_ptr<detail::actor_cell>& other) {
  while (const std::shared_ptr<detail::actor_link> between = one->link_with(*other)) {
    between->leave(*one);
    one->drop_link(*between);
  }
}

team& team::supervise(const supervision& how, const actor_options& options) {
  check_not_started();
  std::string name{options.name};
  if (name.empty()) name = "team-" + std::to_string(teams_.size() + 1);
  auto made = std::make_shared<detail::team_child>(
      std::move(name), detail::supervised_as{.life = options.life, .stop_timeout = std::chrono::milliseconds::max()},
      how);
  supervisor_.add(made);
  return teams_.emplace_back(std::move(made))->inner;
}

void team::check_not_started() const {
  if (started_.load(std::memory_order_acquire))
    throw usage_error{"team::supervise after run: make the teams in a team before it runs"};
}

void team::check_wiring() const {
  for (const auto& each : teams_) each->inner.check_wiring();
  for (const auto& cell : cells_) cell->check_wiring();
}

void team::finish_wiring() {
  started_.store(true, std::memory_order_release);
  for (const auto& each : teams_) each->inner.finish_wiring();
  for (const auto& cell : cells_) cell->finish_wiring();
}

task<> team::run() {
  const detail::traced_stay traced{"team", detail::traced_stay::kind::team};
  if (started_.load(std::memory_order_acquire)) throw usage_error{"team::run was called before: a team runs once"};
  check_wiring();
  finish_wiring();
  co_await run_children();
}

task<> team::run_children() {
  co_await supervisor_.run();
  if (supervisor_.failed() != nullptr) {
    if (supervisor_.was_cancelled()) {
      // It is the failure that is thrown, and the caller is still to hear of its cancellation.
      detail::task_state& self = co_await detail::this_party{};
      self.put_cancel_back();
    }
    throw_failure();
  }
  if (supervisor_.was_stopped() || supervisor_.was_cancelled()) throw cancelled{};
}

// Before the start, too: what starts then is cancelled at once.
void team::drain() { supervisor_.drain(); }

void team::stop() { supervisor_.stop(); }

std::vector<std::string> team::running() const {
  std::vector<std::string> names;
  for (const actor_report& each : reports()) {
    if (each.state == actor_state::running || each.state == actor_state::stopping ||
        each.state == actor_state::restarting)
      names.push_back(each.name);
  }
  return names;
}

// What is inside of a team follows it, with its name in front.
std::vector<actor_report> team::reports() const {
  std::vector<actor_report> found;
  for (actor_report& each : supervisor_.reports()) {
    const auto inside =
        std::find_if(teams_.begin(), teams_.end(), [&](const auto& one) { return one->name == each.name; });
    found.push_back(std::move(each));
    if (inside == teams_.end()) continue;
    for (actor_report& below : (*inside)->inner.reports()) {
      below.name = (*inside)->name + '/' + below.name;
      found.push_back(std::move(below));
    }
  }
  return found;
}

void team::throw_failure() const {
  const detail::supervised& failed = *supervisor_.failed();
  std::string after;
  if (how_.max != 0) after = supervisor_.reason_to_give_up();
  try {
    std::rethrow_exception(supervisor_.failure());
  } catch (const std::exception& fault) {
    std::throw_with_nested(actor_failed{failed.name, fault.what() + after});
  } catch (const cancelled&) {
    std::throw_with_nested(actor_failed{failed.name, "it was cancelled" + after});
  } catch (...) {
    std::throw_with_nested(actor_failed{failed.name, "an exception that is not a std::exception" + after});
  }
}

}  // namespace actors::inline v1
