#include "mutants.hpp"

#include "printer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <string_view>

namespace model {

namespace {

constexpr memory_kind memories[] = {memory_kind::store_buffers, memory_kind::views};

/// Models with no more of them are looked at a second time with every step.
constexpr std::size_t few_states = 5'000;

const char* memory_name(memory_kind memory) { return memory == memory_kind::views ? "views" : "store buffers"; }

mutant named(const std::string& what_happens, const std::string& function, const std::string& word, action what) {
  mutant made;
  made.name = function + ": " + name_of(what) + " of " + word + " " + what_happens;
  made.function = function;
  made.word = word;
  made.what = what;
  return made;
}

struct caught {
  const scenario* where = nullptr;
  memory_kind memory{};
  verdict result;
  bool applied = false;
};

caught look_for_violation(const std::vector<scenario>& scenarios, const mutant& change) {
  caught found;
  for (const memory_kind memory : memories) {
    for (const scenario& each : scenarios) {
      if (memory == memory_kind::views && !each.on_views) continue;
      found.result = explore(each.build, memory, &change);
      found.applied = found.applied || found.result.mutant_applied;
      if (found.result.violation.empty()) continue;
      found.where = &each;
      found.memory = memory;
      return found;
    }
  }
  return found;
}

std::vector<std::memory_order> one_step_weaker(std::memory_order order, action what) {
  const bool stores = what != action::load && what != action::await;
  const bool loads = what != action::store;
  switch (order) {
    case std::memory_order_seq_cst:
      return {stores && loads ? std::memory_order_acq_rel
              : loads         ? std::memory_order_acquire
                              : std::memory_order_release};
    case std::memory_order_acq_rel:
      return {std::memory_order_acquire, std::memory_order_release};
    case std::memory_order_acquire:
    case std::memory_order_release:
      return {std::memory_order_relaxed};
    default:
      return {};
  }
}

std::string_view file_of(const operation& op) {
  std::string_view file = op.where.file;
  file.remove_prefix(file.rfind('/') + 1);
  return file;
}

// In the order of their lines. Where a function has several that read the same, they are numbered.
std::vector<mutant> weaker_orders(const std::vector<scenario>& scenarios, const std::string& file) {
  std::map<std::pair<unsigned, std::string>, mutant> by_line;
  for (const scenario& each : scenarios) {
    for (const operation& op : explore(each.build, memory_kind::store_buffers).met) {
      if (op.what > action::fetch_or || !file_of(op).starts_with(file)) continue;
      const auto add = [&](const std::string& what_happens, const std::function<void(operation&)>& change) {
        mutant made;
        made.name = std::string{op.where.function} + ": " + name_of(op.what) + " " + what_happens;
        made.function = op.where.function;
        made.what = op.what;
        made.line = op.where.line;
        made.change = change;
        by_line.emplace(std::pair{made.line, made.name}, made);
      };
      for (const auto order : one_step_weaker(op.order, op.what))
        add(std::string{name_of(op.order)} + " -> " + name_of(order),
            [order](operation& changed) { changed.order = order; });
      if (op.what == action::compare_exchange && op.failure != std::memory_order_relaxed)
        add(std::string{"failure "} + name_of(op.failure) + " -> relaxed",
            [](operation& changed) { changed.failure = std::memory_order_relaxed; });
    }
  }
  std::vector<mutant> all;
  std::map<std::string, unsigned> same;
  for (auto& [key, made] : by_line) {
    if (const unsigned number = ++same[made.name]; number > 1) made.name += " #" + std::to_string(number);
    all.push_back(made);
  }
  return all;
}

}  // namespace

mutant weaker(const std::string& function, const std::string& word, action what, std::memory_order order) {
  mutant made = named(std::string{"is "} + name_of(order), function, word, what);
  made.change = [order](operation& op) { op.order = order; };
  return made;
}

mutant swapped(const std::string& function, const std::string& word, action what, word_value result) {
  mutant made = named("comes after the next operation", function, word, what);
  made.held = true;
  made.said = result;
  return made;
}

mutant left_out(const std::string& function, const std::string& word, action what, word_value result) {
  mutant made = named("is left out", function, word, what);
  made.change = [result](operation& op) {
    op.what = action::skip;
    op.operand = result;
  };
  return made;
}

mutant blind(const std::string& function, const std::string& word) {
  mutant made = named("is a store", function, word, action::compare_exchange);
  made.change = [](operation& op) { op.what = action::store; };
  return made;
}

void expect_right(const std::vector<scenario>& scenarios) {
  for (const scenario& each : scenarios) {
    if (each.is_large && ACTORS_TEST_SANITIZED != 0) continue;
    for (const memory_kind memory : memories) {
      if (memory == memory_kind::views && !each.on_views) continue;
      const verdict result = explore(each.build, memory);
      std::printf("%-40s %-13s %9zu states %9zu steps\n", each.name.c_str(), memory_name(memory), result.states,
                  result.steps);
      EXPECT_TRUE(result.complete) << each.name << " on " << memory_name(memory) << ": " << result.violation << "\n"
                                   << result.trace;
      if (result.states > few_states) continue;
      const verdict whole = explore(each.build, memory, nullptr, true);
      EXPECT_TRUE(whole.complete) << each.name << ": leaving steps out hides runs: " << whole.violation << "\n"
                                  << whole.trace;
    }
  }
}

void expect_caught(const std::vector<scenario>& scenarios, const mutant& change) {
  const caught found = look_for_violation(scenarios, change);
  EXPECT_TRUE(found.applied) << "no thread came to: " << change.name;
  EXPECT_NE(found.where, nullptr) << "not noticed: " << change.name;
  if (found.where == nullptr) return;
  std::printf("\n%s\n  %s, %s: %s\n%s", change.name.c_str(), found.where->name.c_str(), memory_name(found.memory),
              found.result.violation.c_str(), found.result.trace.c_str());
}

void expect_needed(const std::vector<scenario>& scenarios, const std::string& file, const std::vector<spare>& spares) {
  std::size_t met = 0;
  // Under sanitizers, which are to look at the checker, one in five.
  const std::vector<mutant> all = weaker_orders(scenarios, file);
  for (std::size_t i = 0; i < all.size(); i += ACTORS_TEST_SANITIZED != 0 ? 5 : 1) {
    const mutant& change = all[i];
    const caught found = look_for_violation(scenarios, change);
    const bool named =
        std::any_of(spares.begin(), spares.end(), [&](const spare& each) { return each.mutant == change.name; });
    met += named ? 1U : 0U;
    const std::string noticed = found.where == nullptr ? "not noticed"
                                                       : std::string{memory_name(found.memory)} + ", " +
                                                             found.where->name + ": " + found.result.violation;
    std::printf("%-60s %s\n", change.name.c_str(), noticed.c_str());
    if (found.where == nullptr)
      EXPECT_TRUE(named) << change.name << ": no model needs this order: name the reason, or weaken it";
    else
      EXPECT_FALSE(named) << change.name << ": is needed by now";
  }
  if (ACTORS_TEST_SANITIZED != 0) return;
  EXPECT_EQ(met, spares.size()) << "an order is named as spare that the code does not have (any more)";
}

}  // namespace model
