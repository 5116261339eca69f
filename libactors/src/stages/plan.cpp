#include <actors/sleep.hpp>
#include <actors/stages/plan.hpp>

#include <algorithm>
#include <map>
#include <mutex>

namespace actors::inline v1::detail {

arrow merged(const arrow& one, const arrow& other) {
  if (one.chosen && other.chosen && (one.capacity != other.capacity || one.policy != other.policy))
    throw usage_error{"streams that become one have one channel: they are told different capacities, or policies"};
  if (one.chosen != other.chosen) return one.chosen ? one : other;
  return other.capacity < one.capacity ? other : one;
}

stage::stage(plan& its, const char* verb) : plan_{&its}, name_{verb} {}

std::shared_ptr<plan> stage::whole() const { return plan_->shared_from_this(); }

void stage::reads_from(stage& writer) {
  writers_.push_back(&writer);
  ++writer.readers_left_;
}

namespace {

/// Goes with the factory of an actor, when that is not started again.
class stage_release {
 public:
  explicit stage_release(std::shared_ptr<stage> of) noexcept : stage_{std::move(of)} {}
  stage_release(stage_release&&) noexcept = default;
  stage_release& operator=(stage_release&&) = delete;
  ~stage_release() {
    if (stage_) stage_->release();
  }

 private:
  std::shared_ptr<stage> stage_;
};

}  // namespace

actor_cell& stage::add(building_site& site, const std::string& suffix,
                       unique_function<std::unique_ptr<actor>()> factory) {
  auto releasing = [make = std::move(factory), at_end = stage_release{kept(this)}] { return make(); };
  std::shared_ptr<actor_cell> made = site.where.add(site.prefix + name_ + suffix, std::move(releasing), site.each);
  site.parts.push_back({this, std::move(made)});
  return *site.parts.back().cell;
}

void stage::note_reject(const reject& why) {
  note_refusal();
  const std::lock_guard guard{plan_->lock_};
  last_reject_ = why.what();
}

void stage::report_to(stage_report& into) const {
  into.name = name_;
  into.rejected = rejected_.load(std::memory_order_relaxed);
  into.dropped = dropped_.load(std::memory_order_relaxed);
  const std::lock_guard guard{plan_->lock_};
  into.last_reject = last_reject_;
}

/// Lets the plan cancel the body of a source, or of a stage that is like one, while that runs.
class stage::running {
 public:
  explicit running(stage& one) : stage_{one} {
    const std::lock_guard guard{stage_.plan_->lock_};
    if (!stage_.writers_.empty() && !stage_.ends_when_unwanted_) return;
    stage_.body_ = current_task();
    if (stage_.unwanted_) stage_.body_.cancel();
  }
  running(const running&) = delete;
  running& operator=(const running&) = delete;
  ~running() {
    task_ref last;  // goes behind the lock
    const std::lock_guard guard{stage_.plan_->lock_};
    last = std::move(stage_.body_);
  }

 private:
  stage& stage_;
};

task<> stage::live(task<> body, reader_check to) {
  try {
    const running here{*this};
    co_await body;
  } catch (const channel_closed& closed) {
    // An actor takes that for a normal end.
    if (!to.nobody_is_left()) std::throw_with_nested(error{std::string{"its function threw: "} + closed.what()});
  } catch (const cancelled&) {
    const std::lock_guard guard{plan_->lock_};
    if (!unwanted_) throw;
  }
  const bool ended = note_end();
  if (ended) release();
}

bool stage::has_ended() const {
  const std::lock_guard guard{plan_->lock_};
  return bodies_left_ == 0;
}

task<> stage::stay_ended() { co_return; }

bool stage::note_end() {
  const std::lock_guard guard{plan_->lock_};
  if (--bodies_left_ != 0) return false;
  plan::leave(*this);
  return true;
}

task<> stage::end_undisturbed() {
  bool was_cancelled;
  {
    const std::lock_guard guard{plan_->lock_};
    was_cancelled = unwanted_ && body_;
    body_ = {};
  }
  if (!was_cancelled) co_return;
  try {
    co_await yield();
  } catch (const cancelled&) {
    // That was to be known.
  }
}

void stage::end_now() {
  const std::lock_guard guard{plan_->lock_};
  plan::leave(*this);
}

// With the lock. A source that nobody reads is cancelled, and so is what waits for a time; other stages find their
// channels closed, so that what stands before them has nobody to work for either.
void plan::leave(stage& one) {
  if (std::exchange(one.over_, true)) return;
  for (stage* writer : one.writers_) {
    if (--writer->readers_left_ != 0 || writer->over_) continue;
    writer->unwanted_ = true;
    if (writer->body_) writer->body_.cancel();
    leave(*writer);
  }
}

void plan::absorb(plan& other) {
  if (&other == this) return;
  for (std::unique_ptr<stage>& each : other.stages_) {
    each->plan_ = this;
    stages_.push_back(std::move(each));
  }
  other.stages_.clear();
  if (other.restarts_ && !restarts_) restart_by(other.how_);
}

// A part may be there several times, and `named` may stand behind several stages.
void plan::number_names() {
  std::map<std::string, std::vector<stage*>> known;
  for (const std::unique_ptr<stage>& each : stages_)
    if (each->is_named_) known[each->name_].push_back(each.get());
  for (const auto& [name, stages] : known) {
    if (stages.size() == 1) continue;
    for (std::size_t i = 0; i != stages.size(); ++i) stages[i]->name_ += replica_suffix(i + 1);
  }
}

void plan::build(building_site& site) {
  number_names();
  std::size_t place = 0;
  for (const std::unique_ptr<stage>& each : stages_) {
    ++place;
    if (!each->is_named_) each->name_ = std::to_string(place) + ':' + each->name_;
    each->build(site);
  }
}

void plan::release() noexcept {
  for (const std::unique_ptr<stage>& each : stages_) each->release();
}

bool plan::is_over() const {
  const std::lock_guard guard{lock_};
  return std::all_of(stages_.begin(), stages_.end(), [](const auto& each) { return each->over_; });
}

}  // namespace actors::inline v1::detail
