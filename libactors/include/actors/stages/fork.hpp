// fork, join, merge: pipelines that branch and meet.
#pragma once

#include <actors/select.hpp>
#include <actors/stages/stream.hpp>
#include <actors/stages/transform.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace actors::inline v1 {

/// For `fork`: each branch gets a copy of each item.
struct copying_t {
  explicit copying_t() = default;
};
inline constexpr copying_t copying{};
/// For `fork`: the branches get items in turn.
struct round_robin_t {
  explicit round_robin_t() = default;
};
inline constexpr round_robin_t round_robin{};
/// For `fork`: items with the same key go to the same branch, so that they stay in order. `f(const item)` gives the
/// key, for which there is a std::hash.
template <class F>
class by_key {
 public:
  explicit by_key(F f) : key_of{std::move(f)} {}
  F key_of;
};

/// So many branches that are the same, for `fork`: its function is copied.
template <class Branch>
class times {
 public:
  times(std::size_t count, Branch each) : count_{count}, each_{std::move(each)} {}
  std::size_t count() const noexcept { return count_; }
  Branch copy() const { return each_; }

 private:
  std::size_t count_;
  Branch each_;
};

namespace detail {

/// Which branch gets an item: that number, counted round.
template <class How, class T>
class branch_choice;
template <class T>
class branch_choice<round_robin_t, T> {
 public:
  explicit branch_choice(round_robin_t) noexcept {}
  static constexpr bool any_will_do = true;
  std::size_t operator()(const T&, std::size_t) noexcept { return next_++; }

 private:
  std::size_t next_ = 0;
};
template <class F, class T>
class branch_choice<by_key<F>, T> {
 public:
  explicit branch_choice(by_key<F> how) : key_of_{std::move(how.key_of)} {}
  static constexpr bool any_will_do = false;
  std::size_t operator()(const T& item, std::size_t) {
    using key = std::remove_cvref_t<std::invoke_result_t<F&, const T&>>;
    return std::hash<key>{}(call(key_of_, item));
  }

 private:
  F key_of_;
};
template <class T>
class branch_choice<copying_t, T> {
 public:
  explicit branch_choice(copying_t) noexcept {}
};

/// One actor with an output for each branch. A branch that has ended gets nothing any more; when all have, it ends.
template <class T, class How>
class fork_stage final : public reading_stage<T> {
 public:
  fork_stage(plan& its, std::vector<outlet<T>*> from, const arrow& how, std::size_t branches, How to)
      : reading_stage<T>{its, "fork", std::move(from), how}, choose_{std::move(to)}, gone_(branches) {
    for (std::size_t i = 0; i != branches; ++i) made.push_back(std::make_unique<outlet<T>>(*this));
  }

  void build(building_site& site) override {
    actor_cell& added = this->add(site, "", [its = this->kept(this)] { return std::make_unique<splitter>(its); });
    for (std::size_t i = 0; i != made.size(); ++i)
      made[i]->cells = {&port_of<out_cell<T>>(added, output_name(i).c_str())};
    this->draw({&port_of<in_cell<T>>(added, "in")});
  }

  std::vector<std::unique_ptr<outlet<T>>> made;

 private:
  static constexpr bool copies = std::is_same_v<How, copying_t>;
  using outputs = std::vector<std::unique_ptr<out<T>>>;

  class splitter final : public actor {
   public:
    explicit splitter(std::shared_ptr<fork_stage> its) : stage_{std::move(its)} {
      for (std::size_t i = 0; i != stage_->made.size(); ++i)
        to_.push_back(std::make_unique<out<T>>(*this, output_name(i)));
    }
    task<> run() override { return stage_->live(stage_->work(from, to_)); }

    in<T> from{*this, "in"};

   private:
    std::shared_ptr<fork_stage> stage_;
    outputs to_;
  };

  static std::string output_name(std::size_t branch) { return "out" + std::to_string(branch + 1); }

  task<> work(in<T>& from, outputs& to) {
    while (auto item = co_await from.receive()) {
      const auto noted = this->drops_of(from);
      if constexpr (copies)
        co_await send_to_all(to, std::move(*item));
      else
        co_await send_to_one(to, std::move(*item));
      if (left_ == 0) co_return;
    }
  }

  task<> send_to_all(outputs& to, T item) {
    for (std::size_t i = 0; i != to.size(); ++i) {
      if (gone_[i]) continue;
      T copy = item;
      co_await offer(to, i, copy);
    }
  }

  task<> send_to_one(outputs& to, T item) {
    const std::size_t chosen = choose_(item, to.size()) % to.size();
    for (std::size_t tried = 0; tried != to.size(); ++tried) {
      const std::size_t at = (chosen + tried) % to.size();
      if (!gone_[at]) {
        const bool taken = co_await offer(to, at, item);
        if (taken) co_return;
      }
      if constexpr (!branch_choice<How, T>::any_will_do) break;
    }
    this->note_refusal();
  }

