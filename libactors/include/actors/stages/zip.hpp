// zip: two streams become one, of pairs.
#pragma once

#include <actors/cases.hpp>
#include <actors/select.hpp>
#include <actors/stages/stream.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace actors::inline v1 {

namespace detail {

/// Pairs an item of one stream with one of another.
template <class A, class B>
class zip_stage final : public stage {
 public:
  zip_stage(plan& its, std::vector<outlet<A>*> first, const arrow& to_first, std::vector<outlet<B>*> second,
            const arrow& to_second)
      : stage{its, "zip"},
        made{*this},
        first_{std::move(first)},
        to_first_{to_first},
        second_{std::move(second)},
        to_second_{to_second} {
    for (outlet<A>* each : first_) reads_from(*each->owner);
    for (outlet<B>* each : second_) reads_from(*each->owner);
  }

  void build(building_site& site) override {
    actor_cell& added = add(site, "", [its = kept(this)] { return std::make_unique<zipper>(its); });
    draw_arrow<A>(to_first_, first_, {&port_of<in_cell<A>>(added, "in1")}, "to " + name());
    draw_arrow<B>(to_second_, second_, {&port_of<in_cell<B>>(added, "in2")}, "to " + name());
    made.cells = {&port_of<out_cell<std::pair<A, B>>>(added, "out")};
  }

  outlet<std::pair<A, B>> made;

 private:
  class zipper final : public actor {
   public:
    explicit zipper(std::shared_ptr<zip_stage> its) : stage_{std::move(its)} {}
    task<> run() override { return stage_->live(stage_->work(first, second, to), reader_check{to}); }

    in<A> first{*this, "in1"};
    in<B> second{*this, "in2"};
    out<std::pair<A, B>> to{*this, "out"};

   private:
    std::shared_ptr<zip_stage> stage_;
  };

  /// Notes at the end of the body what both arrows have dropped.
  class drop_note {
   public:
    drop_note(zip_stage& its, in<A>& first, in<B>& second) noexcept : stage_{its}, first_{first}, second_{second} {}
    drop_note(const drop_note&) = delete;
    drop_note& operator=(const drop_note&) = delete;
    ~drop_note() { stage_.note_dropped(first_.cell().from().dropped() + second_.cell().from().dropped()); }

   private:
    zip_stage& stage_;
    in<A>& first_;
    in<B>& second_;
  };

  // Whichever item comes first waits for the other, so that the end of either stream is seen at once.
  task<> work(in<A>& first, in<B>& second, out<std::pair<A, B>>& to) {
    const drop_note noted{*this, first, second};
    bool open = true;
    const auto take_first = [&](std::optional<A> item) { open = keep(first, item, a_); };
    const auto take_second = [&](std::optional<B> item) { open = keep(second, item, b_); };
    for (;;) {
      while (!a_ || !b_) {
        co_await select(when(!a_, on_receive(first.cell().from(), take_first)),
                        when(!b_, on_receive(second.cell().from(), take_second)));
        if (!open) co_return;
      }
      std::pair<A, B> both{std::move(*a_), std::move(*b_)};
      a_.reset();
      b_.reset();
      hold(first, second, 1);
      co_await pass(to, std::move(both));
      hold(first, second, 0);
    }
  }

  // What counts as lost where the body fails.
  static void hold(in<A>& first, in<B>& second, std::size_t items) noexcept {
    first.its().take_in_hand(items);
    second.its().take_in_hand(items);
  }
  template <class T>
  static bool keep(in<T>& from, std::optional<T>& item, std::optional<T>& place) {
    if (!item) return false;
    from.cell().count(1);
    place.emplace(std::move(*item));
    return true;
  }

  // What waits for its other half stays over a restart.
  std::optional<A> a_;
  std::optional<B> b_;
  std::vector<outlet<A>*> first_;
  arrow to_first_;
  std::vector<outlet<B>*> second_;
  arrow to_second_;
};

}  // namespace detail

/// Pairs of an item of the one and an item of the other, until one of them ends.
template <class A, class B>
stream<std::pair<A, B>> zip(stream<A>&& first, stream<B>&& second) {
  using detail::stream_access;
  std::shared_ptr<detail::plan> its = stream_access::take_plan(first);
  its->absorb(*stream_access::take_plan(second));
  using pairs = detail::zip_stage<A, B>;
  pairs& added = its->template add<pairs>(std::move(stream_access::ends(first)), stream_access::next(first),
                                          std::move(stream_access::ends(second)), stream_access::next(second));
  return stream<std::pair<A, B>>{std::move(its), {&added.made}};
}

}  // namespace actors::inline v1
