// parallel: one function in several actors, with or without the order of the items.
#pragma once

#include <actors/stages/stream.hpp>
#include <actors/stages/transform.hpp>
#include <actors/sync/mutex.hpp>
#include <actors/sync/semaphore.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace actors::inline v1 {

/// For `parallel`: results leave in the order of the items that they were made of.
struct in_order_t {
  explicit in_order_t() = default;
};
inline constexpr in_order_t in_order{};
/// Or as they come.
struct any_order_t {
  explicit any_order_t() = default;
};
inline constexpr any_order_t any_order{};

namespace detail {

/// What was made of an item, or that nothing was.
template <class R>
struct numbered {
  numbered(std::uint64_t its, std::optional<R> of) noexcept : number{its}, made{std::move(of)} {}
  std::uint64_t number;
  std::optional<R> made;
};

/// Workers take an item and its number together; a collector puts what they made in order. No item is taken that is
/// more than `window_` ahead of the one that has to leave next, so the collector has a place for each.
///
/// A worker's number stays in its lane until the collector has it: where the worker ends before, it says that there is
/// nothing.
template <class T, class R, class F>
class ordered_stage final : public reading_stage<T> {
 public:
  ordered_stage(plan& its, std::vector<outlet<T>*> from, const arrow& how, std::size_t several, F function)
      : reading_stage<T>{its, "parallel", std::move(from), how},
        made{*this},
        function_{std::move(function)},
        lanes_(several),
        window_{4 * several},
        room_{window_},
        places_(window_) {}

  void build(building_site& site) override {
    const auto its = this->kept(this);
    std::vector<in_cell<T>*> inputs;
    outlet<numbered<R>> results{*this};
    this->expect_bodies(lanes_.size() + 1);
    for (std::size_t i = 0; i != lanes_.size(); ++i) {
      actor_cell& added = this->add(site, replica_suffix(i + 1), [its, i] { return std::make_unique<worker>(its, i); });
      inputs.push_back(&port_of<in_cell<T>>(added, "in"));
      results.cells.push_back(&port_of<out_cell<numbered<R>>>(added, "results"));
    }
    actor_cell& last = this->add(site, "[order]", [its] { return std::make_unique<collector>(its); });
    made.cells = {&port_of<out_cell<R>>(last, "out")};
    this->draw(inputs);
    draw_arrow<numbered<R>>({.capacity = window_}, {&results}, {&port_of<in_cell<numbered<R>>>(last, "results")},
                            "results of " + this->name());
  }

  outlet<R> made;

 private:
  class worker final : public actor {
   public:
    worker(std::shared_ptr<ordered_stage> its, std::size_t lane) : stage_{std::move(its)}, lane_{lane} {}
    task<> run() override {
      return stage_->live(stage_->compute(from, results, stage_->lanes_[lane_]), reader_check{results});
    }

    in<T> from{*this, "in"};
    out<numbered<R>> results{*this, "results"};

   private:
    std::shared_ptr<ordered_stage> stage_;
    std::size_t lane_;
  };

  class collector final : public actor {
   public:
    explicit collector(std::shared_ptr<ordered_stage> its) : stage_{std::move(its)} {}
    task<> run() override { return stage_->live(stage_->arrange(results, to), reader_check{to}); }

    in<numbered<R>> results{*this, "results"};
    out<R> to{*this, "out"};

   private:
    std::shared_ptr<ordered_stage> stage_;
  };

  /// At the end of a worker, in whichever way: that there is nothing of the item that it has. The collector's channel
  /// has room for every item that is under way.
  class lane_end {
   public:
    lane_end(std::optional<std::uint64_t>& lane, out<numbered<R>>& results) noexcept : lane_{lane}, results_{results} {}
    lane_end(const lane_end&) = delete;
    lane_end& operator=(const lane_end&) = delete;
    ~lane_end() {
      if (!lane_) return;
      static_cast<void>(results_.cell().targets().front().try_send(numbered<R>{*lane_, std::nullopt}));
      lane_.reset();
    }

