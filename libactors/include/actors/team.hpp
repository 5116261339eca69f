// team: actors that are wired, run and supervised together.
#pragma once

#include <actors/actor.hpp>
#include <actors/actor_ref.hpp>
#include <actors/detail/actor_cell.hpp>
#include <actors/detail/invoke.hpp>
#include <actors/detail/supervisor.hpp>
#include <actors/errors.hpp>
#include <actors/function_actor.hpp>
#include <actors/supervision.hpp>

#include <atomic>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

namespace actors::inline v1 {

namespace detail {
struct team_survey;
class team_child;
}  // namespace detail

/// An actor's body ended with an exception. The original is nested (std::rethrow_if_nested).
class actor_failed : public error {
 public:
  actor_failed(std::string actor_name, const std::string& what)
      : error{"actor '" + actor_name + "' failed: " + what}, actor_{std::move(actor_name)} {}
  const std::string& actor_name() const noexcept { return actor_; }

 private:
  std::string actor_;
};

/// What can be said of an actor when it is spawned.
struct actor_options {
  /// In every report about it, and to find it; it is copied. Without one it is "actor-1", "actor-2" ...
  std::string_view name{};
  /// When it is restarted, in a team that restarts.
  lifetime life = lifetime::transient;
  /// How long it may take to stop once it is asked to. Then it is asked again each millisecond, so that every wait of
  /// it ends with a cancellation; and when that has lasted as long again, it is left to itself: its channels are
  /// closed, the log names it, and the team goes on.
  std::chrono::milliseconds stop_timeout{5'000};
};

/// Actors that are wired first and then run together. When one fails, it is restarted, alone or with others, as
/// `supervision` says; without one nobody is restarted: the others are stopped, and `run` throws.
///
/// A restarted actor is a new object, made with the same arguments, on the same ports: its channels stay, and what lies
/// in them. What the old one had received, and not done with when it failed, is lost, and counted
/// (`actor_report::lost`); an item is done with when the next one is asked for. Actors start in the order in which they
/// were spawned, and are stopped in reverse order, one after the other.
///
/// Actors may be spawned while the team runs, too, by its own or by any task: such a one is wired, and then started
/// with `start`. It is supervised as all others, and forgotten when it has ended.
///
/// Not thread-safe, except `spawn` and `start` while it runs, `find`, `drain`, `stop`, `running` and `reports`.
class team {
 public:
  team();
  explicit team(const supervision& how);
  ~team();
  team(const team&) = delete;
  team& operator=(const team&) = delete;

  /// Makes an actor. Its arguments are kept; its body starts with `run`; while the team runs, with `start`. Throws
  /// usage_error where the team has one of that name.
  template <std::derived_from<actor> A, class... Args>
  requires std::constructible_from<A, const Args&...> actor_ref<A> spawn(Args... args) {
    return spawn<A>(actor_options{}, std::move(args)...);
  }

  /// The same with a name, and so on.
  ///
  ///     auto from = work.spawn<reader>({.name = "reader"}, path);
  template <std::derived_from<actor> A, class... Args>
  requires std::constructible_from<A, const Args&...> actor_ref<A> spawn(const actor_options& options, Args... args) {
    return actor_ref<A>{add(std::string{options.name},
                            [kept = std::make_tuple(std::move(args)...)]() -> std::unique_ptr<actor> {
                              return std::apply([](const Args&... each) { return std::make_unique<A>(each...); }, kept);
                            },
                            {.life = options.life, .stop_timeout = options.stop_timeout})};
  }

  /// An actor that is a function: its ports are its parameters. Their names are "in" and "out", with numbers where
  /// there are several. It is kept, and copied for a restart.
  ///
  ///     auto twice = work.spawn([](in<int>& numbers, out<int>& doubled) -> task<> {
  ///       while (auto number = co_await numbers.receive()) co_await doubled.send(2 * *number);
  ///     });
  ///     connect(twice.port<1>(), printer.port(&print::numbers));
  template <detail::actor_body F>
  actor_ref<function_actor<F>> spawn(F body) {
    return spawn<function_actor<F>>(std::move(body));
  }
  template <detail::actor_body F>
  actor_ref<function_actor<F>> spawn(const actor_options& options, F body) {
    return spawn<function_actor<F>>(options, std::move(body));
  }

  /// Starts one that was spawned while the team runs, where that does. From any thread. False where all are about to
  /// end (of a team in a team, also while that waits for its restart): then it has ended at once. Throws usage_error
  /// when an input of it is connected to nothing, when it was started before, and before `run`.
  template <class A>
  bool start(const actor_ref<A>& one) {
    return start_child(one.cell());
  }

  /// One that has not been forgotten, or none. Throws usage_error where it is no A. From any thread.
  template <std::derived_from<actor> A = actor>
  std::optional<actor_ref<A>> find(std::string_view name) const {
    std::shared_ptr<detail::actor_cell> cell = find_cell(name);
    if (cell == nullptr) return std::nullopt;
    if constexpr (!std::is_same_v<A, actor>) cell->check_is(typeid(A));
    return actor_ref<A>{std::move(cell)};
  }

  /// The same for a type known at run time.
  std::shared_ptr<detail::actor_cell> add(std::string name, detail::unique_function<std::unique_ptr<actor>()> factory,
                                          detail::supervised_as how = {});

  /// Makes a team of its own inside this one, which is supervised as an actor is, with what it supervises by itself:
  /// where it has to give up, that is its failure, and this team restarts it as a whole, or gives up too. Its actors
  /// can be connected to those of other teams; it is run, drained and stopped with this one, and is given as long to
  /// stop as its actors are. Valid as long as this one.
  team& supervise(const supervision& how, const actor_options& options = {});

  /// Starts every body and suspends until all have ended for good. Throws actor_failed for the first one that failed
  /// for good, after all have ended; cancelling the awaiting task stops all. Throws usage_error when an input is
  /// connected to nothing, or when called twice.
  task<> run();

  /// Ends the actors that have no inputs; the others end when they have worked off what is left. From any thread.
  void drain();
  /// Stops every actor. From any thread.
  void stop();
  /// The names of the actors that have not ended for good. From any thread.
  std::vector<std::string> running() const;
  /// What each of them does, and how often it failed. From any thread.
  std::vector<actor_report> reports() const;

  const std::vector<std::shared_ptr<detail::actor_cell>>& cells() const noexcept { return cells_; }

 private:
  friend struct detail::team_survey;  ///< for metrics
  friend class detail::team_child;

  void check_not_started() const;
  void check_wiring() const;
  void finish_wiring();
  bool start_child(const std::shared_ptr<detail::actor_cell>& one);
  std::shared_ptr<detail::actor_cell> find_cell(std::string_view name) const;
  task<> run_children();
  [[noreturn]] void throw_failure() const;

  const supervision how_;
  std::vector<std::shared_ptr<detail::actor_cell>> cells_;
  std::vector<std::shared_ptr<detail::team_child>> teams_;
  detail::supervisor supervisor_;
  std::atomic<bool> started_{false};     ///< release: the list of those that were there is complete
  std::atomic<std::uint64_t> named_{0};  ///< names that were made up; relaxed
};

}  // namespace actors::inline v1
