#include "trace_session.hpp"

#include <actors/detail/channel_observer.hpp>
#include <actors/errors.hpp>

#include "platform.hpp"
#include "watched_worker.hpp"

#include <algorithm>
#include <new>
#include <string>
#include <utility>

namespace actors::inline v1::detail {

namespace {

struct which_one_runs {
  std::mutex lock;  ///< guards what follows; never taken with the lock of a recording held
  std::shared_ptr<trace_session> running;
  std::uint32_t last_session = 0;
};
// Never destroyed: threads may record until the process is gone.
which_one_runs& which() noexcept {
  static auto* const one = new which_one_runs;
  return *one;
}

[[maybe_unused]] constexpr channel_observer channel_events{
    .waits =
        [](wait_kind what, const void* source) noexcept {
          if (traced_thread* const here = traced_thread::here()) here->note_wait(what, source);
        },
    .closed =
        [](const void* source) noexcept {
          traced_thread* const here = traced_thread::here();
          if (here == nullptr || !here->channels) return;
          here->record({.object = reinterpret_cast<std::uintptr_t>(source), .kind = trace_kind::channel_closed});
        },
};

}  // namespace

trace_session::moment trace_session::moment::now() noexcept { return {cycle_count(), clock_now()}; }

trace_session::trace_session(const trace_options& options)
    : options_{options}, names_{std::make_shared<trace_names>()} {
  if (options.bytes_per_thread < trace_ring::least_bytes)
    throw usage_error{"trace_options::bytes_per_thread is " + std::to_string(options.bytes_per_thread) + ": expected " +
                      std::to_string(trace_ring::least_bytes) + " at least"};
  if (options.threads == 0) throw usage_error{"trace_options::threads is 0: expected 1 at least"};
}

void trace_session::begin(const std::shared_ptr<trace_session>& session) {
  which_one_runs& now = which();
  const std::lock_guard guard{now.lock};
  if (now.running != nullptr)
    throw usage_error{"a trace is being recorded already: there is one recording at a time (see also ACTORS_TRACE)"};
  static_cast<void>(cycles_per_nanosecond());
  session->number_ = ++now.last_session;
  {
    const std::lock_guard inner{session->lock_};
    session->begin_ = moment::now();
  }
#if !ACTORS_SIMULATION
  now.running = session;
  running_number_.store(session->number_, std::memory_order_relaxed);
  channels_observed_by.store(&channel_events, std::memory_order_relaxed);
  observers.fetch_or(observed_by_trace, std::memory_order_relaxed);
  watched_worker::trace_all(true);
#endif
}

void trace_session::end() noexcept {
  std::shared_ptr<trace_session> self;
  which_one_runs& now = which();
  const std::lock_guard guard{now.lock};
  if (now.running.get() == this) {
    watched_worker::trace_all(false);
    observers.fetch_and(static_cast<std::uint8_t>(~observed_by_trace), std::memory_order_relaxed);
    channels_observed_by.store(nullptr, std::memory_order_relaxed);
    running_number_.store(0, std::memory_order_relaxed);
    self = std::exchange(now.running, nullptr);
  }
  const std::lock_guard inner{lock_};
  if (!ended_) end_ = moment::now();
  ended_ = true;
}

std::shared_ptr<traced_thread> trace_session::add_this_thread() noexcept {
  std::shared_ptr<trace_session> session;
  {
    which_one_runs& now = which();
    const std::lock_guard guard{now.lock};
    session = now.running;
  }
  return session == nullptr ? nullptr : session->add();
}

std::shared_ptr<traced_thread> trace_session::add() noexcept {
  std::shared_ptr<traced_thread> replaced;
  const std::lock_guard guard{lock_};
  try {
    if (threads_.size() >= options_.threads) {
      const auto gone = std::find_if(threads_.begin(), threads_.end(),
                                     [](const auto& each) { return each->ended.load(std::memory_order_relaxed); });
      if (gone == threads_.end()) {
        ++threads_left_out_;
        return nullptr;
      }
      dropped_of_the_gone_ += (*gone)->ring.written();
      replaced = std::move(*gone);
      threads_.erase(gone);
    }
    return threads_.emplace_back(std::make_shared<traced_thread>(options_, number_, ++last_number_, names_));
  } catch (const std::bad_alloc&) {
    ++threads_left_out_;
    return nullptr;
  }
}

trace_session::copy trace_session::read() const {
  copy result;
  std::vector<std::shared_ptr<traced_thread>> threads;
  {
    const std::lock_guard guard{lock_};
    threads = threads_;
    result.begin = begin_;
    result.end = ended_ ? end_ : moment::now();
    result.dropped_of_the_gone = dropped_of_the_gone_;
    result.threads_left_out = threads_left_out_;
  }
  for (const auto& each : threads)
    result.threads.push_back({each->number, each->worker, each->name, each->ring.read()});
  // After the events: all that they name is there.
  result.names = names_->read();
  return result;
}

std::uint64_t trace_session::dropped() const {
  const std::lock_guard guard{lock_};
  std::uint64_t count = dropped_of_the_gone_;
  for (const auto& each : threads_) count += each->ring.dropped();
  return count;
}

std::size_t trace_session::memory() const {
  const std::lock_guard guard{lock_};
  std::size_t bytes = 0;
  for (const auto& each : threads_) bytes += each->ring.bytes();
  return bytes;
}

}  // namespace actors::inline v1::detail
