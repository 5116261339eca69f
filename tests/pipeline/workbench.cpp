#include "workbench.hpp"

#include <actors/actors.hpp>
#include <actors/pipeline/builtin.hpp>
#include <actors/pipeline/declare.hpp>
#include <actors/pipeline/records.hpp>
#include <actors/pipeline/stage.hpp>
#include <actors/pipeline/text.hpp>

#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <random>
#include <span>
#include <stdexcept>
#include <utility>

namespace test {

namespace {

using actors::in;
using actors::out;
using actors::task;
using actors::pipeline::component;
using actors::pipeline::field;
using actors::pipeline::records;
using actors::pipeline::text;
using actors::pipeline::value;

/// A stage that knows the state of its workbench.
class bench_stage : public actors::pipeline::stage {
 public:
  bench_state* state = nullptr;
};

class give_text final : public bench_stage {
 public:
  task<> run() override {
    for (const std::string& each : state->blocks) {
      auto kept = std::make_shared<const std::string>(each);
      const std::string_view bytes{*kept};
      auto lines = static_cast<std::uint32_t>(std::count(bytes.begin(), bytes.end(), '\n'));
      if (!bytes.empty() && !bytes.ends_with('\n')) ++lines;
      text block{std::move(kept), bytes, lines};
      co_await text_.send(std::move(block));
    }
  }

 private:
  out<text> text_{*this, "text"};
};

class give final : public bench_stage {
 public:
  task<> run() override {
    for (const auto& each : state->batches) {
      records batch;
      for (const std::string& one : each) batch.adopt(value{std::string_view{one}});
      co_await records_.send(std::move(batch));
      state->given += each.size();
    }
  }

 private:
  out<records> records_{*this, "records"};
};

class endless final : public bench_stage {
 public:
  std::int64_t batch = 1;

  task<> run() override {
    for (std::int64_t n = 0;;) {
      records some;
      for (std::int64_t i = 0; i != batch; ++i) {
        const std::array<field, 1> row{field{"n", value{n++}}};
        some.push_back(some.copy(std::span<const field>{row}));
      }
      co_await records_.send(std::move(some));
      state->given += static_cast<std::size_t>(batch);
    }
  }

 private:
  out<records> records_{*this, "records"};
};

class scatter final : public bench_stage {
 public:
  task<> run() override {
    while (auto batch = co_await records_.receive()) {
      records made;
      for (const value& item : *batch) {
        const std::size_t hash = std::hash<std::string_view>{}(item.as_text());
        for (std::size_t i = 0; i != hash % 4; ++i) made.adopt(item);
        if (hash / 4 % 3 != 0) continue;
        co_await scattered_.send(std::exchange(made, records{}));  // may be empty
      }
      co_await scattered_.send(std::move(made));
      if (batch->size() % 2 == 0) co_await scattered_.send(records{});
    }
  }

 private:
  in<records> records_{*this, "records"};
  out<records> scattered_{*this, "scattered"};
};

class failing final : public bench_stage {
 public:
  std::int64_t after = 0;

  task<> run() override {
    std::int64_t passed = 0;
    while (auto batch = co_await records_.receive()) {
      passed += static_cast<std::int64_t>(batch->size());
      if (passed > after) throw std::runtime_error{"had enough"};
      co_await passed_.send(std::move(*batch));
    }
  }

 private:
  in<records> records_{*this, "records"};
  out<records> passed_{*this, "passed"};
};

class collect final : public bench_stage {
 public:
  task<> run() override {
    while (auto batch = co_await records_.receive()) {
      EXPECT_FALSE(batch->empty());
      for (const value& each : *batch) append_json(state->taken.emplace_back(), each);
    }
  }

 private:
  in<records> records_{*this, "records"};
};

class stall final : public bench_stage {
 public:
  std::int64_t first = 0;

  task<> run() override {
    for (std::int64_t i = 0; i != first; ++i) {
      const auto batch = co_await records_.receive();
      if (batch) {
        for (const value& each : *batch) append_json(state->taken.emplace_back(), each);
      }
    }
    co_await actors::sleep(std::chrono::hours{1});
  }

 private:
  in<records> records_{*this, "records"};
};

// The component, with actors that know the state.
actors::pipeline::component_info with_state(actors::pipeline::component_info info,
                                            const std::shared_ptr<bench_state>& state) {
  info.make = [make = info.make, state](const actors::pipeline::option_values& options) {
    auto made = make(options);
    static_cast<bench_stage&>(*made).state = state.get();
    return made;
  };
  return info;
}

}  // namespace

workbench::workbench() {
  add_builtin_components(components_);
  const auto keeps = actors::pipeline::replication::keep_order;
  components_.add(with_state(component<give_text>("give_text").info(), state_));
  components_.add(with_state(component<give>("give").info(), state_));
  components_.add(with_state(component<endless>("endless").option("batch", &endless::batch, "").info(), state_));
  components_.add(with_state(component<scatter>("scatter").replicas(keeps).info(), state_));
  components_.add(
      with_state(component<failing>("failing").option("after", &failing::after, "").replicas(keeps).info(), state_));
  components_.add(with_state(component<collect>("collect").info(), state_));
  components_.add(with_state(component<stall>("stall").option("first", &stall::first, "").info(), state_));
}

actors::config::plan workbench::plan(std::initializer_list<std::string> actors, std::size_t capacity) const {
  std::string yaml = "version: 1\ndefaults: {channel: {capacity: " + std::to_string(capacity) + "}}\nactors:\n";
  for (const std::string& each : actors) yaml += "  " + each + "\n";
  auto loaded = actors::config::load_text("test.yaml", yaml, {}, components_);
  if (!loaded.plan) throw std::runtime_error{actors::config::render(loaded.diagnostics)};
  return std::move(*loaded.plan);
}

std::vector<std::string> workbench::run(std::initializer_list<std::string> actors, std::size_t capacity,
                                        unsigned workers) {
  state_->taken.clear();
  const auto what = plan(actors, capacity);
  actors::pipeline::pipeline running{what};
  actors::run(running.run(), {.workers = workers});
  return state_->taken;
}

std::vector<std::string> workbench::simulate(std::initializer_list<std::string> actors, std::size_t capacity,
                                             std::uint64_t seed) {
  state_->taken.clear();
  const auto what = plan(actors, capacity);
  actors::pipeline::pipeline running{what};
  run_simulated(seed, running.run());
  return state_->taken;
}

}  // namespace test