  // False, and the item is as it was, where the branch has ended.
  task<bool> offer(outputs& to, std::size_t branch, T& item) {
    channel_status told = channel_status::ok;
    const sender<T>& reader = to[branch]->cell().targets().front();
    const auto note = [&](channel_status how) { told = how; };
    co_await select(on_send(reader, item, note));
    if (told == channel_status::ok) {
      to[branch]->cell().count(1);
      co_return true;
    }
    gone_[branch] = true;
    --left_;
    co_return false;
  }

  [[no_unique_address]] branch_choice<How, T> choose_;
  std::vector<bool> gone_;
  std::size_t left_ = gone_.size();
};

/// Branches that go on.
template <class T>
class branches : public pipeline_part {
 public:
  explicit branches(std::vector<stream<T>> each) : each_{std::move(each)} {}
  std::vector<stream<T>> take() && { return std::move(each_); }

 private:
  std::vector<stream<T>> each_;
};
template <class X>
struct is_stream : std::false_type {};
template <class T>
struct is_stream<stream<T>> : std::true_type {};

template <class X>
struct is_flow : std::false_type {};
template <class R>
struct is_flow<flow<R>> : std::true_type {
  using result = R;
};
template <class X>
struct is_times : std::false_type {};
template <class B>
struct is_times<times<B>> : std::true_type {};
template <class R>
using result_or_nothing = std::conditional_t<std::is_void_v<R>, std::monostate, R>;

template <class R>
result_or_nothing<R> take_result(flow<R>& of) {
  if constexpr (std::is_void_v<R>) {
    stream_access::take(of);
    return {};
  } else {
    return stream_access::take(of);
  }
}

template <class T>
stream<T> branch_of(const std::shared_ptr<plan>& its, outlet<T>& from) {
  return stream<T>{its, {&from}};
}

/// Ends of branches: a flow whose result is a tuple of theirs.
template <class... R>
auto combine(const std::shared_ptr<plan>& its, flow<R>... ends) {
  if constexpr ((std::is_void_v<R> && ...)) {
    return flow<void>{its, nullptr, [] {}};
  } else {
    using all = std::tuple<result_or_nothing<R>...>;
    auto kept = std::make_tuple(std::move(ends)...);
    return flow<all>{its, nullptr, [kept = std::move(kept)]() mutable {
                       return std::apply([](auto&... each) { return all{take_result(each)...}; }, kept);
                     }};
  }
}
template <class R>
auto combine_many(const std::shared_ptr<plan>& its, std::vector<flow<R>> ends) {
  if constexpr (std::is_void_v<R>) {
    return flow<void>{its, nullptr, [] {}};
  } else {
    return flow<std::vector<R>>{its, nullptr, [kept = std::move(ends)]() mutable {
                                  std::vector<R> results;
                                  for (flow<R>& each : kept) results.push_back(take_result(each));
                                  return results;
                                }};
  }
}

template <class How, class... Branch>
class fork_verb : public verb {
 public:
  fork_verb(How how, Branch... each) : how_{std::move(how)}, each_{std::move(each)...} {}

  template <class T>
  auto onto(stream<T>&& from) && {
    if constexpr (std::is_same_v<How, copying_t> && !std::is_copy_constructible_v<T>) {
      static_assert(never<T>, "fork(copying, ...): the items of the stage before it cannot be copied");
      return broken_pipeline{};
    } else if constexpr ((is_times<Branch>::value && ...)) {
      static_assert(sizeof...(Branch) == 1, "fork(how, times(n, branch)): there is one kind of branch");
      return put_times(std::move(from), std::get<0>(each_));
    } else {
      return put_each(std::move(from), std::index_sequence_for<Branch...>{});
    }
  }

 private:
  template <class T>
  fork_stage<T, How>& add(plan& its, stream<T>& from, std::size_t branches) {
    return its.template add<fork_stage<T, How>>(std::move(stream_access::ends(from)), stream_access::next(from),
                                                branches, std::move(how_));
  }

  template <class T, class B>
  auto put_times(stream<T>&& from, times<B>& branch) {
    const std::shared_ptr<plan> its = stream_access::take_plan(from);
    const std::size_t count = branch.count() == 0 ? 1 : branch.count();
    fork_stage<T, How>& added = add(*its, from, count);
    using end = decltype(branch.copy().onto(std::declval<stream<T>>()));
    std::vector<end> ends;
    for (std::size_t i = 0; i != count; ++i) ends.push_back(branch.copy().onto(branch_of(its, *added.made[i])));
    if constexpr (is_flow<end>::value) {
      return combine_many(its, std::move(ends));
    } else if constexpr (is_stream<end>::value) {
      return branches<typename end::value_type>{std::move(ends)};
    } else {
      static_assert(never<T>, "fork: the branch of times(n, branch) has to end, or to give items");
      return broken_pipeline{};
    }
  }

