#include "trace_timeline.hpp"

#include "platform.hpp"

#include <algorithm>
#include <string>

namespace actors::inline v1::detail {

namespace {

bool begins_slice(trace_kind kind) noexcept {
  return kind == trace_kind::turn_begin || kind == trace_kind::slice_begin || kind == trace_kind::call_begin ||
         kind == trace_kind::park_begin;
}

// The kind of slice that such an event ends; itself for others.
trace_kind beginning_of(trace_kind kind) noexcept {
  switch (kind) {
    case trace_kind::turn_end:
      return trace_kind::turn_begin;
    case trace_kind::slice_end:
      return trace_kind::slice_begin;
    case trace_kind::call_end:
      return trace_kind::call_begin;
    case trace_kind::park_end:
      return trace_kind::park_begin;
    default:
      return kind;
  }
}

}  // namespace

trace_timeline::trace_timeline(trace_session::copy&& from) {
  take(std::move(from));
  number_tasks();
  shown_.resize(last_flow_ + 1);
  for (std::uint32_t i = 0; i != threads_.size(); ++i) pair(threads_[i], i);
  close_spans();
}

void trace_timeline::take(trace_session::copy&& from) {
  begin_ = from.begin;
  end_ = from.end;
  names_ = std::move(from.names);
  dropped_ = from.dropped_of_the_gone;
  threads_left_out_ = from.threads_left_out;
  // Over a short time the two clocks say little about the rate.
  constexpr std::int64_t long_enough = 10'000'000;
  const std::int64_t passed = end_.time - begin_.time;
  rate_ = passed >= long_enough ? static_cast<double>(end_.cycles - begin_.cycles) / static_cast<double>(passed)
                                : cycles_per_nanosecond();
  for (trace_session::thread_copy& each : from.threads) {
    thread& made = threads_.emplace_back();
    made.number = each.number;
    made.worker = each.worker;
    made.name = std::move(each.name);
    made.dropped = each.events.dropped;
    made.events.reserve(each.events.events.size());
    // The counters of two processors may differ by a little.
    std::uint64_t last = begin_.cycles;
    for (const trace_event_data& data : each.events.events) {
      event& kept = made.events.emplace_back();
      static_cast<trace_event_data&>(kept) = data;
      last = kept.time = std::max(last, data.time);
    }
    end_.cycles = std::max(end_.cycles, last);
    made.last_time = each.events.cut ? last : UINT64_MAX;
    count_ += made.events.size();
    dropped_ += made.dropped;
  }
}

std::uint64_t trace_timeline::nanoseconds(std::uint64_t cycles) const noexcept {
  return static_cast<std::uint64_t>(static_cast<double>(cycles - begin_.cycles) / rate_);
}

std::vector<trace_timeline::place> trace_timeline::in_order() const {
  std::vector<place> order;
  order.reserve(count_);
  for (std::uint32_t i = 0; i != threads_.size(); ++i)
    for (std::uint32_t j = 0; j != threads_[i].events.size(); ++j) order.push_back({i, j});
  std::stable_sort(order.begin(), order.end(), [this](place a, place b) {
    return threads_[a.thread].events[a.index].time < threads_[b.thread].events[b.index].time;
  });
  return order;
}

std::uint64_t trace_timeline::add_task(event& first, place where) {
  const std::uint64_t number = tasks_.size();
  known_[first.object] = {number, first.place};
  tasks_.push_back({first.name, first.place, 0, static_cast<std::uint32_t>(spans_.size())});
  spans_.push_back({.of = span::kind::life,
                    .finished = false,
                    .id = number,
                    .task = number,
                    .from_thread = where.thread,
                    .to_thread = where.thread,
                    .begin = first.time,
                    .end = UINT64_MAX});
  return number;
}

void trace_timeline::end_task(event& last, place where) {
  posted_.erase(last.object);
  const auto known = known_.find(last.object);
  if (known == known_.end()) return;
  last.task = known->second.number;
  known_.erase(known);
  end_wait(last, where);  // where the turn that followed is lost
  span& life = spans_[tasks_[last.task].life];
  life.finished = true;
  life.end = last.time;
  life.to_thread = where.thread;
}

// A task can be given a name late, and its coroutine can be unknown at first.
void trace_timeline::note_names(event& of) {
  task& known = tasks_[of.task];
  if (of.name != 0) known.name = of.name;
  if (of.place != 0) known.coroutine = of.place;
}

std::uint64_t trace_timeline::begin_turn(event& turn, place where) {
  const auto known = known_.find(turn.object);
  // Another coroutine at the same address: how one ended and the other began is lost.
  const bool other =
      known != known_.end() && turn.place != 0 && known->second.coroutine != 0 && turn.place != known->second.coroutine;
  turn.task = known == known_.end() || other ? add_task(turn, where) : known->second.number;
  note_names(turn);
  if (const auto posted = posted_.find(turn.object); posted != posted_.end()) {
    event& cause = at(posted->second);
    cause.task = turn.task;
    cause.flow = turn.flow = ++last_flow_;
    posted_.erase(posted);
  }
  end_wait(turn, where);
  return turn.task;
}

// `after`: the first that is known of its task since.
void trace_timeline::end_wait(const event& after, place where) {
  const auto wait = waiting_.find(after.task);
  if (wait == waiting_.end()) return;
  const event& ended = at(wait->second);
  spans_.push_back({.of = span::kind::wait,
                    .id = after.task,
                    .task = after.task,
                    .name = ended.name,
                    .from_thread = wait->second.thread,
                    .to_thread = where.thread,
                    .begin = ended.time,
                    .end = std::max(after.time, ended.time),
                    .source = ended.object});
  waiting_.erase(wait);
}

void trace_timeline::number_tasks() {
  struct running_turn {
    std::uint64_t task;
    std::uint32_t number;  // among the turns of the task
  };
  std::vector<std::vector<running_turn>> turns(threads_.size());  // of each thread
  for (const place where : in_order()) {
    event& each = at(where);
    std::vector<running_turn>& running = turns[where.thread];
    switch (each.kind) {
      case trace_kind::task_spawned:
        each.task = add_task(each, where);
        tasks_[each.task].spawned_at = each.detail;
        posted_[each.object] = where;
        break;
      case trace_kind::task_woken:
        posted_[each.object] = where;
        break;
      case trace_kind::turn_begin: {
        const std::uint64_t whose = begin_turn(each, where);
        running.push_back({whose, ++tasks_[whose].turns});
        break;
      }
      case trace_kind::task_ended:
        end_task(each, where);
        break;
      case trace_kind::turn_end:
        if (running.empty()) break;
        each.task = running.back().task;
        // Where the next turn has begun, elsewhere, the wait was over before this one: it is no span.
        if (each.name != 0 && tasks_[each.task].turns == running.back().number) waiting_[each.task] = where;
        running.pop_back();
        break;
      default:
        each.task = running.empty() ? 0 : running.back().task;
    }
  }
}

// Which beginnings and ends of slices on one thread belong together. A slice of the program that the end of its turn
// finds open, or that another one outlives which began in it, becomes a span.
void trace_timeline::pair(thread& in, std::uint32_t number) {
  std::vector<std::uint32_t> open;
  const auto into_span = [&](std::uint32_t index) {
    const event& begun = in.events[index];
    open_[begun.object] = {.of = span::kind::slice,
                           .id = begun.task != 0 ? begun.task : begun.object,
                           .task = begun.task,
                           .name = begun.name,
                           .from_thread = number,
                           .begin = begun.time};
  };
  for (std::uint32_t i = 0; i != in.events.size(); ++i) {
    event& each = in.events[i];
    if (each.kind == trace_kind::stay_begin) {
      open_[each.object] = {.of = each.status == 0 ? span::kind::actor : span::kind::team,
                            .id = each.object,
                            .task = each.task,
                            .name = each.name,
                            .from_thread = number,
                            .begin = each.time};
    } else if (each.kind == trace_kind::stay_end) {
      ends_[each.object] = {number, each.time};
    } else if (begins_slice(each.kind)) {
      open.push_back(i);
    } else if (const trace_kind wanted = beginning_of(each.kind); wanted != each.kind) {
      std::size_t depth = open.size();
      const bool named = wanted == trace_kind::slice_begin;
      while (depth != 0) {
        const event& top = in.events[open[depth - 1]];
        if (top.kind == wanted && (!named || top.object == each.object)) break;
        // A slice of the program does not reach out of its turn, or call.
        depth = named && top.kind != trace_kind::slice_begin ? 0 : depth - 1;
      }
      if (depth == 0) {
        if (named) ends_[each.object] = {number, each.time};
        continue;  // else its beginning was dropped
      }
      for (; open.size() != depth; open.pop_back()) {
        if (in.events[open.back()].kind == trace_kind::slice_begin)
          into_span(open.back());
        else
          in.events[open.back()].end = i;
      }
      in.events[open.back()].end = i;
      open.pop_back();
    } else {
      if (each.flow != 0) shown_[each.flow] = !open.empty();
      if (each.kind == trace_kind::task_ended) {
        const auto turn = std::find_if(open.rbegin(), open.rend(), [&](std::uint32_t index) {
          return in.events[index].kind == trace_kind::turn_begin && in.events[index].task == each.task;
        });
        if (turn != open.rend()) in.events[*turn].outcome = each.status;
      }
    }
  }
  for (const std::uint32_t index : open) in.events[index].end = unfinished;
}

void trace_timeline::close_spans() {
  for (auto& [number, each] : open_) {
    const auto end = ends_.find(number);
    each.finished = end != ends_.end();
    each.end = each.finished ? std::max(each.begin, end->second.time) : end_.cycles;
    each.to_thread = each.finished ? end->second.thread : each.from_thread;
    spans_.push_back(each);
  }
  for (const auto& [number, where] : waiting_) {
    const event& ended = at(where);
    spans_.push_back({.of = span::kind::wait,
                      .finished = false,
                      .id = number,
                      .task = number,
                      .name = ended.name,
                      .from_thread = where.thread,
                      .to_thread = where.thread,
                      .begin = ended.time,
                      .end = end_.cycles,
                      .source = ended.object});
  }
  for (span& each : spans_) each.end = std::min(each.end, end_.cycles);
  std::stable_sort(spans_.begin(), spans_.end(), [](const span& a, const span& b) { return a.begin < b.begin; });
  for (thread& each : threads_) each.last_time = std::min(each.last_time, end_.cycles);
}

}  // namespace actors::inline v1::detail
