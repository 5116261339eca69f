// transform: stages that make items of items, one at a time: map, filter, flat_map, take.
#pragma once

#include <actors/generator.hpp>
#include <actors/stages/stream.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <iterator>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace actors::inline v1 {

namespace detail {

/// Calls a stage's function with an item; nothing: it was refused. A coroutine, where the function is one.
template <class R, class F, class T>
std::optional<R> call_plainly(stage& its, F& function, T&& item) {
  try {
    return std::optional<R>{call(function, std::forward<T>(item))};
  } catch (const reject& why) {
    its.note_reject(why);
    return std::nullopt;
  }
}
template <class R, class F, class T>
std::optional<R> call_choosing(stage& its, F& function, T&& item) {
  try {
    std::optional<R> made = call(function, std::forward<T>(item));
    if (!made) its.note_refusal();
    return made;
  } catch (const reject& why) {
    its.note_reject(why);
    return std::nullopt;
  }
}

/// Runs the task that a function has given.
template <class R, class Given>
task<std::optional<R>> finish_call(stage& its, task<Given> under_way) {
  try {
    std::optional<R> made{co_await under_way};
    if (!made) its.note_refusal();
    co_return std::move(made);
  } catch (const reject& why) {
    its.note_reject(why);
  }
  co_return std::nullopt;
}

template <class R>
task<std::optional<R>> make_nothing() {
  co_return std::nullopt;
}
/// For a function that gives a task. It may refuse before it has made one.
template <class R, class F, class T>
task<std::optional<R>> call_suspending(stage& its, F& function, T&& item) {
  try {
    return finish_call<R>(its, call(function, std::forward<T>(item)));
  } catch (const reject& why) {
    its.note_reject(why);
    return make_nothing<R>();
  }
}

/// What `map` and `parallel` do with an item. Not a coroutine: those who call it await what it gives where it is one.
template <class R, class F, class T>
auto make_of(stage& its, F& function, T&& item) {
  if constexpr (is_coroutine<F, T>)
    return call_suspending<R>(its, function, std::forward<T>(item));
  else if constexpr (may_refuse<F, T>)
    return call_choosing<R>(its, function, std::forward<T>(item));
  else
    return call_plainly<R>(its, function, std::forward<T>(item));
}

/// One actor, or several (`parallel`) that share the arrow in front of them and the one behind.
template <class T, class R, class F>
class map_stage final : public reading_stage<T> {
 public:
  map_stage(plan& its, std::vector<outlet<T>*> from, const arrow& how, F function)
      : reading_stage<T>{its, "map", std::move(from), how}, made{*this}, function_{std::move(function)} {}
  map_stage(plan& its, std::vector<outlet<T>*> from, const arrow& how, std::size_t several, F function)
      : reading_stage<T>{its, "parallel", std::move(from), how},
        made{*this},
        several_{several},
        function_{std::move(function)} {}

  void build(building_site& site) override {
    using one = stage_actor<map_stage, T, R>;
    this->expect_bodies(several_);
    std::vector<in_cell<T>*> inputs;
    for (std::size_t i = 1; i <= several_; ++i) {
      actor_cell& added = this->add(site, several_ == 1 ? std::string{} : replica_suffix(i),
                                    [its = this->kept(this)] { return std::make_unique<one>(its); });
      inputs.push_back(&port_of<in_cell<T>>(added, "in"));
      made.cells.push_back(&port_of<out_cell<R>>(added, "out"));
    }
    this->draw(inputs);
  }

  task<> work(in<T>& from, out<R>& to) {
    while (auto item = co_await from.receive()) {
      const auto noted = this->drops_of(from);
      if constexpr (is_coroutine<F, T>) {
        std::optional<R> result = co_await make_of<R>(*this, function_, std::move(*item));
        if (result) co_await pass(to, std::move(*result));
      } else {
        std::optional<R> result = make_of<R>(*this, function_, std::move(*item));
        if (result) co_await pass(to, std::move(*result));
      }
    }
  }

  outlet<R> made;

 private:
  const std::size_t several_ = 1;
  F function_;
};

template <class T, class F>
class filter_stage final : public simple_stage<filter_stage<T, F>, T, T> {
 public:
  filter_stage(plan& its, std::vector<outlet<T>*> from, const arrow& how, F function)
      : simple_stage<filter_stage, T, T>{its, "filter", std::move(from), how},
        made{*this},
        function_{std::move(function)} {}

