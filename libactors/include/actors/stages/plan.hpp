// plan: the stages of a pipeline before it runs, what they keep when their actors are restarted, and who ends when.
#pragma once

#include <actors/actor.hpp>
#include <actors/channel.hpp>
#include <actors/detail/threads.hpp>
#include <actors/errors.hpp>
#include <actors/task_ref.hpp>
#include <actors/team.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace actors::inline v1 {

/// Thrown out of a stage's function: the item is refused. It is dropped and counted, and the stage goes on.
class reject : public error {
 public:
  explicit reject(const std::string& why = "refused") : error{why} {}
};

/// What went through a stage. Items are those of its channels: behind a `batch` an item is a vector.
struct stage_report {
  std::string name;
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
  std::uint64_t rejected = 0;  ///< refused by its function, or by a fork that had no branch left for them
  std::uint64_t dropped = 0;   ///< what the arrow in front of it had no room for, and was to drop; known at its end
  std::uint64_t lost = 0;      ///< in its hands when it failed
  std::string last_reject;     ///< why; empty where no item was refused with a reason
};

namespace detail {

class plan;
class stage;

/// What is asked of the channel into the next stage.
struct arrow {
  static constexpr std::size_t usual = 64;
  std::size_t capacity = usual;
  overflow policy = overflow::wait;
  bool chosen = false;  ///< by the program
};

/// The one into a stage that several have before them: the chosen one, or the smallest. Throws usage_error where two
/// that were chosen differ.
arrow merged(const arrow& one, const arrow& other);

/// Where items leave a stage: the outputs of its actors, once they are made.
template <class T>
struct outlet {
  explicit outlet(stage& its) : owner{&its} {}
  stage* owner;
  std::vector<out_cell<T>*> cells;
};

/// Where a plan is built: the team, and what was made in it.
struct building_site {
  explicit building_site(team& in, std::string front, supervised_as how)
      : where{in}, prefix{std::move(front)}, each{how} {}
  team& where;
  std::string prefix;
  supervised_as each;  ///< of its actors
  struct part {
    const stage* of;
    std::shared_ptr<actor_cell> cell;
  };
  std::vector<part> parts;
};

/// Whether nobody reads any more what an actor of a stage sends. Without an argument: it sends nothing.
class reader_check {
 public:
  reader_check() noexcept = default;
  template <class T>
  explicit reader_check(out<T>& to) noexcept
      : of_{&to.cell()}, look_{[](const void* of) {
          return static_cast<const out_cell<T>*>(of)->targets().front().closed();
        }} {}
  template <class T>
  explicit reader_check(const sender<T>& to) noexcept
      : of_{&to}, look_{[](const void* of) { return static_cast<const sender<T>*>(of)->closed(); }} {}

  bool nobody_is_left() const { return look_ != nullptr && look_(of_); }

 private:
  const void* of_ = nullptr;
  bool (*look_)(const void*) = nullptr;
};

/// One of a plan's: its function and what else stays when its actors are made anew. Made while the pipeline is written,
/// used by its actors while it runs.
class stage {
 public:
  stage(plan& its, const char* verb);
  virtual ~stage() = default;
  stage(const stage&) = delete;
  stage& operator=(const stage&) = delete;

  /// Makes its actors, and the channel that they receive from.
  virtual void build(building_site& site) = 0;
  /// It has ended, in whichever way, and is not started again: what it holds of channels that are not the pipeline's
  /// own goes. May be called again.
  virtual void release() noexcept {}

  void rename(std::string name) {
    name_ = std::move(name);
    is_named_ = true;
  }
  const std::string& name() const noexcept { return name_; }

  /// The body of one of its actors: `body`, and then the end of the stage when it was the last. Where nobody wants what
  /// a source makes, its body is cancelled, and that is a normal end; so is a `channel_closed`, but only where `to` is
  /// closed: else it comes out of the program's function, and is the failure of the stage.
  task<> live(task<> body, reader_check to = {});
  /// Whether all of its bodies have ended normally. They may be started again all the same, where others of the team
  /// are: a source would give its items a second time.
  bool has_ended() const;
  /// The body of one that has.
  static task<> stay_ended();

