// sinks: how a pipeline ends: for_each, collect, fold, count, into a channel.
#pragma once

#include <actors/stages/stream.hpp>
#include <actors/stages/transform.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace actors::inline v1 {

namespace detail {

/// A sink with a result, into which `step` takes an item: plain, or a coroutine.
template <class T, class R, class Step>
class fold_stage final : public simple_stage<fold_stage<T, R, Step>, T, void> {
 public:
  fold_stage(plan& its, const char* verb, std::vector<outlet<T>*> from, const arrow& how, R first, Step step)
      : simple_stage<fold_stage, T, void>{its, verb, std::move(from), how},
        result_{std::move(first)},
        step_{std::move(step)} {}

  task<> work(in<T>& from) {
    while (auto item = co_await from.receive()) {
      const auto noted = this->drops_of(from);
      try {
        if constexpr (unwrapped_task<std::invoke_result_t<Step&, R&, T>>::suspends)
          co_await call(step_, result_, std::move(*item));
        else
          static_cast<void>(call(step_, result_, std::move(*item)));
      } catch (const reject& why) {
        this->note_reject(why);
      }
    }
  }

  R take() { return std::move(result_); }

 private:
  R result_;
  Step step_;
};

/// In place of a result.
struct no_result {};

/// Whether the function of several actors wants to know which one calls it: it cannot do without.
template <class F, class T>
inline constexpr bool wants_number = std::is_invocable_v<F&, T, std::size_t> && !std::is_invocable_v<F&, T>;

/// Several actors that share one arrow, each calling the same function.
template <class T, class F>
class for_each_stage final : public reading_stage<T> {
 public:
  for_each_stage(plan& its, std::vector<outlet<T>*> from, const arrow& how, std::size_t several, F function)
      : reading_stage<T>{its, "for_each", std::move(from), how}, several_{several}, function_{std::move(function)} {}

  void build(building_site& site) override {
    this->expect_bodies(several_);
    std::vector<in_cell<T>*> inputs;
    for (std::size_t i = 0; i != several_; ++i) {
      actor_cell& made = this->add(site, several_ == 1 ? std::string{} : replica_suffix(i + 1),
                                   [its = this->kept(this), i] { return std::make_unique<taker>(its, i); });
      inputs.push_back(&port_of<in_cell<T>>(made, "in"));
    }
    this->draw(inputs);
  }

 private:
  class taker final : public actor {
   public:
    taker(std::shared_ptr<for_each_stage> its, std::size_t number) : stage_{std::move(its)}, number_{number} {}
    task<> run() override { return stage_->live(stage_->work(from, number_)); }

    in<T> from{*this, "in"};

   private:
    std::shared_ptr<for_each_stage> stage_;
    std::size_t number_;
  };

  decltype(auto) give(T&& item, [[maybe_unused]] std::size_t number) {
    if constexpr (wants_number<F, T>)
      return call(function_, std::move(item), number);
    else
      return call(function_, std::move(item));
  }

  task<> work(in<T>& from, std::size_t number) {
    while (auto item = co_await from.receive()) {
      const auto noted = this->drops_of(from);
      try {
        if constexpr (unwrapped_task<decltype(give(std::move(*item), number))>::suspends)
          co_await give(std::move(*item), number);
        else
          static_cast<void>(give(std::move(*item), number));
      } catch (const reject& why) {
        this->note_reject(why);
      }
    }
  }

  const std::size_t several_;
  F function_;
};

template <class T>
class into_stage final : public simple_stage<into_stage<T>, T, void> {
 public:
  into_stage(plan& its, std::vector<outlet<T>*> from, const arrow& how, sender<T> to)
      : simple_stage<into_stage, T, void>{its, "into", std::move(from), how}, to_{std::move(to)} {}

  task<> work(in<T>& from) {
    const auto noted = this->drops_of(from);
    while (auto item = co_await from.receive()) co_await to_.send(std::move(*item));
  }
  void release() noexcept override { to_ = {}; }
  const sender<T>& outside() const noexcept { return to_; }

