// The checker itself: which outcomes each of its two memories shows for the small programs of the literature.
#include "checker.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>

namespace model {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;
constexpr auto acq_rel = std::memory_order_acq_rel;
constexpr auto seq_cst = std::memory_order_seq_cst;

// Two words, what up to four loads found, and what the words hold in the end.
struct litmus {
  atomic<int> x, y;
  guarded<int> a, b, c, d;
};

using outcomes = std::set<std::string>;
using code = void (*)(litmus&);

outcomes all_outcomes(memory_kind memory, const std::vector<code>& threads, bool with_memory = false) {
  outcomes seen;
  const verdict result = explore(
      [&](checker& of) {
        auto words = std::make_shared<litmus>();
        of.name_words({"x", "y", "a", "b", "c", "d"});
        for (std::size_t i = 0; i != threads.size(); ++i)
          of.add_thread("thread " + std::to_string(i), [words, run = threads[i]](frame&) {
            run(*words);
            return false;
          });
        of.at_rest([words, &seen, with_memory](const rest& at) {
          std::string text;
          if (with_memory) {
            text = std::to_string(at.value(words->x)) + std::to_string(at.value(words->y));
          } else {
            for (const auto* each : {&words->a, &words->b, &words->c, &words->d})
              text += std::to_string(at.value(*each));
          }
          seen.insert(text);
          return "";
        });
      },
      memory);
  EXPECT_TRUE(result.complete);
  return seen;
}

template <std::memory_order Store, std::memory_order Load>
std::vector<code> store_buffering() {
  return {[](litmus& m) {
            m.x.store(1, Store);
            m.a.set(m.y.load(Load));
          },
          [](litmus& m) {
            m.y.store(1, Store);
            m.b.set(m.x.load(Load));
          }};
}

TEST(litmus, stores_pass_later_loads_unless_both_are_seq_cst) {  // SB
  for (const memory_kind memory : {memory_kind::store_buffers, memory_kind::views}) {
    EXPECT_TRUE(all_outcomes(memory, store_buffering<relaxed, relaxed>()).contains("0000"));
    EXPECT_TRUE(all_outcomes(memory, store_buffering<release, acquire>()).contains("0000"));
    EXPECT_TRUE(all_outcomes(memory, store_buffering<release, seq_cst>()).contains("0000"));
    EXPECT_EQ(all_outcomes(memory, store_buffering<seq_cst, seq_cst>()), (outcomes{"0100", "1000", "1100"}));
  }
  // What x86 adds to the standard: a seq_cst store drains the buffer, whatever the load after it.
  EXPECT_FALSE(all_outcomes(memory_kind::store_buffers, store_buffering<seq_cst, acquire>()).contains("0000"));
  EXPECT_TRUE(all_outcomes(memory_kind::views, store_buffering<seq_cst, acquire>()).contains("0000"));
}

TEST(litmus, a_read_modify_write_drains_the_store_buffer_but_is_no_fence_of_the_standard) {
  const std::vector<code> threads = {[](litmus& m) {
                                       m.x.exchange(1, acq_rel);
                                       m.a.set(m.y.load(acquire));
                                     },
                                     [](litmus& m) {
                                       m.y.exchange(1, acq_rel);
                                       m.b.set(m.x.load(acquire));
                                     }};
  EXPECT_FALSE(all_outcomes(memory_kind::store_buffers, threads).contains("0000"));
  EXPECT_TRUE(all_outcomes(memory_kind::views, threads).contains("0000"));
}

template <std::memory_order Store, std::memory_order Load>
std::vector<code> message_passing() {
  return {[](litmus& m) {
            m.x.store(1, relaxed);
            m.y.store(1, Store);
          },
          [](litmus& m) {
            m.a.set(m.y.load(Load));
            m.b.set(m.x.load(relaxed));
          }};
}

TEST(litmus, a_message_is_seen_with_release_and_acquire) {  // MP
  // Store buffers keep the order of stores, and loads are done in theirs.
  EXPECT_EQ(all_outcomes(memory_kind::store_buffers, message_passing<relaxed, relaxed>()),
            (outcomes{"0000", "0100", "1100"}));
  EXPECT_EQ(all_outcomes(memory_kind::views, message_passing<release, acquire>()), (outcomes{"0000", "0100", "1100"}));
  EXPECT_TRUE(all_outcomes(memory_kind::views, message_passing<relaxed, acquire>()).contains("1000"));
  EXPECT_TRUE(all_outcomes(memory_kind::views, message_passing<release, relaxed>()).contains("1000"));
}

TEST(litmus, a_release_sequence_goes_on_through_read_modify_writes) {
  const std::vector<code> threads = {[](litmus& m) {
                                       m.x.store(1, relaxed);
                                       m.y.store(1, release);
                                     },
                                     [](litmus& m) { m.y.fetch_add(1, relaxed); },
                                     [](litmus& m) {
                                       m.a.set(m.y.load(acquire));
                                       m.b.set(m.x.load(relaxed));
                                     }};
  const outcomes seen = all_outcomes(memory_kind::views, threads);
  EXPECT_TRUE(seen.contains("2100"));
  EXPECT_FALSE(seen.contains("2000"));
}

TEST(litmus, no_load_reads_from_a_later_store) {  // LB: the standard allows it when all is relaxed; not covered
  for (const memory_kind memory : {memory_kind::store_buffers, memory_kind::views}) {
    const std::vector<code> threads = {[](litmus& m) {
                                         m.a.set(m.x.load(relaxed));
                                         m.y.store(1, relaxed);
                                       },
                                       [](litmus& m) {
                                         m.b.set(m.y.load(relaxed));
                                         m.x.store(1, relaxed);
                                       }};
    EXPECT_EQ(all_outcomes(memory, threads), (outcomes{"0000", "0100", "1000"}));
  }
}

template <std::memory_order Store, std::memory_order Load>
std::vector<code> independent_reads() {
  return {[](litmus& m) { m.x.store(1, Store); }, [](litmus& m) { m.y.store(1, Store); },
          [](litmus& m) {
            m.a.set(m.x.load(Load));
            m.b.set(m.y.load(Load));
          },
          [](litmus& m) {
            m.c.set(m.y.load(Load));
            m.d.set(m.x.load(Load));
          }};
}

TEST(litmus, two_readers_agree_on_the_order_of_two_writers_when_all_is_seq_cst) {  // IRIW
  EXPECT_FALSE(all_outcomes(memory_kind::store_buffers, independent_reads<relaxed, relaxed>()).contains("1010"));
  EXPECT_TRUE(all_outcomes(memory_kind::views, independent_reads<release, acquire>()).contains("1010"));
  EXPECT_FALSE(all_outcomes(memory_kind::views, independent_reads<seq_cst, seq_cst>()).contains("1010"));
}

template <std::memory_order Order>
std::vector<code> two_and_two_writes() {
  return {[](litmus& m) {
            m.x.store(1, Order);
            m.y.store(2, Order);
          },
          [](litmus& m) {
            m.y.store(1, Order);
            m.x.store(2, Order);
          }};
}

TEST(litmus, stores_of_two_threads_to_two_words) {  // 2+2W
  const auto final_values = [](memory_kind memory, const std::vector<code>& threads) {
    return all_outcomes(memory, threads, true);
  };
  EXPECT_FALSE(final_values(memory_kind::store_buffers, two_and_two_writes<relaxed>()).contains("11"));
  EXPECT_TRUE(final_values(memory_kind::views, two_and_two_writes<relaxed>()).contains("11"));
  EXPECT_FALSE(final_values(memory_kind::views, two_and_two_writes<seq_cst>()).contains("11"));
}

TEST(litmus, loads_of_one_word_never_go_back) {  // CoRR
  for (const memory_kind memory : {memory_kind::store_buffers, memory_kind::views}) {
    const std::vector<code> threads = {[](litmus& m) { m.x.store(1, relaxed); },
                                       [](litmus& m) { m.x.store(2, relaxed); },
                                       [](litmus& m) {
                                         m.a.set(m.x.load(relaxed));
                                         m.b.set(m.x.load(relaxed));
                                       },
                                       [](litmus& m) {
                                         m.c.set(m.x.load(relaxed));
                                         m.d.set(m.x.load(relaxed));
                                       }};
    const outcomes seen = all_outcomes(memory, threads);
    EXPECT_TRUE(seen.contains("1212"));
    EXPECT_FALSE(seen.contains("1221"));
    EXPECT_FALSE(seen.contains("1000"));
    EXPECT_FALSE(seen.contains("2010"));
  }
}

TEST(litmus, read_modify_writes_lose_nothing) {
  for (const memory_kind memory : {memory_kind::store_buffers, memory_kind::views}) {
    const code add = [](litmus& m) {
      m.x.fetch_add(1, relaxed);
      int seen = m.y.load(relaxed);
      while (!m.y.compare_exchange_weak(seen, seen + 1, relaxed, relaxed)) {
      }
    };
    EXPECT_EQ(all_outcomes(memory, {add, add, add}, true), (outcomes{"33"}));
  }
}

TEST(litmus, a_thread_that_nobody_wakes_is_found) {
  for (const memory_kind memory : {memory_kind::store_buffers, memory_kind::views}) {
    const auto sleepers = [&](bool wakes) {
      return explore(
          [&](checker& of) {
            auto word = std::make_shared<atomic<std::uint32_t>>(0U);
            of.name_words({"word"});
            of.add_thread("sleeper", [word](frame&) {
              while (word->load(relaxed) == 0) futex_wait(*word, 0, false);
              return false;
            });
            of.add_thread("waker", [word, wakes](frame&) {
              word->store(1, relaxed);
              if (wakes) futex_wake_one(*word);
              return false;
            });
            of.at_rest([](const rest& at) { return at.has_ended(0) ? "" : "asleep"; });
          },
          memory);
    };
    EXPECT_TRUE(sleepers(true).complete);
    EXPECT_EQ(sleepers(false).violation, "asleep") << sleepers(false).trace;
  }
}

}  // namespace
}  // namespace model
