// sources: how a pipeline begins: with a range, a generator, a channel, a function, the lines of a file.
#pragma once

#include <actors/channel.hpp>
#include <actors/generator.hpp>
#include <actors/sleep.hpp>
#include <actors/stages/stream.hpp>
#include <actors/stages/transform.hpp>

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

/// Base of stages that read from nobody: one actor, `Self::work(out)`.
template <class Self, class T>
class source_stage : public stage {
 public:
  using stage::stage;

  void build(building_site& site) override {
    using one = stage_actor<Self, void, T>;
    actor_cell& added = add(site, "", [its = kept(static_cast<Self*>(this))] { return std::make_unique<one>(its); });
    made.cells = {&port_of<out_cell<T>>(added, "out")};
  }

  outlet<T> made{*this};
};

/// Goes on where it was, when its actor is made anew.
template <class T, class Range>
class range_source final : public source_stage<range_source<T, Range>, T> {
 public:
  template <class Given>
  range_source(plan& its, Given&& range)
      : source_stage<range_source, T>{its, "from"}, range_(std::forward<Given>(range)), next_(std::begin(range_)) {}

  task<> work(out<T>& to) {
    for (const auto last = std::end(range_); next_ != last;) {
      T item = item_at<T, Range>(next_);
      ++next_;
      co_await pass(to, std::move(item));
    }
  }

 private:
  Range range_;
  decltype(std::begin(std::declval<Range&>())) next_;
};

template <class T>
class channel_source final : public source_stage<channel_source<T>, T> {
 public:
  channel_source(plan& its, receiver<T> from) : source_stage<channel_source, T>{its, "from"}, from_{std::move(from)} {}

  task<> work(out<T>& to) {
    while (auto item = co_await from_.receive()) co_await pass(to, std::move(*item));
  }
  void release() noexcept override { from_ = {}; }

 private:
  receiver<T> from_;
};

/// `Make` gives a generator for each start of the actor, or is one: that has ended with its error, and is not taken for
/// one that has given everything.
template <class T, class Make>
class generator_source final : public source_stage<generator_source<T, Make>, T> {
 public:
  generator_source(plan& its, Make make) : source_stage<generator_source, T>{its, "from"}, make_{std::move(make)} {}

  task<> work(out<T>& to) {
    auto values = make_();
    co_await pass_generated(*this, values, to);
  }

 private:
  Make make_;
};

[[noreturn]] void throw_generator_is_used_up();

/// A generator that is there once.
template <class G>
class only_generator {
 public:
  explicit only_generator(G given) noexcept : given_{std::move(given)} {}
  G operator()() {
    if (!given_) throw_generator_is_used_up();
    return std::move(given_);
  }

 private:
  G given_;
};

template <class T, class F>
class function_source final : public source_stage<function_source<T, F>, T> {
 public:
  function_source(plan& its, F function)
      : source_stage<function_source, T>{its, "from"}, function_{std::move(function)} {}

  task<> work(out<T>& to) {
    for (;;) {
      bool refused = false;
      try {
        if constexpr (is_coroutine<F>) {
          std::optional<T> item = co_await function_();
          if (!item) co_return;
          co_await pass(to, std::move(*item));
        } else {
          std::optional<T> item = function_();
          if (!item) co_return;
          co_await pass(to, std::move(*item));
        }
      } catch (const reject& why) {
        this->note_reject(why);
        refused = true;
      }
      // One that refuses again and again is to let others run, and to hear of a cancellation.
      if (refused) co_await yield();
    }
  }

 private:
  F function_;
};

/// Reads a file in blocks, on the blocking pool, and cuts it into lines.
class line_source final : public source_stage<line_source, std::string> {
 public:
  line_source(plan& its, std::string path);
  ~line_source() override;

  task<> work(out<std::string>& to);

 private:
  void read_block();

  const std::string path_;
  int file_ = -1;
  bool at_end_ = false;
  std::string rest_;  ///< of a line whose end was not read yet
  std::vector<std::string> lines_;
  std::size_t next_ = 0;  ///< of `lines_`
};

template <class Stage, class T, class... Args>
stream<T> begin_with(Args&&... args) {
  auto its = std::make_shared<plan>();
  Stage& added = its->template add<Stage>(std::forward<Args>(args)...);
  return stream<T>{std::move(its), {&added.made}};
}

template <class X>
struct is_receiver : std::false_type {};
template <class T>
struct is_receiver<receiver<T>> : std::true_type {
  using item = T;
};

template <class X>
concept item_function = std::is_invocable_v<X&> && !many_items<X>;

}  // namespace detail

/// A pipeline begins with the items of `source`:
/// - a range: a container that is moved into it, and whose items are moved out of it; or a view, of which they are
///   copied (then what it views must last), or a copy of a container;
/// - a `generator<T>`: it is asked when there is room, and closed when nobody wants more. It cannot be restarted. What
///   a generator of references gives is copied;
/// - a `receiver<T>`: until the channel is closed and drained;
/// - a function that gives a std::optional<T>, or a task of one: it is called again and again, until that is empty;
///   one that gives a generator is called whenever this stage is started.
template <class Source>
auto from(Source&& source) {
  using given = std::remove_cvref_t<Source>;
  if constexpr (detail::is_receiver<given>::value) {
    using T = typename detail::is_receiver<given>::item;
    return detail::begin_with<detail::channel_source<T>, T>(std::forward<Source>(source));
  } else if constexpr (detail::is_generator<given>::value) {
    using T = typename given::value_type;
    static_assert(!std::is_lvalue_reference_v<Source>, "from(generator): std::move the generator");
    using once = detail::only_generator<given>;
    return detail::begin_with<detail::generator_source<T, once>, T>(once{std::move(source)});
  } else if constexpr (detail::many_items<given>) {
    using T = std::iter_value_t<decltype(std::begin(std::declval<given&>()))>;
    static_assert(!std::is_array_v<given>, "from(range): an array is no container: give a std::vector or a view of it");
    static_assert(channel_value<T>, "from(range): its items do not move without exceptions");
    return detail::begin_with<detail::range_source<T, given>, T>(std::forward<Source>(source));
  } else if constexpr (detail::item_function<given>) {
    using result = std::invoke_result_t<given&>;
    if constexpr (detail::is_generator<result>::value) {
      using T = typename result::value_type;
      return detail::begin_with<detail::generator_source<T, given>, T>(std::forward<Source>(source));
    } else if constexpr (detail::may_refuse<given>) {
      using T = detail::made_by<given>;
      return detail::begin_with<detail::function_source<T, given>, T>(std::forward<Source>(source));
    } else {
      static_assert(detail::never<Source>, "from(f): f gives no std::optional<T>, no task of one, and no generator");
      return detail::broken_pipeline{};
    }
  } else {
    static_assert(detail::never<Source>,
                  "from(source): the source is no range, no generator, no receiver and no function without arguments");
    return detail::broken_pipeline{};
  }
}

/// A pipeline begins with the lines of a regular file, without their ends. It is read on the blocking pool, a block
/// ahead of what is sent; a pipe or a terminal would hold up the end of the pipeline for as long as nothing comes from
/// it. A file that cannot be read is the failure of this stage (std::system_error, with the path).
stream<std::string> read_lines(std::string path);

}  // namespace actors::inline v1