  void note_reject(const reject& why);
  void note_refusal() noexcept { rejected_.fetch_add(1, std::memory_order_relaxed); }
  void note_dropped(std::uint64_t items) noexcept { dropped_.store(items, std::memory_order_relaxed); }
  void report_to(stage_report& into) const;
  /// For a body that has to clean up: it is not cancelled any more because nobody wants what it makes, and where it
  /// was, and has not heard of it, that is over.
  task<> end_undisturbed();

 protected:
  /// `this` as the owner that actors keep.
  template <class Self>
  std::shared_ptr<Self> kept(Self* self) const {
    return {whole(), self};
  }
  std::shared_ptr<plan> whole() const;
  void reads_from(stage& writer);
  /// Its actor number `index` of several, or the only one.
  actor_cell& add(building_site& site, const std::string& suffix, unique_function<std::unique_ptr<actor>()> factory);
  /// So many bodies have to end before the stage has.
  void expect_bodies(std::size_t bodies) noexcept { bodies_left_ = bodies; }
  /// It has ended for those before it, whatever goes on inside.
  void end_now();
  /// It waits for something else than its channels: it is cancelled when nobody wants what it makes, like a source.
  void end_when_unwanted() noexcept { ends_when_unwanted_ = true; }

 private:
  friend class plan;
  class running;
  bool note_end();

  plan* plan_;
  std::string name_;
  bool is_named_ = false;  ///< by the program
  bool ends_when_unwanted_ = false;
  std::atomic<std::uint64_t> rejected_{0};  ///< relaxed, as `dropped_`: counts that order nothing
  std::atomic<std::uint64_t> dropped_{0};

  // Under the plan's lock.
  std::string last_reject_;
  std::vector<stage*> writers_;
  std::size_t readers_left_ = 0;
  std::size_t bodies_left_ = 1;
  bool over_ = false;      ///< it has ended, or nobody reads what it makes
  bool unwanted_ = false;  ///< the latter
  task_ref body_;          ///< the running one of a stage that is to end when it is unwanted
};

/// All stages of a pipeline, in the order in which they are written. Owned by the pipeline's object and by the actors.
class plan : public std::enable_shared_from_this<plan> {
 public:
  template <class Stage, class... Args>
  Stage& add(Args&&... args) {
    auto made = std::make_unique<Stage>(*this, std::forward<Args>(args)...);
    Stage& added = *made;
    stages_.push_back(std::move(made));
    return added;
  }
  /// The other one's stages are this one's from now on.
  void absorb(plan& other);

  void restart_by(const supervision& how) { how_ = how, restarts_ = true; }
  const supervision& how() const noexcept { return how_; }
  bool restarts() const noexcept { return restarts_; }

  /// Names the stages and makes their actors.
  void build(building_site& site);
  /// Releases all.
  void release() noexcept;
  /// Whether every stage has ended.
  bool is_over() const;

 private:
  friend class stage;
  static void leave(stage& one);
  void number_names();

  mutable mutex lock_;  ///< of what changes while the stages run
  std::vector<std::unique_ptr<stage>> stages_;
  supervision how_{.max = 0};
  bool restarts_ = false;
};

/// A channel from all outputs of `writers` to all inputs in `readers`.
template <class T>
void draw_arrow(const arrow& how, const std::vector<outlet<T>*>& writers, const std::vector<in_cell<T>*>& readers,
                const std::string& name) {
  typed_channel<T> through{0};
  through.ends = channel<T>(how.capacity, name, how.policy);
  for (in_cell<T>* each : readers) each->attach(through);
  for (outlet<T>* from : writers)
    for (out_cell<T>* each : from->cells) each->attach(through);
}

/// The awaiter of `pass`: the channel's own send, counted.
template <channel_value T>
class [[nodiscard]] counted_send : public send_operation<T> {
 public:
  counted_send(out_cell<T>& cell, T&& value)
      : send_operation<T>{channel_access::state(cell.targets().front()), std::move(value)}, cell_{cell} {}
  void await_resume() {
    send_operation<T>::await_resume();
    cell_.count(1);
  }