  template <class T, std::size_t... I>
  auto put_each(stream<T>&& from, std::index_sequence<I...>) {
    const std::shared_ptr<plan> its = stream_access::take_plan(from);
    fork_stage<T, How>& added = add(*its, from, sizeof...(I));
    // Braces: the stages are numbered in the order in which they are written.
    std::tuple ends{std::move(std::get<I>(each_)).onto(branch_of(its, *added.made[I]))...};
    using first = std::tuple_element_t<0, decltype(ends)>;
    if constexpr ((is_flow<std::tuple_element_t<I, decltype(ends)>>::value && ...)) {
      return combine(its, std::move(std::get<I>(ends))...);
    } else if constexpr (is_stream<first>::value &&
                         (std::is_same_v<first, std::tuple_element_t<I, decltype(ends)>> && ...)) {
      std::vector<first> all;
      (all.push_back(std::move(std::get<I>(ends))), ...);
      return branches<typename first::value_type>{std::move(all)};
    } else {
      static_assert(never<T>, "fork: the branches have to end, all of them, or to give items of one type");
      return broken_pipeline{};
    }
  }

  How how_;
  std::tuple<Branch...> each_;
};

}  // namespace detail

/// One stream becomes several: `how` is `copying`, `round_robin` or `by_key(f)`, each branch one stage or more that are
/// put together with `|`, or `times(n, branch)`. Where all branches end the pipeline ends with them, and gives a tuple
/// of what they give (std::monostate for nothing; a vector with `times`; nothing where all give nothing). Otherwise
/// they give items of one type, and behind the fork stands `| join()`. What stands between them may be a part without a
/// source, and a branch may fork again: `auto part = map(f) | fork(round_robin, times(4, map(g))) | join();`
///
/// The slowest branch holds up the others. One that has ended gets nothing any more: with `round_robin` the next one
/// does, with `by_key` the item is refused.
template <class How, detail::stage_verb... Branch>
requires(sizeof...(Branch) != 0) detail::fork_verb<How, std::decay_t<Branch>...> fork(How how, Branch&&... branches) {
  return {std::move(how), std::forward<Branch>(branches)...};
}
template <class How, class Branch>
detail::fork_verb<How, times<Branch>> fork(How how, times<Branch> branches) {
  return {std::move(how), std::move(branches)};
}

/// Several streams become one: all have the next stage's channel, so that items come as they do, and each stream's
/// in its order. The channel has the capacity that was asked for behind one of them, or the smallest. Throws
/// usage_error where different ones were asked for.
template <class T>
stream<T> merge(std::vector<stream<T>> streams) {
  if (streams.empty()) throw usage_error{"merge: there is no stream"};
  stream<T> all = std::move(streams.front());
  detail::arrow& next = detail::stream_access::next(all);
  std::vector<detail::outlet<T>*>& ends = detail::stream_access::ends(all);
  for (std::size_t i = 1; i != streams.size(); ++i) {
    detail::stream_access::its_plan(all).absorb(*detail::stream_access::take_plan(streams[i]));
    for (detail::outlet<T>* each : detail::stream_access::ends(streams[i])) ends.push_back(each);
    next = detail::merged(next, detail::stream_access::next(streams[i]));
  }
  return all;
}
template <class T, class... More>
requires(std::is_same_v<stream<T>, std::remove_cvref_t<More>>&&...) stream<T> merge(stream<T>&& first, More&&... more) {
  std::vector<stream<T>> all;
  all.push_back(std::move(first));
  (all.push_back(std::forward<More>(more)), ...);
  return merge(std::move(all));
}

namespace detail {

class join_verb : public verb {
 public:
  template <class T>
  stream<T> onto(branches<T>&& each) && {
    return merge(std::move(each).take());
  }
  template <class T>
  auto onto(stream<T>&&) && {
    static_assert(never<T>, "join(): in front of it there is no fork(...) whose branches go on");
    return broken_pipeline{};
  }
};

}  // namespace detail

/// The branches of a fork become one stream, as with `merge`.
inline detail::join_verb join() noexcept { return {}; }
template <class T, class V>
auto operator|(detail::branches<T>&& each, V&& next) {
  using kept = std::remove_cvref_t<V>;
  constexpr bool fits = requires(kept verb) { std::move(verb).onto(std::move(each)); };
  static_assert(fits, "behind a fork whose branches go on there stands | join(), or a part that begins with it");
  if constexpr (fits)
    return kept(std::forward<V>(next)).onto(std::move(each));
  else
    return detail::broken_pipeline{};
}

}  // namespace actors::inline v1
