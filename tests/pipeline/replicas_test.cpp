// Replicas: with `order: keep` what comes out is exactly what one instance gives, with `order: any` the same items.
#include "support/time_limit.hpp"
#include "workbench.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace {

using lines = std::vector<std::string>;
using test::workbench;

constexpr std::uint64_t seeds = test::slowness == 1 ? 40 : 10;

std::string replicas(int count, const std::string& order) {
  return count == 1 ? "" : ", replicas: " + std::to_string(count) + ", order: " + order;
}

// Blocks of random lines of random words; some without any word.
lines random_blocks(std::uint64_t seed) {
  std::mt19937_64 random{seed};
  lines blocks(10 + random() % 20);
  int number = 0;
  for (std::string& block : blocks) {
    const auto count = random() % 6;
    for (std::uint64_t line = 0; line != count; ++line) {
      const auto words = random() % 5;
      for (std::uint64_t i = 0; i != words; ++i) block += "w" + std::to_string(number++) + " ";
      block += '\n';
    }
  }
  return blocks;
}

std::vector<lines> random_batches(std::uint64_t seed) {
  std::mt19937_64 random{seed};
  std::vector<lines> batches(10 + random() % 40);
  int number = 0;
  for (lines& batch : batches) {
    batch.resize(random() % 9);
    for (std::string& each : batch) each = std::to_string(number++);
  }
  return batches;
}

TEST(keep_order, of_words_is_the_order_of_one) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    for (const int count : {2, 3, 8}) {
      workbench bench;
      bench.state().blocks = random_blocks(seed);
      const std::size_t capacity = 1 + seed % 7;
      const auto run = [&](int n) {
        return bench.simulate({"in: {type: give_text}", "w: {type: words, from: in" + replicas(n, "keep") + "}",
                               "out: {type: collect, from: w}"},
                              capacity, seed);
      };
      ASSERT_EQ(run(count), run(1)) << "seed " << seed << ", " << count << " replicas, capacity " << capacity;
    }
  }
}

TEST(keep_order, of_filters_is_the_order_of_one_also_where_nearly_everything_is_dropped) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    for (const int count : {2, 3, 8}) {
      for (const std::string condition : {"it ends_with '7'", "it == '33'", "it == 'nothing'", "true"}) {
        workbench bench;
        bench.state().batches = random_batches(seed);
        const std::size_t capacity = 1 + seed % 7;
        const auto run = [&](int n) {
          return bench.simulate(
              {"in: {type: give}",
               "f: {type: filter, from: in, with: {where: \"" + condition + "\"}" + replicas(n, "keep") + "}",
               "out: {type: collect, from: f}"},
              capacity, seed);
        };
        ASSERT_EQ(run(count), run(1)) << "seed " << seed << ", " << count << " replicas, capacity " << capacity;
      }
    }
  }
}

TEST(keep_order, of_an_actor_that_sends_several_and_empty_batches_is_the_order_of_one) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    for (const int count : {2, 3, 8}) {
      workbench bench;
      bench.state().batches = random_batches(seed);
      const std::size_t capacity = 1 + seed % 7;
      const auto run = [&](int n) {
        return bench.simulate({"in: {type: give}", "s: {type: scatter, from: in" + replicas(n, "keep") + "}",
                               "out: {type: collect, from: s}"},
                              capacity, seed);
      };
      ASSERT_EQ(run(count), run(1)) << "seed " << seed << ", " << count << " replicas, capacity " << capacity;
    }
  }
}

TEST(keep_order, holds_over_a_chain_of_replicated_actors) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    workbench bench;
    bench.state().blocks = random_blocks(seed);
    const auto run = [&](int first, int second, int third) {
      return bench.simulate(
          {"in: {type: give_text}", "w: {type: words, from: in" + replicas(first, "keep") + "}",
           "s: {type: scatter, from: w" + replicas(second, "keep") + "}",
           "f: {type: filter, from: s, with: {where: \"not it contains '3'\"}" + replicas(third, "keep") + "}",
           "out: {type: collect, from: f}"},
          1 + seed % 5, seed);
    };
    ASSERT_EQ(run(3, 2, 4), run(1, 1, 1)) << "seed " << seed;
  }
}

TEST(keep_order, holds_on_workers) {
  for (const unsigned workers : {1U, 2U, 4U}) {
    for (const std::size_t capacity : {1U, 2U, 7U, 256U}) {
      for (const int count : {2, 3, 8}) {
        workbench bench;
        bench.state().blocks = random_blocks(capacity);
        for (int i = 0; i != 3; ++i)
          bench.state().blocks.insert(bench.state().blocks.end(), bench.state().blocks.begin(),
                                      bench.state().blocks.end());
        const auto run = [&](int n) {
          return bench.run({"in: {type: give_text}", "w: {type: words, from: in" + replicas(n, "keep") + "}",
                            "s: {type: scatter, from: w" + replicas(n, "keep") + "}", "out: {type: collect, from: s}"},
                           capacity, workers);
        };
        ASSERT_EQ(run(count), run(1)) << count << " replicas, capacity " << capacity << ", " << workers << " workers";
      }
    }
  }
}

TEST(keep_order, feeds_several_readers_the_same_sequence) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    workbench bench;
    bench.state().blocks = random_blocks(seed);
    const lines alone = bench.simulate({"in: {type: give_text}", "w: {type: words, from: in, replicas: 3, order: keep}",
                                        "out: {type: collect, from: w}"},
                                       3, seed);
    const lines beside =
        bench.simulate({"in: {type: give_text}", "w: {type: words, from: in, replicas: 3, order: keep}",
                        "out: {type: collect, from: w}", "n: {type: \"null\", from: w}"},
                       3, seed);
    EXPECT_EQ(beside, alone) << "seed " << seed;
  }
}

TEST(keep_order, of_a_failing_replica_ends_the_pipeline_with_its_name) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    workbench bench;
    try {
      bench.simulate(
          {"e: {type: endless, with: {batch: 3}}",
           "f: {type: failing, from: e, with: {after: 50}, replicas: 3, order: keep}", "out: {type: collect, from: f}"},
          1 + seed % 7, seed);
      ADD_FAILURE() << "nothing was thrown";
    } catch (const actors::actor_failed& fault) {
      EXPECT_EQ(fault.actor_name().substr(0, 2), "f.") << fault.what();
    }
    for (std::size_t i = 0; i != bench.state().taken.size(); ++i)
      ASSERT_EQ(bench.state().taken[i], "{\"n\":" + std::to_string(i) + "}");
  }
}

TEST(any_order, gives_the_same_items) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    for (const int count : {2, 3, 8}) {
      workbench bench;
      bench.state().blocks = random_blocks(seed);
      const auto run = [&](int n) {
        lines all =
            bench.simulate({"in: {type: give_text}", "w: {type: words, from: in" + replicas(n, "any") + "}",
                            "s: {type: scatter, from: w" + replicas(n, "any") + "}", "out: {type: collect, from: s}"},
                           1 + seed % 7, seed);
        std::sort(all.begin(), all.end());
        return all;
      };
      ASSERT_EQ(run(count), run(1)) << "seed " << seed << ", " << count << " replicas";
    }
  }
}

}  // namespace
