// trace_timeline: puts the events of all threads of a recording into relation: which slices they make, which task each
// is of, who woke whom, and what lasts beyond one turn.
#pragma once

#include "trace_session.hpp"

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

namespace actors::inline v1::detail {

/// A task is known by the address of its block, which others have after it. It gets a number of its own here: at its
/// start, or, where that is lost, at the first that is known of it. For this all events are gone through in the order
/// of their times.
class trace_timeline {
 public:
  static constexpr std::uint32_t none = UINT32_MAX;
  static constexpr std::uint32_t unfinished = UINT32_MAX - 1;

  struct event : trace_event_data {
    std::uint64_t task = 0;    ///< the number of the task that it is about, or that it happened in; 0: of none
    std::uint64_t flow = 0;    ///< the arrow that begins here, or ends (a turn begins with it); 0: none
    std::uint32_t end = none;  ///< of the beginning of a slice: the event that ends it, or `unfinished`
    std::uint8_t outcome = 0;  ///< of the beginning of a turn: how the task ended in it; 0: it did not
  };
  struct thread {
    std::uint32_t number = 0;
    int worker = -1;
    std::string name;
    std::vector<event> events;
    std::uint64_t dropped = 0;
    std::uint64_t last_time = 0;  ///< where slices end that are not finished
  };
  struct task {
    std::uint32_t name = 0;
    std::uint32_t coroutine = 0;
    std::uint32_t spawned_at = 0;
    std::uint32_t life = none;  ///< among the spans
    std::uint32_t turns = 0;    ///< that have begun so far
  };
  /// Something that is not of one turn: the life of a task, a wait, a slice across waits, the stay of an actor.
  struct span {
    enum class kind : std::uint8_t { life, wait, slice, actor, team };
    kind of{};
    bool finished = true;
    std::uint64_t id = 0;
    std::uint64_t task = 0;
    std::uint32_t name = 0;
    std::uint32_t from_thread = 0;
    std::uint32_t to_thread = 0;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::uint64_t source = 0;  ///< of a wait: the address of what it waits at, or 0
  };

  /// Throws std::bad_alloc.
  explicit trace_timeline(trace_session::copy&& from);

  const std::vector<thread>& threads() const noexcept { return threads_; }
  const std::vector<span>& spans() const noexcept { return spans_; }  ///< in the order of their beginnings
  /// Whether an arrow begins in a slice: the viewers show no other ones.
  bool shows(std::uint64_t flow) const noexcept { return flow != 0 && shown_[flow]; }
  const task& task_of(std::uint64_t number) const noexcept { return tasks_[number]; }
  const trace_names::copy& names() const noexcept { return names_; }
  std::uint64_t events() const noexcept { return count_; }
  std::uint64_t dropped() const noexcept { return dropped_; }
  std::uint64_t threads_left_out() const noexcept { return threads_left_out_; }
  /// A time of the recording in nanoseconds from its beginning.
  std::uint64_t nanoseconds(std::uint64_t cycles) const noexcept;

 private:
  struct place {
    std::uint32_t thread;
    std::uint32_t index;
  };
  struct known_task {
    std::uint64_t number = 0;
    std::uint32_t coroutine = 0;
  };

  void take(trace_session::copy&& from);
  std::vector<place> in_order() const;
  void number_tasks();
  std::uint64_t begin_turn(event& at, place where);
  void end_wait(const event& after, place where);
  std::uint64_t add_task(event& first, place where);
  void note_names(event& at);
  void end_task(event& last, place where);
  void pair(thread& in, std::uint32_t number);
  void close_spans();
  event& at(place where) noexcept { return threads_[where.thread].events[where.index]; }

  trace_session::moment begin_;
  trace_session::moment end_;
  double rate_ = 1;  ///< cycles in a nanosecond
  std::vector<thread> threads_;
  std::vector<task> tasks_{task{}};
  std::vector<span> spans_;
  std::vector<bool> shown_;  ///< of each arrow
  trace_names::copy names_;
  std::uint64_t count_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t threads_left_out_ = 0;

  // While the events are gone through.
  std::uint64_t last_flow_ = 0;
  std::unordered_map<std::uint64_t, known_task> known_;  ///< by address
  std::unordered_map<std::uint64_t, place> posted_;      ///< tasks that were spawned or woken, by address
  std::unordered_map<std::uint64_t, place> waiting_;     ///< the ends of turns, by number of the task
  std::unordered_map<std::uint64_t, span> open_;         ///< by the number of the slice
  struct end_of_span {
    std::uint32_t thread;
    std::uint64_t time;
  };
  std::unordered_map<std::uint64_t, end_of_span> ends_;
};

}  // namespace actors::inline v1::detail
