// Small actors that the tests of actors and teams put together.
#pragma once

#include <actors/actor.hpp>
#include <actors/sleep.hpp>
#include <actors/team.hpp>

#include <atomic>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace test {

/// Sends 0, 1, 2, ... up to `count` numbers; without a count for ever. `sent` counts those that were taken.
class number_source final : public actors::actor {
 public:
  number_source(std::optional<int> count, std::atomic<int>* sent) : count_{count}, sent_{sent} {}
  explicit number_source(int count) : number_source{count, nullptr} {}

  actors::out<int> numbers{*this, "numbers"};

  actors::task<> run() override {
    for (int i = 0; !count_ || i < *count_; ++i) {
      co_await numbers.send(i);
      if (sent_ != nullptr) ++*sent_;
    }
  }

 private:
  std::optional<int> count_;
  std::atomic<int>* sent_;
};

/// Passes numbers on, each increased by `more`.
class adder final : public actors::actor {
 public:
  explicit adder(int more) : more_{more} {}

  actors::in<int> numbers{*this, "numbers"};
  actors::out<int> sums{*this, "sums"};

  actors::task<> run() override {
    while (auto number = co_await numbers.receive()) co_await sums.send(*number + more_);
  }

 private:
  int more_;
};

/// Keeps what comes in, at most `most` of it; then it ends.
class number_sink final : public actors::actor {
 public:
  number_sink(std::vector<int>* taken, std::size_t most) : taken_{taken}, most_{most} {}
  explicit number_sink(std::vector<int>* taken) : number_sink{taken, actors::unbounded} {}

  actors::in<int> numbers{*this, "numbers"};

  actors::task<> run() override {
    while (taken_->size() < most_) {
      const auto number = co_await numbers.receive();
      if (!number) co_return;
      taken_->push_back(*number);
    }
  }

 private:
  std::vector<int>* taken_;
  std::size_t most_;
};

/// Ends with an error when it has received `after` numbers.
class failing_sink final : public actors::actor {
 public:
  explicit failing_sink(int after) : after_{after} {}

  actors::in<int> numbers{*this, "numbers"};

  actors::task<> run() override {
    for (int i = 0; i < after_; ++i) co_await numbers.receive();
    throw std::runtime_error{"the disk is full"};
  }

 private:
  int after_;
};

/// Waits for ever, until it is asked to stop.
class sleeper final : public actors::actor {
 public:
  actors::task<> run() override {
    for (;;) co_await actors::sleep(std::chrono::hours{1});
  }
};

/// The numbers 0 to `count` - 1.
inline std::vector<int> up_to(int count) {
  std::vector<int> all;
  for (int i = 0; i < count; ++i) all.push_back(i);
  return all;
}

}  // namespace test
