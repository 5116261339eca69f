// stream: a source and the stages behind it, which give items of one type. flow: a stream with its end, that can be
// run.
#pragma once

#include <actors/detail/invoke.hpp>
#include <actors/errors.hpp>
#include <actors/stages/function.hpp>
#include <actors/stages/plan.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace actors::inline v1 {

template <class T>
class stream;
template <class R>
class flow;

/// Base of all that is put together with `|`, so that the operators below are found wherever they are written.
struct pipeline_part {};

namespace detail {

[[noreturn]] void throw_stream_is_used_up();

struct stream_access {
  /// Throws usage_error where the stream was moved into another.
  template <class T>
  static plan& its_plan(const stream<T>& of) {
    if (of.plan_ == nullptr) throw_stream_is_used_up();
    return *of.plan_;
  }
  template <class T>
  static std::shared_ptr<plan> take_plan(stream<T>& of) {
    static_cast<void>(its_plan(of));
    return std::move(of.plan_);
  }
  template <class T>
  static std::vector<outlet<T>*>& ends(stream<T>& of) noexcept {
    return of.ends_;
  }
  template <class T>
  static arrow& next(stream<T>& of) noexcept {
    return of.next_;
  }
  template <class R>
  static plan& its_plan(const flow<R>& of) noexcept {
    return *of.shared_->all;
  }
  template <class R>
  static stage* sink(const flow<R>& of) noexcept {
    return of.shared_->sink;
  }
  template <class R>
  static R take(flow<R>& of) {
    return of.shared_->take();
  }
};

/// Base of what may stand behind a `|`.
struct verb : pipeline_part {};
template <class V>
concept stage_verb = std::is_base_of_v<verb, std::remove_cvref_t<V>>;

/// What a flow and the coroutine that runs it share.
template <class R>
struct flow_parts {
  flow_parts(std::shared_ptr<plan> of, stage* end, unique_function<R()> result)
      : all{std::move(of)}, sink{end}, take{std::move(result)} {}
  std::shared_ptr<plan> all;
  stage* sink;  ///< null where there are several
  unique_function<R()> take;
  mutable mutex lock;
  std::vector<building_site::part> built;  ///< with the lock
  bool started = false;
};

[[noreturn]] void throw_flow_runs_once();
void check_does_not_run(const team& where);
[[noreturn]] void throw_flow_not_over();
std::vector<stage_report> reports_of(const std::vector<building_site::part>& built);

template <class R>
void build(flow_parts<R>& parts, team& where, std::string prefix, supervised_as how = {}) {
  if (std::exchange(parts.started, true)) throw_flow_runs_once();
  building_site site{where, std::move(prefix), how};
  parts.all->build(site);
  const std::lock_guard guard{parts.lock};
  parts.built = std::move(site.parts);
}

/// Releases the stages when their team is gone.
class release_at_end {
 public:
  explicit release_at_end(plan& all) noexcept : all_{all} {}
  release_at_end(const release_at_end&) = delete;
  release_at_end& operator=(const release_at_end&) = delete;
  ~release_at_end() { all_.release(); }

 private:
  plan& all_;
};

template <class R>
task<R> run_flow(std::shared_ptr<flow_parts<R>> parts) {
  const release_at_end released{*parts->all};
  team actors_of_it{parts->all->how()};
  // Its functions may use what is the caller's: none is left to itself.
  build(*parts, actors_of_it, {}, {.stop_timeout = std::chrono::milliseconds::max()});
  co_await actors_of_it.run();
  co_return parts->take();
}

/// The task that runs a flow, and its awaiter.
template <class R>
struct kept_task {
  explicit kept_task(task<R> given) noexcept : kept{std::move(given)} {}
  task<R> kept;
};
template <class R>
class flow_awaiter : private kept_task<R>, public task_awaiter<R> {
 public:
  explicit flow_awaiter(task<R> run) noexcept
      : kept_task<R>{std::move(run)}, task_awaiter<R>{this->kept.operator co_await()} {}
};

}  // namespace detail

/// A source and stages behind it: what stands on the left of a `|`. It is moved into what is made of it; to use it
/// again throws usage_error.
template <class T>
class stream {
 public:
  using value_type = T;

  explicit stream(std::shared_ptr<detail::plan> its, std::vector<detail::outlet<T>*> ends, detail::arrow next = {})
      : plan_{std::move(its)}, ends_{std::move(ends)}, next_{next} {}
  stream(stream&&) noexcept = default;
  stream& operator=(stream&&) noexcept = default;

 private:
  friend struct detail::stream_access;
  std::shared_ptr<detail::plan> plan_;
  std::vector<detail::outlet<T>*> ends_;
  detail::arrow next_;
};

/// A pipeline: each stage is an actor, each arrow a channel. Awaited it runs, once, as a team of its own, and gives
/// what its last stage gives (nothing, a vector ...). Throws actor_failed with the name of the stage for the first one
/// that failed for good, after all have ended; cancelling the awaiting task stops all. It waits for a function that
/// runs, however long that takes, so that functions may use what belongs to the caller.
///
/// Moves like a shared_ptr. `reports` may be called from any thread.
template <class R = void>
class flow {
 public:
  explicit flow(std::shared_ptr<detail::plan> all, detail::stage* sink, detail::unique_function<R()> result)
      : shared_{std::make_shared<detail::flow_parts<R>>(std::move(all), sink, std::move(result))} {}
  flow(flow&&) noexcept = default;
  flow& operator=(flow&&) noexcept = default;

  /// The same as awaiting it, as a task: for `gather`, `spawn`, `actors::run`.
  task<R> run() { return detail::run_flow(shared_); }
  detail::flow_awaiter<R> operator co_await() { return detail::flow_awaiter<R>{run()}; }