 private:
  out_cell<T>& cell_;
};

/// Sends through the one channel that an output of a stage has.
template <channel_value T>
auto pass(out<T>& to, T&& value) {
  if constexpr (divisible<T>)
    return to.send(std::move(value));
  else
    return counted_send<T>{to.cell(), std::move(value)};
}

/// An actor with what a stage of `In` and `Out` has: `Stage::work(in, out)` is its body. `void`: no such port. What
/// sends to a channel of the program instead has `outside()`.
template <class Stage, class In, class Out>
class stage_actor final : public actor {
 public:
  explicit stage_actor(std::shared_ptr<Stage> its) : stage_{std::move(its)} {}
  task<> run() override { return stage_->live(stage_->work(from, to), reader_check{to}); }

  in<In> from{*this, "in"};
  out<Out> to{*this, "out"};

 private:
  std::shared_ptr<Stage> stage_;
};
template <class Stage, class Out>
class stage_actor<Stage, void, Out> final : public actor {
 public:
  explicit stage_actor(std::shared_ptr<Stage> its) : stage_{std::move(its)} {}
  task<> run() override {
    if (stage_->has_ended()) return stage::stay_ended();
    return stage_->live(stage_->work(to), reader_check{to});
  }

  out<Out> to{*this, "out"};

 private:
  std::shared_ptr<Stage> stage_;
};
template <class Stage, class In>
class stage_actor<Stage, In, void> final : public actor {
 public:
  explicit stage_actor(std::shared_ptr<Stage> its) : stage_{std::move(its)} {}
  task<> run() override {
    if constexpr (requires { stage_->outside(); })
      return stage_->live(stage_->work(from), reader_check{stage_->outside()});
    else
      return stage_->live(stage_->work(from));
  }

  in<In> from{*this, "in"};

 private:
  std::shared_ptr<Stage> stage_;
};

/// Behind the name of a stage: one of its several actors.
inline std::string replica_suffix(std::size_t number) { return '[' + std::to_string(number) + ']'; }

/// The port of that name of an actor that was just made.
template <class Cell>
Cell& port_of(actor_cell& owner, const char* name) {
  return static_cast<Cell&>(*owner.find(name));
}

/// Base of stages that read items of one kind.
template <class T>
class reading_stage : public stage {
 public:
  reading_stage(plan& its, const char* verb, std::vector<outlet<T>*> from, const arrow& how)
      : stage{its, verb}, from_{std::move(from)}, arrow_{how} {
    for (outlet<T>* each : from_) reads_from(*each->owner);
  }

 protected:
  void draw(const std::vector<in_cell<T>*>& readers) { draw_arrow<T>(arrow_, from_, readers, "to " + name()); }
  /// Notes at the end of a body, in whichever way that ends, what its arrow has dropped.
  class drop_note {
   public:
    drop_note(reading_stage& its, in<T>& from) noexcept : stage_{its}, from_{from} {}
    drop_note(const drop_note&) = delete;
    drop_note& operator=(const drop_note&) = delete;
    ~drop_note() {
      if (stage_.arrow_.policy != overflow::wait) stage_.note_dropped(from_.cell().from().dropped());
    }

   private:
    reading_stage& stage_;
    in<T>& from_;
  };
  drop_note drops_of(in<T>& from) noexcept { return {*this, from}; }

 private:
  std::vector<outlet<T>*> from_;
  arrow arrow_;
};

/// Base of stages that are one actor with one input and at most one output.
template <class Self, class T, class R>
class simple_stage : public reading_stage<T> {
 public:
  using reading_stage<T>::reading_stage;

  void build(building_site& site) override {
    using one = stage_actor<Self, T, R>;
    actor_cell& made =
        this->add(site, "", [its = this->kept(static_cast<Self*>(this))] { return std::make_unique<one>(its); });
    this->draw({&port_of<in_cell<T>>(made, "in")});
    if constexpr (!std::is_void_v<R>) static_cast<Self*>(this)->made.cells = {&port_of<out_cell<R>>(made, "out")};
  }
};

}  // namespace detail

}  // namespace actors::inline v1