  task<> work(in<T>& from, out<T>& to) {
    while (auto item = co_await from.receive()) {
      const auto noted = this->drops_of(from);
      bool stays = false;
      try {
        if constexpr (is_coroutine<F, const T&>)
          stays = co_await call(function_, std::as_const(*item));
        else
          stays = static_cast<bool>(call(function_, std::as_const(*item)));
      } catch (const reject& why) {
        this->note_reject(why);
      }
      if (stays) co_await pass(to, std::move(*item));
    }
  }

  outlet<T> made;

 private:
  F function_;
};

template <class R>
struct is_generator : std::false_type {};
template <class R>
struct is_generator<generator<R>> : std::true_type {};

/// Whether the items of a range or a generator are its own, to be moved: those of a view, and those that a generator
/// of references refers to, are somebody else's.
template <class Range>
inline constexpr bool owns_items = !std::ranges::enable_view<Range>;
template <class T>
inline constexpr bool owns_items<generator<T&>> = false;

/// What `at` (an iterator, or the pointer that a generator gave) refers to: moved out of what owns it, or copied.
template <class R, class Many, class Iterator>
R item_at(const Iterator& at) {
  if constexpr (owns_items<Many>)
    return std::move(*at);
  else
    return *at;
}

template <class R>
concept many_items = requires(R& range) {
  std::begin(range) != std::end(range);
};
template <class R>
struct items_of {};
template <many_items R>
struct items_of<R> {
  using type = std::iter_value_t<decltype(std::begin(std::declval<R&>()))>;
};
template <class R>
struct items_of<generator<R>> {
  using type = typename generator<R>::value_type;
};

/// Sends all that a generator gives, and closes it where that cannot go on.
template <class G, class R>
task<> pass_generated(stage& its, G& values, out<R>& to) {
  while (auto* next = co_await values.next()) {
    std::exception_ptr why;
    try {
      R one = item_at<R, G>(next);
      co_await pass(to, std::move(one));
    } catch (...) {
      why = std::current_exception();
    }
    if (!why) continue;
    co_await its.end_undisturbed();
    co_await values.close();
    std::rethrow_exception(why);
  }
}

template <class T, class R, class F>
class flat_map_stage final : public simple_stage<flat_map_stage<T, R, F>, T, R> {
 public:
  flat_map_stage(plan& its, std::vector<outlet<T>*> from, const arrow& how, F function)
      : simple_stage<flat_map_stage, T, R>{its, "flat_map", std::move(from), how},
        made{*this},
        function_{std::move(function)} {}

  task<> work(in<T>& from, out<R>& to) {
    const auto noted = this->drops_of(from);
    while (auto item = co_await from.receive()) {
      // Also what is made later may refuse: the rest of the item.
      try {
        if constexpr (is_coroutine<F, T>) {
          many results = co_await call(function_, std::move(*item));
          co_await pass_all(results, to);
        } else {
          many results = call(function_, std::move(*item));
          co_await pass_all(results, to);
        }
      } catch (const reject& why) {
        this->note_reject(why);
      }
    }
  }

  outlet<R> made;

 private:
  using many = std::remove_cvref_t<task_result<F, T>>;

  task<> pass_all(many& results, out<R>& to) {
    if constexpr (is_generator<many>::value)
      return pass_generated(*this, results, to);
    else
      return pass_range(results, to);
  }
  static task<> pass_range(many& results, out<R>& to) {
    const auto last = std::end(results);
    for (auto next = std::begin(results); next != last; ++next) {
      R one = item_at<R, many>(next);
      co_await pass(to, std::move(one));
    }
  }

  F function_;
};

template <class T>
class take_stage final : public simple_stage<take_stage<T>, T, T> {
 public:
  take_stage(plan& its, std::vector<outlet<T>*> from, const arrow& how, std::size_t count)
      : simple_stage<take_stage, T, T>{its, "take", std::move(from), how}, made{*this}, left_{count} {}

  task<> work(in<T>& from, out<T>& to) {
    while (left_ != 0) {
      const auto noted = this->drops_of(from);
      auto item = co_await from.receive();
      if (!item) break;
      co_await pass(to, std::move(*item));
      --left_;
    }
  }

  outlet<T> made;