  /// Makes its actors in `where`, which runs them with its others, and supervises them; a pipeline that was told how to
  /// be restarted (`restarting`) becomes a team inside that one. `name` stands in front of the stages' names:
  /// "logs/2:filter". Before the team runs, which has to outlive the pipeline's run; throws usage_error afterwards.
  void into(team& where, std::string_view name = {});

  /// After the team has run: what the last stage gave. Throws usage_error where the pipeline has not ended normally.
  R result() {
    if (!shared_->started || !shared_->all->is_over()) detail::throw_flow_not_over();
    return shared_->take();
  }

  /// What went through each stage so far. Empty before it runs.
  std::vector<stage_report> reports() const {
    const std::lock_guard guard{shared_->lock};
    return detail::reports_of(shared_->built);
  }

 private:
  friend struct detail::stream_access;
  std::shared_ptr<detail::flow_parts<R>> shared_;
};

template <class R>
void flow<R>::into(team& where, std::string_view name) {
  detail::check_does_not_run(where);
  std::string prefix{name};
  if (shared_->all->restarts()) {
    detail::build(*shared_, where.supervise(shared_->all->how(), {.name = name}), {});
  } else {
    if (!prefix.empty()) prefix += '/';
    detail::build(*shared_, where, std::move(prefix));
  }
}

namespace detail {

/// Stages without a source.
template <class First, class Second>
class composed : public verb {
 public:
  composed(First first, Second second) : first_{std::move(first)}, second_{std::move(second)} {}
  // As if they were written behind it one by one: between them there may be the branches of a fork.
  template <class Before>
  auto onto(Before&& before) && {
    return std::forward<Before>(before) | std::move(first_) | std::move(second_);
  }

 private:
  First first_;
  Second second_;
};

class named_verb : public verb {
 public:
  explicit named_verb(std::string name) : name_{std::move(name)} {}
  template <class T>
  stream<T> onto(stream<T>&& from) && {
    for (outlet<T>* each : stream_access::ends(from)) each->owner->rename(name_);
    return std::move(from);
  }
  template <class R>
  flow<R> onto(flow<R>&& of) && {
    if (stage* const sink = stream_access::sink(of)) sink->rename(std::move(name_));
    return std::move(of);
  }

 private:
  std::string name_;
};

class capacity_verb : public verb {
 public:
  explicit capacity_verb(std::size_t items, overflow policy) noexcept : asked_{items, policy, true} {}
  template <class T>
  stream<T> onto(stream<T>&& from) && {
    stream_access::next(from) = asked_;
    return std::move(from);
  }

 private:
  arrow asked_;
};

class restarting_verb : public verb {
 public:
  explicit restarting_verb(const supervision& how) noexcept : how_{how} {}
  template <class T>
  stream<T> onto(stream<T>&& from) && {
    stream_access::its_plan(from).restart_by(how_);
    return std::move(from);
  }
  template <class R>
  flow<R> onto(flow<R>&& of) && {
    stream_access::its_plan(of).restart_by(how_);
    return std::move(of);
  }

 private:
  supervision how_;
};

}  // namespace detail

/// `| named("parse")`: the stage in front of it is called so, in reports, dumps and errors. Without it a stage is its
/// place and its verb: "2:filter". Several of one name, as of a part that is used twice, are numbered: "parse[1]".
inline detail::named_verb named(std::string name) { return detail::named_verb{std::move(name)}; }

/// `| capacity(16)`: so many items fit into the arrow between the stages on both sides of it, 64 where nothing is said.
/// 0: a rendezvous. `policy`: what becomes of items for which there is no room; those that go are counted.
inline detail::capacity_verb capacity(std::size_t items, overflow policy = overflow::wait) noexcept {
  return detail::capacity_verb{items, policy};
}

/// `| restarting({.max = 5})`, anywhere: a stage that fails is started again, as in a team with that supervision. Its
/// function stays as it is, and so do its channels; the item in its hand is lost, and counted.
inline detail::restarting_verb restarting(const supervision& how) noexcept { return detail::restarting_verb{how}; }

/// Puts a stage behind a stream: a longer stream, or where the stage is an end, a flow.
template <class T, class V>
auto operator|(stream<T>&& from, V&& next) {
  static_assert(detail::stage_verb<V>, "what stands behind the | is no stage: map(f), filter(f), for_each(f) ...");
  if constexpr (detail::stage_verb<V>) {
    using kept = std::remove_cvref_t<V>;
    return kept(std::forward<V>(next)).onto(std::move(from));
  } else {
    return detail::broken_pipeline{};
  }
}
template <class T, class V>
auto operator|(stream<T>&, V&&) {
  static_assert(detail::never<T>, "a stream is used once: write std::move(it) where it is");
  return detail::broken_pipeline{};
}
/// Names or supervises a pipeline that has its end.
template <class R, class V>
auto operator|(flow<R>&& of, V&& next) {
  using kept = std::remove_cvref_t<V>;
  constexpr bool fits = requires(kept verb) { std::move(verb).onto(std::move(of)); };
  static_assert(fits, "behind the end of a pipeline there can be no other stage");
  if constexpr (fits)
    return kept(std::forward<V>(next)).onto(std::move(of));
  else
    return detail::broken_pipeline{};
}
/// Puts stages together that have no source yet: `auto errors = map(parse) | filter(is_error);`
template <detail::stage_verb First, detail::stage_verb Second>
auto operator|(First first, Second second) {
  return detail::composed<First, Second>{std::move(first), std::move(second)};
}

}  // namespace actors::inline v1
