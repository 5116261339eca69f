// interop_actors: what the tests of the way between our actors and CAF's share.
#pragma once

#include <actors/caf/interop.hpp>

#include "caf_system.hpp"

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

namespace test {

inline constexpr auto long_enough = std::chrono::seconds{20};

/// What a task throws, as text with its type in front; "nothing" where it throws nothing.
template <class T>
actors::task<std::string> thrown_by(actors::task<T> work) {
  try {
    static_cast<void>(co_await std::move(work));
  } catch (const actors::unanswered& fault) {
    co_return std::string{"unanswered: "} + fault.what();
  } catch (const actors::timed_out& fault) {
    co_return std::string{"timed_out: "} + fault.what();
  } catch (const actors::channel_closed& fault) {
    co_return std::string{"channel_closed: "} + fault.what();
  } catch (const actors::caf_error& fault) {
    co_return std::string{"caf_error: "} + fault.what();
  }
  co_return "nothing";
}

/// An event-based actor that doubles ints, adds two strings, ends, fails, answers with errors, and never answers.
inline caf::behavior many_answers(caf::event_based_actor* self) {
  return {[](int x) { return 2 * x; }, [](const std::string& a, const std::string& b) { return a + b; },
          [](int a, int b) { return caf::make_message(a / b, a % b); }, [](double) {},
          [](caf::get_atom) -> caf::result<int> { return caf::make_error(caf::sec::invalid_argument, "no such key"); },
          [](caf::delete_atom) -> int { throw std::runtime_error{"expected by the test"}; },
          [=](caf::close_atom) { self->quit(caf::exit_reason::out_of_workers); }, [=](caf::ok_atom) { self->quit(); },
          // Dropped: no answer will come.
          [=](caf::put_atom) { static_cast<void>(self->make_response_promise()); }};
}

/// Runs until it is stopped.
struct waits_for_ever final : actors::actor {
  actors::task<> run() override { co_await actors::sleep(std::chrono::hours{1}); }
};

/// Ends when it is told how: by an item below 0 it fails, at the end of the channel it ends normally. Counts and sums.
class counter final : public actors::actor {
 public:
  struct seen {
    std::atomic<long> runs{0};
    std::atomic<long> items{0};
    std::atomic<long> sum{0};
  };
  actors::in<int> numbers{*this, "numbers"};
  explicit counter(seen* into) : seen_{into} {}
  actors::task<> run() override {
    ++seen_->runs;
    while (auto number = co_await numbers.receive()) {
      if (*number < 0) throw std::runtime_error{"a number below zero"};
      ++seen_->items;
      seen_->sum += *number;
    }
  }

 private:
  seen* seen_;
};

}  // namespace test
