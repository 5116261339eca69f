// both_ways: a party that sends and receives at one channel in one select, in each form that a select has; what it
// sends is counted in and out.
#pragma once

#include <actors/channel.hpp>
#include <actors/select.hpp>
#include <actors/select_set.hpp>
#include <actors/task.hpp>

#include "support/counted.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace test {

enum class select_form { any, send_first, receive_first, set };
inline constexpr select_form all_select_forms[] = {select_form::any, select_form::send_first,
                                                   select_form::receive_first, select_form::set};

/// What one select came to.
struct both_ways_end {
  bool sent = false;
  std::optional<int> got;
  bool closed = false;
};

class both_ways {
 public:
  both_ways(select_form how, actors::sender<counted> to, actors::receiver<counted> from, ledger& books)
      : how_{how}, to_{std::move(to)}, from_{std::move(from)}, books_{books}, value_{books, -1} {
    if (how != select_form::set) return;
    set_.add(actors::on_send(to_, value_, [this](actors::channel_status now) { note_send(now); }));
    set_.add(actors::on_receive(from_, [this](std::optional<counted> next) { note_receive(next); }));
  }
  both_ways(const both_ways&) = delete;
  both_ways& operator=(const both_ways&) = delete;

  /// Sends the value of this number, or receives another one.
  actors::task<both_ways_end> next(int number) {
    value_ = counted{books_, number};
    end_ = {};
    const auto sent = [this](actors::channel_status now) { note_send(now); };
    const auto got = [this](std::optional<counted> next) { note_receive(next); };
    if (how_ == select_form::set)
      co_await set_.next();
    else if (how_ == select_form::send_first)
      co_await actors::select(actors::biased, actors::on_send(to_, value_, sent), actors::on_receive(from_, got));
    else if (how_ == select_form::receive_first)
      co_await actors::select(actors::biased, actors::on_receive(from_, got), actors::on_send(to_, value_, sent));
    else
      co_await actors::select(actors::on_send(to_, value_, sent), actors::on_receive(from_, got));
    EXPECT_EQ((end_.sent ? 1 : 0) + (end_.got ? 1 : 0) + (end_.closed ? 1 : 0), 1) << "one case runs";
    EXPECT_NE(value_.holds(), end_.sent) << "the value stays where it was not sent";
    EXPECT_NE(end_.got, number) << "the select met itself";
    co_return end_;
  }

 private:
  void note_send(actors::channel_status now) { (now == actors::channel_status::ok ? end_.sent : end_.closed) = true; }
  void note_receive(const std::optional<counted>& next) {
    EXPECT_TRUE(!next || next->holds());
    if (next)
      end_.got = next->number();
    else
      end_.closed = true;
  }

  const select_form how_;
  const actors::sender<counted> to_;
  const actors::receiver<counted> from_;
  ledger& books_;
  counted value_;
  both_ways_end end_;
  actors::select_set set_;
};

/// Which numbers were sent, and which received.
struct both_ways_books {
  explicit both_ways_books(int count)
      : sent(static_cast<std::size_t>(count)), received(static_cast<std::size_t>(count)) {}
  std::vector<std::atomic<int>> sent;
  std::vector<std::atomic<int>> received;
  std::atomic<int> rounds{0};
  ledger values;  ///< outlives the channel

  void note(int number, const both_ways_end& end) {
    ++rounds;
    if (end.sent) ++sent[static_cast<std::size_t>(number)];
    if (end.got) ++received[static_cast<std::size_t>(*end.got)];
  }
  /// Counts what is left in the channel.
  void drain(const actors::receiver<counted>& from) {
    while (auto rest = from.try_receive()) ++received[static_cast<std::size_t>(rest->number())];
  }
  void expect_balance() const {
    for (std::size_t i = 0; i != sent.size(); ++i) {
      ASSERT_LE(sent[i], 1);
      ASSERT_EQ(sent[i].load(), received[i].load()) << "value " << i << " was sent so often, and received so often";
    }
    values.expect_settled();
  }
};

/// As often as there are numbers, or until the channel is closed.
inline actors::task<> goes_both_ways(select_form how, actors::sender<counted> to, actors::receiver<counted> from,
                                     both_ways_books& all, int first, int last) {
  both_ways party{how, std::move(to), std::move(from), all.values};
  for (int i = first; i != last; ++i) {
    auto round = party.next(i);
    const both_ways_end end = co_await std::move(round);
    all.note(i, end);
    if (end.closed) co_return;
  }
}

}  // namespace test
