// CAF programs: streams, whose stages grant each other credit.
#include "programs.hpp"

#include <limits>
#include <string>
#include <vector>

namespace {

using test::lines;

class caf_streams : public test::caf_program {};
INSTANTIATE_TEST_SUITE_P(each, caf_streams, test::hosts, testing::PrintToStringParamName());

caf::behavior source(caf::event_based_actor* self) {
  return {[=](int count) {
    return caf::attach_stream_source(
        self, [](int& next) { next = 0; },
        [count](int& next, caf::downstream<int>& out, std::size_t some) {
          for (; some != 0 && next != count; --some) out.push(next++);
        },
        [count](const int& next) { return next == count; });
  }};
}

/// Passes even numbers on, halved.
caf::behavior halving(caf::event_based_actor* self) {
  return {[=](caf::stream<int> in) {
    return caf::attach_stream_stage(
        self, in, [](caf::unit_t&) {},
        [](caf::unit_t&, caf::downstream<int>& out, int x) {
          if (x % 2 == 0) out.push(x / 2);
        });
  }};
}

struct total {
  long sum = 0;
  long count = 0;
  bool in_order = true;
  int last = -1;
};

caf::behavior summing(caf::event_based_actor* self, const caf::actor& sink) {
  return {[=](caf::stream<int> in) {
    return caf::attach_stream_sink(
        self, in, [](total&) {},
        [](total& t, int x) {
          t.in_order = t.in_order && x > t.last;
          t.last = x;
          t.sum += x;
          ++t.count;
        },
        [=](total& t, const caf::error& why) {
          self->send(sink, std::to_string(t.count) + " " + std::to_string(t.sum) +
                               (t.in_order ? " in order" : " mixed") +
                               (why ? " " + test::text_of(self->system(), why) : ""));
          self->quit();
        });
  }};
}

TEST_P(caf_streams, a_source_and_a_sink) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor from = self->spawn(source);
    const caf::actor to = self->spawn(summing, caf::actor{self});
    const caf::actor pipeline = to * from;
    self->send(pipeline, 10'000);
    lines said = test::receive_lines(self, 1);
    self->send_exit(from, caf::exit_reason::user_shutdown);
    return said;
  });
  EXPECT_EQ(found, lines{"10000 49995000 in order"});
}

TEST_P(caf_streams, stages_between) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor from = self->spawn(source);
    const caf::actor first = self->spawn(halving);
    const caf::actor second = self->spawn(halving);
    const caf::actor to = self->spawn(summing, caf::actor{self});
    const caf::actor pipeline = to * second * first * from;
    self->send(pipeline, 40'000);
    lines said = test::receive_lines(self, 1);
    for (const caf::actor& each : {from, first, second}) self->send_exit(each, caf::exit_reason::user_shutdown);
    return said;
  });
  EXPECT_EQ(found, lines{"10000 49995000 in order"});
}

TEST_P(caf_streams, a_stage_that_is_ended_ends_the_stream) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor from = self->spawn(source);
    const caf::actor stage = self->spawn([sink = caf::actor{self}](caf::event_based_actor* each) -> caf::behavior {
      return {[=](caf::stream<int> in) {
        return caf::attach_stream_stage(
            each, in, [](caf::unit_t&) {},
            [=](caf::unit_t&, caf::downstream<int>& out, int x) {
              if (x == 1000) each->send(sink, std::string{"begun"});
              out.push(x);
            });
      }};
    });
    const caf::actor to = self->spawn(summing, caf::actor{self});
    const caf::actor pipeline = to * stage * from;
    self->send(pipeline, std::numeric_limits<int>::max());
    lines said = test::receive_lines(self, 1);
    self->send_exit(stage, caf::exit_reason::out_of_workers);
    const std::string last = test::receive_lines(self, 1).front();
    said.push_back(last.substr(last.find(" in ") + 1));  // how much came through is for the credit to say
    self->send_exit(from, caf::exit_reason::user_shutdown);
    return said;
  });
  EXPECT_EQ(found, (lines{"begun", "in order"}));
}

}  // namespace