   private:
    std::optional<std::uint64_t>& lane_;
    out<numbered<R>>& results_;
  };

  task<> compute(in<T>& from, out<numbered<R>>& results, std::optional<std::uint64_t>& lane) {
    const lane_end answer{lane, results};
    const auto noted = this->drops_of(from);
    for (;;) {
      std::optional<T> item;
      {
        auto room = co_await room_.acquire();
        if (nobody_reads_.load(std::memory_order_relaxed)) break;
        auto turn = co_await taking_.lock();
        auto next = co_await from.receive();
        if (!next) break;
        item.emplace(std::move(*next));
        room.forget();
        lane = taken_++;
      }
      if constexpr (is_coroutine<F, T>) {
        numbered<R> told{*lane, co_await make_of<R>(*this, function_, std::move(*item))};
        co_await pass(results, std::move(told));
      } else {
        numbered<R> told{*lane, make_of<R>(*this, function_, std::move(*item))};
        co_await pass(results, std::move(told));
      }
      lane.reset();
    }
  }

  task<> arrange(in<numbered<R>>& results, out<R>& to) {
    try {
      for (;;) {
        while (places_[left_ % window_]) {
          std::optional<R> result = std::move(*places_[left_ % window_]);
          places_[left_++ % window_].reset();
          room_.release();
          if (result) co_await pass(to, std::move(*result));
        }
        auto next = co_await results.receive();
        if (!next) co_return;
        places_[next->number % window_].emplace(std::move(next->made));
      }
    } catch (const channel_closed&) {
      this->end_now();  // workers may wait for items that nobody wants,
      nobody_reads_.store(true, std::memory_order_relaxed);
      room_.release();  // or for room: each hands this on to the next
      throw;
    }
  }

  F function_;
  std::vector<std::optional<std::uint64_t>> lanes_;  ///< the item that each worker has
  const std::size_t window_;
  v1::semaphore room_;
  v1::mutex taking_;
  std::uint64_t taken_ = 0;                ///< who has `taking_`
  std::atomic<bool> nobody_reads_{false};  ///< relaxed: seen by who gets the room that is released behind it
  // The collector's.
  std::vector<std::optional<std::optional<R>>> places_;
  std::uint64_t left_ = 0;
};

template <class F, bool Ordered>
class parallel_verb : public verb {
 public:
  parallel_verb(std::size_t several, F function) : several_{several}, function_{std::move(function)} {}
  template <class T>
  auto onto(stream<T>&& from) && {
    if constexpr (!std::is_invocable_v<F&, T>) {
      static_assert(never<T>, "parallel(n, f): f cannot be called with an item of the stage before it");
      return broken_pipeline{};
    } else if constexpr (!stage_item<made_by<F, T>>) {
      static_assert(never<T>,
                    "parallel(n, f): f gives nothing that can be an item: it must be an object that moves "
                    "without exceptions; for a function that gives nothing there is for_each(n, f)");
      return broken_pipeline{};
    } else {
      using R = made_by<F, T>;
      using stage_type = std::conditional_t<Ordered, ordered_stage<T, R, F>, map_stage<T, R, F>>;
      return put_behind<stage_type, R>(std::move(from), several_, std::move(function_));
    }
  }

 private:
  std::size_t several_;
  F function_;
};

}  // namespace detail

/// `map(f)` in `actors` actors: results leave as they come. `f` is called by several at once.
template <class F>
detail::parallel_verb<std::decay_t<F>, false> parallel(std::size_t actors, F&& f, any_order_t = any_order) {
  return {actors == 0 ? 1 : actors, std::forward<F>(f)};
}
/// The same, and results leave in the order of their items. Up to four items for each actor are under way: one that
/// takes long holds up no more.
template <class F>
detail::parallel_verb<std::decay_t<F>, true> parallel(std::size_t actors, F&& f, in_order_t) {
  return {actors == 0 ? 1 : actors, std::forward<F>(f)};
}

}  // namespace actors::inline v1
