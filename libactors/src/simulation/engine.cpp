#include "engine.hpp"

#include <actors/detail/wait_lock.hpp>

#include "death_note.hpp"
#include "recipe.hpp"
#include "stack_store.hpp"

#include <algorithm>
#include <limits>
#include <mutex>
#include <system_error>

namespace actors::inline v1::detail {

namespace {

thread_local engine* running_engine = nullptr;

constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

}  // namespace

[[gnu::noinline]] engine* engine::running() noexcept { return running_engine; }

engine::engine(const simulation_options& options, chooser& strategy)
    : stack_bytes_{stack_store::whole_pages(options.stack_bytes)},
      strategy_{strategy},
      limit_{options.max_points},
      history_{options.history} {}

// Threads that did not come to an end are left where they stand, for ever.
engine::~engine() {
  static std::mutex lock;
  static auto& left = *new std::vector<std::unique_ptr<virtual_thread>>;
  for (std::unique_ptr<virtual_thread>& each : threads_) {
    if (each->now == virtual_thread::state::ended) continue;
    each->runs_on->abandon();
    const std::lock_guard guard{lock};
    left.push_back(std::move(each));
  }
}

void engine::run(void (*body)(void*) noexcept, void* argument) {
  const death_note note{strategy_.recipe()};
  wait_lock::forget_all_threads();
  current_ = &add_thread(body, argument);
  current_->name = "main";
  running_engine = this;
  home_.switch_to(*current_->runs_on);
  running_engine = nullptr;
}

virtual_thread& engine::add_thread(void (*body)(void*) noexcept, void* argument) {
  auto added = std::make_unique<virtual_thread>();
  added->number = static_cast<unsigned>(threads_.size());
  added->name = "thread-" + std::to_string(added->number);
  added->body = body;
  added->argument = argument;
  added->runs_on.emplace(stack_bytes_, &enter, added.get());
  live_.push_back(added.get());
  threads_.push_back(std::move(added));
  return *threads_.back();
}

virtual_thread& engine::start(void (*body)(void*) noexcept, void* argument) {
  if (starts_before_refusals_ != 0) {
    --starts_before_refusals_;
  } else if (refusals_ != 0) {
    --refusals_;
    static_cast<void>(wait(&refusals_, clock_ + refusal_time, {"start of a thread", 0, {}}));
    throw std::system_error{std::make_error_code(std::errc::resource_unavailable_try_again),
                            "the simulation was told to start no thread"};
  }
  return add_thread(body, argument);
}

void engine::task_started(task_state& task) {
  tasks_.started(task, current_->context.running);
  note_event({"start ", 0, {}}, tasks_.name_of(tasks_.number_of(&task)));
}

void engine::task_ended(const task_state& task) {
  note_event({"end", 0, {}});
  tasks_.ended(task);
}

void engine::task_comes_to(const waiter& who, const coming_step& step) {
  tasks_.comes_to(static_cast<const task_state&>(who), step);
  note_event(step);
}

void engine::note_event(const coming_step& step, std::string name) {
  const unsigned task = tasks_.number_of(current_->context.running);
  history_.add_event({points_, current_->number, task, step, std::move(name)});
}

void engine::give_up(simulation_failure::reason why, std::string text, std::exception_ptr error) noexcept {
  fail(why, std::move(text), std::move(error));
  over_ = true;
}

void engine::enter(void* argument) noexcept {
  auto& self = *static_cast<virtual_thread*>(argument);
  self.body(self.argument);
  running_engine->end_thread();
}

void engine::end_thread() noexcept {
  virtual_thread& self = *current_;
  self.now = virtual_thread::state::ended;
  live_.erase(std::find(live_.begin(), live_.end(), &self));
  if (self.number == 0) over_ = true;
  wake(&self, true);
  virtual_thread* to = over_ ? nullptr : next_thread();
  if (to == nullptr) self.runs_on->leave_to(home_);
  note_switch(*to);
  self.runs_on->leave_to(*to->runs_on);
}

void engine::count_point() noexcept {
  ++points_;
  ++current_->points;
  ++current_->streak;
  spent_ += strategy_.step(*current_, points_);
  if (points_ < limit_) [[likely]]
    return;
  fail(simulation_failure::reason::endless,
       "no end after " + std::to_string(points_) + " scheduling points:\n" + describe_waits());
  over_ = true;
}

void engine::point(const coming_step& step) noexcept {
  virtual_thread& self = *current_;
  if (self.in_one_step != 0) return;
  count_point();
  self.next = step;
  go_on();
}

void engine::give_way() noexcept {
  virtual_thread& self = *current_;
  count_point();
  self.gives_way = true;
  self.others_did = points_ - self.points;
  self.next = {"give_way", 0, {}};
  go_on();
}

bool engine::wait(const void* address, std::int64_t deadline, const coming_step& step) noexcept {
  if (deadline <= clock_) return false;
  virtual_thread& self = *current_;
  self.now = virtual_thread::state::waiting;
  self.waits_at = address;
  self.deadline = deadline;
  self.streak = 0;
  self.timed_out = false;
  self.next = step;
  go_on();
  return !self.timed_out;
}

void engine::wake(const void* address, bool all) noexcept {
  const auto waits_here = [address](const virtual_thread* each) {
    return each->now == virtual_thread::state::waiting && each->waits_at == address;
  };
  auto count = static_cast<std::size_t>(std::count_if(live_.begin(), live_.end(), waits_here));
  if (count == 0) return;
  stalls_ = 0;
  std::size_t chosen = !all && count > 1 ? strategy_.choose_any(count) : 0;
  for (virtual_thread* each : live_) {
    if (!waits_here(each)) continue;
    if (!all && chosen-- != 0) continue;
    each->now = virtual_thread::state::ready;
    if (!all) return;
  }
}

void engine::go_on() noexcept {
  virtual_thread& self = *current_;
  virtual_thread* to = over_ ? nullptr : next_thread();
  if (to == &self) return;
  if (to == nullptr) return self.runs_on->switch_to(home_);
  note_switch(*to);
  self.runs_on->switch_to(*to->runs_on);
}

void engine::note_switch(virtual_thread& to) noexcept {
  current_ = &to;
  history_.add_switch({points_, to.number, tasks_.number_of(to.context.running), to.next});
}

// Who can go on, in the order in which a strategy sees them: the running thread, then those behind it.
void engine::collect() noexcept {
  candidates_.clear();
  spinners_.clear();
  still_ = nullptr;
  const auto behind = std::partition_point(
      live_.begin(), live_.end(), [this](const virtual_thread* each) { return each->number < current_->number; });
  const auto look_at = [this](auto from, auto to) {
    for (; from != to; ++from) {
      virtual_thread& each = **from;
      if (each.now != virtual_thread::state::ready) continue;
      if (!each.gives_way)
        candidates_.push_back(&each);
      else if (points_ - each.points != each.others_did)
        spinners_.push_back(&each);
      else
        still_ = &each;
    }
  };
  look_at(behind, live_.end());
  look_at(live_.begin(), behind);
}

// Nobody has anything to do but to look whether something has changed. True when time has passed in their stead.
bool engine::only_spinners() noexcept {
  spent_ += spin_time;
  if (++stalls_ <= patience) return false;
  stalls_ = 0;
  return pass_time();
}

virtual_thread* engine::next_thread() noexcept {
  choice at;
  for (;;) {
    collect();
    if (!candidates_.empty()) {
      if (current_->gives_way) stalls_ = 0;
      break;
    }
    const bool spinning = !spinners_.empty() || still_ != nullptr;
    if (spinning && !only_spinners()) break;
    if (spinning || pass_time()) continue;
    fail(simulation_failure::reason::deadlock,
         "deadlock: every task and thread waits, and nothing can wake them:\n" + describe_waits());
    return nullptr;
  }
  at.may_stay = !candidates_.empty() && candidates_.front() == current_;
  if (current_->streak > fair_points && candidates_.size() + spinners_.size() > 1) {
    current_->streak = 0;
    strategy_.put_back(*current_);
    if (at.may_stay) candidates_.erase(candidates_.begin());
    at.may_stay = false;
  }
  candidates_.insert(candidates_.end(), spinners_.begin(), spinners_.end());
  virtual_thread* chosen = still_;
  if (!candidates_.empty()) {
    at.candidates = candidates_;
    at.spinners = spinners_.size();
    at.point = points_;
    chosen = candidates_[candidates_.size() == 1 ? 0 : strategy_.choose(at)];
  }
  chosen->gives_way = false;
  return chosen;
}

bool engine::pass_time() noexcept {
  std::int64_t soonest = never;
  for (const virtual_thread* each : live_) {
    if (each->now == virtual_thread::state::waiting) soonest = std::min(soonest, each->deadline);
  }
  if (soonest == never) return false;
  clock_ = std::max(clock_, soonest);
  for (virtual_thread* each : live_) {
    if (each->now != virtual_thread::state::waiting || each->deadline > clock_) continue;
    each->now = virtual_thread::state::ready;
    each->timed_out = true;
  }
  return true;
}

void engine::fail(simulation_failure::reason why, std::string text, std::exception_ptr error) {
  if (failure_) return;
  failure_ = engine_failure{why, std::move(text), schedule(), std::move(error)};
}

std::vector<std::string> engine::names() const {
  std::vector<std::string> names;
  for (const auto& each : threads_) names.push_back(each->name);
  return names;
}

std::string engine::schedule() const { return (at_end_ ? *at_end_ : history_).text(names()); }

simulation_summary engine::summary() const {
  simulation_summary all;
  all.points = points_;
  all.switches = history_.switches();
  all.fingerprint = history_.fingerprint() ^ points_ * 0x9e3779b97f4a7c15;
  all.time = std::chrono::nanoseconds{clock_ - beginning};
  all.schedule = history_.text(names());
  all.replay = write_recipe(strategy_, all.fingerprint);
  return all;
}

std::string engine::describe_waits() const {
  std::string text = tasks_.text();
  for (const virtual_thread* each : live_) {
    text += "  thread " + each->name;
    if (each->now == virtual_thread::state::ready) text += each == current_ ? ", running" : ", not waiting";
    text += ": " + text_of(each->next);
    if (each->next.holder != 0) text += ", which thread " + threads_[each->next.holder - 1]->name + " has";
    text += '\n';
  }
  return text;
}

}  // namespace actors::inline v1::detail
