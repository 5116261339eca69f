// What one side says of an error, in the words of the other; and handles of typed actors wherever a handle is taken.
#include "interop_actors.hpp"
#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

using actors::task;
using actors::to_caf_error;
using actors::to_exception;
using test::caf_system;

template <class E, class... Args>
caf::error error_of(Args&&... args) {
  return to_caf_error(std::make_exception_ptr(E{std::forward<Args>(args)...}));
}

/// The text of an exception of just that type; otherwise what it is.
template <class E>
std::string text_of(const std::exception_ptr& what) {
  try {
    std::rethrow_exception(what);
  } catch (const std::exception& fault) {
    return typeid(fault) == typeid(E) ? fault.what() : std::string{"another type: "} + typeid(fault).name();
  } catch (...) {
    return "no std::exception";
  }
}

TEST(caf_errors, our_exceptions_come_back_as_what_they_were) {  // A8
  using namespace actors;
  EXPECT_EQ(text_of<timed_out>(to_exception(error_of<timed_out>("late"))), "system_error(request_timeout, (\"late\"))");
  EXPECT_EQ(error_of<unanswered>("x"), caf::sec::request_receiver_down);
  EXPECT_NE(text_of<unanswered>(to_exception(error_of<unanswered>("x"))).find("no answer"), std::string::npos);
  EXPECT_EQ(text_of<channel_closed>(to_exception(error_of<channel_closed>("closed"))), "closed");
  EXPECT_EQ(text_of<queue_shut_down>(to_exception(error_of<queue_shut_down>("shut"))), "shut");
  EXPECT_EQ(text_of<pool_closed>(to_exception(error_of<pool_closed>("pool"))), "pool");
  EXPECT_EQ(text_of<usage_error>(to_exception(error_of<usage_error>("wrong"))), "wrong");
  EXPECT_EQ(text_of<caf_error>(to_exception(error_of<std::logic_error>("odd"))), "odd");
  EXPECT_EQ(text_of<caf_error>(to_exception(to_caf_error(std::make_exception_ptr(7)))),
            "an exception that is not a std::exception");
  EXPECT_EQ(to_caf_error(std::make_exception_ptr(cancelled{})), caf::exit_reason::user_shutdown);
  EXPECT_EQ(to_caf_error(nullptr), caf::error{});
  EXPECT_EQ(to_exception(caf::error{}), nullptr);
}

TEST(caf_errors, those_of_caf_come_back_as_what_they_were) {  // A8
  for (const caf::error& each :
       {caf::make_error(caf::sec::invalid_argument, "which"), caf::make_error(caf::exit_reason::kill),
        caf::make_error(caf::exit_reason::user_shutdown)})
    EXPECT_EQ(to_caf_error(to_exception(each)), each);
  caf_system two;
  const caf::error ours = error_of<std::logic_error>("odd");
  EXPECT_EQ(two.system.render(ours), "odd");
  EXPECT_EQ(text_of<actors::caf_error>(to_exception(caf::make_error(caf::sec::no_such_group_module), &two.system)),
            two.system.render(caf::make_error(caf::sec::no_such_group_module)));
}

TEST(caf_errors, an_exception_is_never_no_error) {  // A8
  EXPECT_EQ(error_of<actors::caf_error>(caf::error{}, "why").category(), actors::caf_category);
  EXPECT_EQ(text_of<actors::caf_error>(to_exception(error_of<actors::caf_error>(caf::error{}, "why"))), "why");
  EXPECT_EQ(text_of<actors::caf_error>(actors::detail::exception_of({}, "none")), "none");
}

TEST(caf_errors, an_actor_of_caf_answers_with_our_exceptions) {  // A8
  caf_system two;
  const caf::actor throws = two.system.spawn([](caf::event_based_actor* self) -> caf::behavior {
    self->set_exception_handler([](std::exception_ptr& what) { return to_caf_error(what); });
    return {[](int) -> int { throw actors::channel_closed{"expected by the test"}; }};
  });
  EXPECT_EQ(two.on.spawn(test::thrown_by(actors::ask<int>(throws, test::long_enough, 1))).get(),
            "channel_closed: expected by the test");
}

using echo_actor = caf::typed_actor<caf::reacts_to<int>, caf::replies_to<caf::get_atom>::with<int>>;

TEST(caf_typed, handles_are_taken_wherever_a_handle_is) {  // A8
  caf_system two;
  const echo_actor typed = two.system.spawn([](echo_actor::pointer self) -> echo_actor::behavior_type {
    return {[self](int x) {
              if (x < 0) self->quit(caf::exit_reason::out_of_workers);
            },
            [](caf::get_atom) { return 7; }};
  });
  EXPECT_EQ(two.on.spawn(actors::ask(typed, test::long_enough, caf::get_atom_v)).get(), 7);
  auto [to, from] = actors::channel<int>(4);
  static_cast<void>(to.try_send(1));
  to = {};
  EXPECT_EQ(two.on.spawn(actors::feed(std::move(from), typed, 2)).get().acknowledged, 1U);
  actors::team work;
  auto one = work.spawn<test::waits_for_ever>();
  link(one, typed);
  auto running = two.on.spawn(work.run());
  caf::anon_send(typed, -1);
  EXPECT_EQ(two.on.spawn(actors::ended(typed)).get(), caf::exit_reason::out_of_workers);
  EXPECT_THROW(running.get(), actors::actor_failed);
}

using questions = caf::typed_actor<caf::replies_to<int>::with<int>>;

TEST(caf_typed, an_address_of_ours_can_be_had_as_a_typed_one) {  // A7, A8
  caf_system two;
  actors::team work;
  auto one = work.spawn([](actors::in<actors::request<int, int>>& asked) -> task<> {
    while (auto question = co_await asked.receive()) question->reply(**question + 1);
  });
  auto typed = caf::actor_cast<questions>(as_caf(one, two.system, actors::expose<0>()));
  auto running = two.on.spawn(work.run());
  EXPECT_EQ(two.on.spawn(actors::ask(typed, test::long_enough, 41)).get(), 42);
  typed = nullptr;
  running.get();
}

}  // namespace
