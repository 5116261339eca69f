// stage: base of the actors that pipeline files spawn: it counts what it did under names that users see.
#pragma once

#include <actors/actor.hpp>

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

namespace actors::inline v1::pipeline {

/// What a counter's number means, for printing it.
enum class counter_unit { items, bytes };

/// A number that goes up while an actor works: written by the actor, read by anyone (relaxed: it orders nothing).
class counter {
 public:
  counter(std::string name, counter_unit unit) : name_{std::move(name)}, unit_{unit} {}
  void add(std::uint64_t more) noexcept { number_.fetch_add(more, std::memory_order_relaxed); }
  std::uint64_t number() const noexcept { return number_.load(std::memory_order_relaxed); }
  const std::string& name() const noexcept { return name_; }
  counter_unit unit() const noexcept { return unit_; }

 private:
  std::string name_;
  counter_unit unit_;
  std::atomic<std::uint64_t> number_{0};
};

/// The counters and notes of one actor. They outlive it, so that a summary can be printed at the end.
struct stage_report {
  std::deque<counter> counters;
  /// What a user should know at the end although nothing failed ("2 files were left out: ..."). Written by the actor
  /// before it ends, read after that.
  std::deque<std::string> notes;
};

/// An actor that a pipeline file can spawn.
class stage : public actor {
 public:
  std::shared_ptr<const stage_report> report() const noexcept { return report_; }

 protected:
  counter& count(std::string name, counter_unit unit = counter_unit::items) {
    return report_->counters.emplace_back(std::move(name), unit);
  }
  void note(std::string text) { report_->notes.push_back(std::move(text)); }

 private:
  std::shared_ptr<stage_report> report_ = std::make_shared<stage_report>();
};

}  // namespace actors::inline v1::pipeline