 private:
  sender<T> to_;
};

template <class Stage, class T, class... Args>
flow<void> end_with(stream<T>&& from, Args&&... args) {
  std::shared_ptr<plan> its = stream_access::take_plan(from);
  Stage& added = its->template add<Stage>(std::move(stream_access::ends(from)), stream_access::next(from),
                                          std::forward<Args>(args)...);
  return flow<void>{std::move(its), &added, [] {}};
}

template <class R, class T, class Step>
flow<R> end_with_fold(const char* verb, stream<T>&& from, R first, Step step) {
  std::shared_ptr<plan> its = stream_access::take_plan(from);
  using sink = fold_stage<T, R, Step>;
  sink& added = its->template add<sink>(verb, std::move(stream_access::ends(from)), stream_access::next(from),
                                        std::move(first), std::move(step));
  return flow<R>{std::move(its), &added, [&added] { return added.take(); }};
}

template <class F>
class for_each_verb : public verb {
 public:
  explicit for_each_verb(std::size_t several, F function) : several_{several}, function_{std::move(function)} {}
  template <class T>
  auto onto(stream<T>&& from) && {
    if constexpr (!std::is_invocable_v<F&, T> && !wants_number<F, T>) {
      static_assert(never<T>, "for_each(f): f cannot be called with an item of the stage before it");
      return broken_pipeline{};
    } else {
      return end_with<for_each_stage<T, F>>(std::move(from), several_, std::move(function_));
    }
  }

 private:
  std::size_t several_;
  F function_;
};

struct push_back_step {
  template <class T>
  void operator()(std::vector<T>& into, T&& item) const {
    into.push_back(std::move(item));
  }
};
class collect_verb : public verb {
 public:
  template <class T>
  auto onto(stream<T>&& from) && {
    return end_with_fold("collect", std::move(from), std::vector<T>{}, push_back_step{});
  }
};

struct count_step {
  template <class T>
  void operator()(std::size_t& sum, T&&) const noexcept {
    ++sum;
  }
};
class count_verb : public verb {
 public:
  template <class T>
  auto onto(stream<T>&& from) && {
    return end_with_fold("count", std::move(from), std::size_t{0}, count_step{});
  }
};

template <class R, class F>
class fold_verb : public verb {
 public:
  fold_verb(R first, F function) : first_{std::move(first)}, function_{std::move(function)} {}
  template <class T>
  auto onto(stream<T>&& from) && {
    if constexpr (!std::is_invocable_v<F&, R&, T>) {
      static_assert(never<T>,
                    "fold(start, f): f cannot be called with the result so far, by reference, and an item of "
                    "the stage before it");
      return broken_pipeline{};
    } else {
      return end_with_fold("fold", std::move(from), std::move(first_), std::move(function_));
    }
  }

 private:
  R first_;
  F function_;
};

template <class T>
class into_verb : public verb {
 public:
  explicit into_verb(sender<T> to) : to_{std::move(to)} {}
  template <class From>
  auto onto(stream<From>&& from) && {
    if constexpr (!std::is_same_v<From, T>) {
      static_assert(never<From>,
                    "into(channel): the channel is for items of another type than those of the stage before");
      return broken_pipeline{};
    } else {
      return end_with<into_stage<T>>(std::move(from), std::move(to_));
    }
  }

 private:
  sender<T> to_;
};

}  // namespace detail

/// The end of a pipeline: calls `f(item)` for each, and awaits what it gives where that is a task. As for `map`, an
/// item is refused with `reject`.
template <class F>
detail::for_each_verb<std::decay_t<F>> for_each(F&& f) {
  return detail::for_each_verb<std::decay_t<F>>{1, std::forward<F>(f)};
}
/// The same with so many actors, each of which takes an item when it is done with the one before. `f` is called by
/// several at once; one that has to be called as `f(item, i)` is told by which, from 0 on (each may have a connection
/// of its own).
template <class F>
detail::for_each_verb<std::decay_t<F>> for_each(std::size_t actors, F&& f) {
  return detail::for_each_verb<std::decay_t<F>>{actors == 0 ? 1 : actors, std::forward<F>(f)};
}
/// The end of a pipeline, which gives a std::vector of all items.
inline detail::collect_verb collect() noexcept { return {}; }
/// The end of a pipeline, which gives their number.
inline detail::count_verb count() noexcept { return {}; }
/// The end of a pipeline: `f(result, item)`, with the result by reference, or a task of that, for each item. Gives the
/// result, which begins as `start`.
template <class R, class F>
detail::fold_verb<std::decay_t<R>, std::decay_t<F>> fold(R&& start, F&& f) {
  return {std::forward<R>(start), std::forward<F>(f)};
}
/// The end of a pipeline: sends each item to a channel. The sender goes when there are no more. That nobody reads the
/// channel any more it sees with its next item, not before.
template <class T>
detail::into_verb<T> into(sender<T> to) {
  return detail::into_verb<T>{std::move(to)};
}

}  // namespace actors::inline v1
