// What the tests of teams that restart share.
#pragma once

#include <actors/actors.hpp>

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <vector>

namespace test {

using time_point = std::chrono::steady_clock::time_point;

inline time_point now() { return actors::detail::current_scheduler()->now(); }

/// Works for some time, then fails; notes when it began.
class short_lived final : public actors::actor {
 public:
  short_lived(std::vector<time_point>* began, std::chrono::milliseconds life) : began_{began}, life_{life} {}
  actors::task<> run() override {
    began_->push_back(now());
    co_await actors::sleep(life_);
    if (began_->size() < 5) throw std::runtime_error{"over"};
  }

 private:
  std::vector<time_point>* began_;
  std::chrono::milliseconds life_;
};

/// Ends normally, several times.
class ends_normally final : public actors::actor {
 public:
  explicit ends_normally(int* runs) : runs_{runs} {}
  actors::task<> run() override {
    ++*runs_;
    co_await actors::yield();
  }

 private:
  int* runs_;
};

}  // namespace test