 private:
  std::size_t left_;
};

/// Puts a stage that gives items of `R` behind `from`.
template <class Stage, class R, class T, class... Args>
stream<R> put_behind(stream<T>&& from, Args&&... args) {
  std::shared_ptr<plan> its = stream_access::take_plan(from);
  Stage& added = its->template add<Stage>(std::move(stream_access::ends(from)), stream_access::next(from),
                                          std::forward<Args>(args)...);
  return stream<R>{std::move(its), {&added.made}};
}

template <class F>
class map_verb : public verb {
 public:
  explicit map_verb(F function) : function_{std::move(function)} {}
  template <class T>
  auto onto(stream<T>&& from) && {
    if constexpr (!std::is_invocable_v<F&, T>) {
      static_assert(never<T>, "map(f): f cannot be called with an item of the stage before it");
      return broken_pipeline{};
    } else if constexpr (!stage_item<made_by<F, T>>) {
      static_assert(never<T>,
                    "map(f): f gives nothing that can be an item: it must be an object that moves without "
                    "exceptions; for a function that gives nothing there is for_each(f)");
      return broken_pipeline{};
    } else {
      using R = made_by<F, T>;
      return put_behind<map_stage<T, R, F>, R>(std::move(from), std::move(function_));
    }
  }

 private:
  F function_;
};

template <class F>
class filter_verb : public verb {
 public:
  explicit filter_verb(F function) : function_{std::move(function)} {}
  template <class T>
  auto onto(stream<T>&& from) && {
    if constexpr (!std::is_invocable_v<F&, const T&>) {
      static_assert(never<T>, "filter(f): f cannot be called with a const item of the stage before it");
      return broken_pipeline{};
    } else if constexpr (!std::is_constructible_v<bool, task_result<F, const T&>>) {
      static_assert(never<T>, "filter(f): f gives no bool, and no task<bool>");
      return broken_pipeline{};
    } else {
      return put_behind<filter_stage<T, F>, T>(std::move(from), std::move(function_));
    }
  }

 private:
  F function_;
};

template <class F>
class flat_map_verb : public verb {
 public:
  explicit flat_map_verb(F function) : function_{std::move(function)} {}
  template <class T>
  auto onto(stream<T>&& from) && {
    if constexpr (!std::is_invocable_v<F&, T>) {
      static_assert(never<T>, "flat_map(f): f cannot be called with an item of the stage before it");
      return broken_pipeline{};
    } else if constexpr (!requires { typename items_of<task_result<F, T>>::type; }) {
      static_assert(never<T>, "flat_map(f): f gives no range, no generator and no task with a range");
      return broken_pipeline{};
    } else {
      using R = typename items_of<task_result<F, T>>::type;
      static_assert(stage_item<R>, "flat_map(f): what f gives has items that do not move without exceptions");
      return put_behind<flat_map_stage<T, R, F>, R>(std::move(from), std::move(function_));
    }
  }

 private:
  F function_;
};

class take_verb : public verb {
 public:
  explicit take_verb(std::size_t count) noexcept : count_{count} {}
  template <class T>
  auto onto(stream<T>&& from) && {
    return put_behind<take_stage<T>, T>(std::move(from), count_);
  }

 private:
  std::size_t count_;
};

}  // namespace detail

/// A stage that makes one item of each: `f(item)` gives it, or a `task` with it. What gives a std::optional refuses an
/// item by an empty one, any function by throwing `reject`: such items are counted, and go. Any other exception is the
/// failure of the stage.
template <class F>
detail::map_verb<std::decay_t<F>> map(F&& f) {
  return detail::map_verb<std::decay_t<F>>{std::forward<F>(f)};
}
/// A stage that passes those items on for which `f(const item)` is true; also a `task<bool>`.
template <class F>
detail::filter_verb<std::decay_t<F>> filter(F&& f) {
  return detail::filter_verb<std::decay_t<F>>{std::forward<F>(f)};
}
/// A stage that makes any number of items of each: `f(item)` gives a range, a task with one, or a generator. What a
/// view or a generator of references gives is copied. A `reject` out of a generator refuses the rest of its item.
template <class F>
detail::flat_map_verb<std::decay_t<F>> flat_map(F&& f) {
  return detail::flat_map_verb<std::decay_t<F>>{std::forward<F>(f)};
}
/// A stage that passes the first `count` items on. Then it ends, and with it what stands before it.
inline detail::take_verb take(std::size_t count) noexcept { return detail::take_verb{count}; }

}  // namespace actors::inline v1
