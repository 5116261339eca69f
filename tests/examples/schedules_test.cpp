// The example programs under the simulation: many schedules, and virtual time where they sleep. What they print is
// checked by check.py; here it must be the same in every schedule, but for the order of the lines, and the sleeps must
// take exactly as long as they say.
#include <actors/actors.hpp>
#include <actors/as_completed.hpp>
#include <actors/broadcast.hpp>
#include <actors/error_trace.hpp>
#include <actors/exit_stack.hpp>
#include <actors/generator.hpp>
#include <actors/oneshot.hpp>
#include <actors/race.hpp>
#include <actors/select.hpp>
#include <actors/shield.hpp>
#include <actors/simulate.hpp>
#include <actors/strand.hpp>
#include <actors/task_group.hpp>
#include <actors/task_local.hpp>
#include <actors/timeout.hpp>
#include <actors/wait.hpp>
#include <actors/watch.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <numeric>
#include <optional>
#include <random>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

// Each program in a namespace of its own; what it includes is included above. Its `main` is not called.
#define main entry
namespace countasync {
#include "../../examples/countasync.cpp"
}
namespace chained {
#include "../../examples/chained.cpp"
}
namespace rand_program {
#include "../../examples/rand.cpp"
}
namespace wait_program {
#include "../../examples/wait.cpp"
}
namespace timeouts {
#include "../../examples/timeouts.cpp"
}
namespace factorials {
#include "../../examples/factorials.cpp"
}
namespace callback_program {
#include "../../examples/callback.cpp"
}
namespace countdown {
#include "../../examples/countdown.cpp"
}
namespace graceful {
#include "../../examples/graceful.cpp"
}
namespace names {
#include "../../examples/names.cpp"
}
namespace kinds {
#include "../../examples/kinds.cpp"
}
namespace accounts {
#include "../../examples/accounts.cpp"
}
namespace sieve {
#include "../../examples/sieve.cpp"
}
namespace commstime {
#include "../../examples/commstime.cpp"
}
namespace philosophers {
#include "../../examples/philosophers.cpp"
}
namespace power_series {
#include "../../examples/power_series.cpp"
}
namespace bounded_buffer {
#include "../../examples/bounded_buffer.cpp"
}
namespace barber {
#include "../../examples/barber.cpp"
}
namespace santa {
#include "../../examples/santa.cpp"
}
#undef main

namespace {

using namespace std::chrono_literals;

struct program {
  const char* name;
  void (*run)();
  std::optional<std::chrono::nanoseconds> takes{};  ///< virtual time, where it does not depend on the schedule
};

void PrintTo(const program& what, std::ostream* out) { *out << what.name; }

void run_chains() {
  std::vector<actors::task<>> chains;
  for (const int n : {9, 6, 3}) chains.push_back(chained::chain(n));
  actors::run(actors::gather(std::move(chains)));
}
void run_countdown() {
  actors::run(actors::with_resource(countdown::take_pad(), countdown::launch, &countdown::launch_pad::leave));
}

void run_commstime() {
  for (auto* copy : {commstime::sequential_delta, commstime::parallel_delta, commstime::offering_delta})
    std::printf("sum %ld\n", actors::run(commstime::commstime(*copy, 20)));
}
// Who eats how often depends on the schedule, but not that each does.
void run_philosophers() {
  const philosophers::dinner book = actors::run(philosophers::dine(100));
  const bool all_ate = *std::min_element(book.meals.begin(), book.meals.end()) >= 10;
  EXPECT_LE(book.most_seated, 4);
  EXPECT_TRUE(all_ate);
  std::printf("%d meals\n", std::accumulate(book.meals.begin(), book.meals.end(), 0));
}
void run_santa() {
  const santa::book done = actors::run(santa::christmases(3));
  EXPECT_GT(done.consultations, 0);
  EXPECT_GT(done.both_waited, 0);
  EXPECT_EQ(done.out_of_turn, 0);
  EXPECT_EQ(done.mixed, 0);
  std::printf("%d deliveries\n", done.deliveries);
}
void run_barber() {
  const barber::day today = actors::run(barber::one_day(3));
  EXPECT_EQ(today.shorn + today.turned_away, today.came);
  EXPECT_EQ(today.haircuts, today.shorn);
  EXPECT_GT(today.turned_away, 0);
  std::printf("%d came\n", today.came);
}

// A real time, which some print, is none of the simulation.
std::string without_times(const std::string& line) {
  const auto end = line.rfind(" seconds");
  const auto begin = line.rfind(' ', end - 1);
  const bool has_one = end != std::string::npos && line.find('.', begin) < end;
  return has_one ? line.substr(0, begin) : line;
}

std::vector<std::string> sorted_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);) lines.push_back(without_times(line));
  std::sort(lines.begin(), lines.end());
  return lines;
}

class example : public ::testing::TestWithParam<program> {};

TEST_P(example, does_the_same_in_every_schedule) {  // T1, T2, T12, G1 to G9
  const std::uint64_t schedules = ACTORS_TEST_SANITIZED != 0 ? 5 : 100;
  std::vector<std::string> first;
  for (std::uint64_t seed = 1; seed <= schedules; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    actors::simulation_summary summary;
    std::string failure;
    ::testing::internal::CaptureStdout();
    try {
      actors::simulate({.seed = seed, .workers = 1 + static_cast<unsigned>(seed % 3), .summary = &summary},
                       GetParam().run);
    } catch (const actors::simulation_failure& e) {
      failure = e.what();
    }
    const std::vector<std::string> lines = sorted_lines(::testing::internal::GetCapturedStdout());
    ASSERT_EQ(failure, "");
    ASSERT_EQ(summary.time, GetParam().takes.value_or(summary.time));
    ASSERT_FALSE(lines.empty());
    if (seed == 1) first = lines;
    ASSERT_EQ(lines, first);
  }
}

INSTANTIATE_TEST_SUITE_P(all, example,
                         ::testing::Values(program{"countasync", [] { actors::run(countasync::amain()); }, 1s},
                                           program{"kinds", [] { actors::run(kinds::amain()); }, 0s},
                                           program{"chained", &run_chains, 10s},
                                           program{"rand", [] { actors::run(rand_program::amain()); }, 2s},
                                           program{"wait", [] { actors::run(wait_program::amain()); }, 2400ms},
                                           program{"timeouts", [] { actors::run(timeouts::amain()); }, 590ms},
                                           program{"factorials", [] { actors::run(factorials::amain()); }, 350ms},
                                           program{"callback", [] { actors::run(callback_program::amain()); }, 20ms},
                                           program{"countdown", &run_countdown, 50ms},
                                           program{"graceful", [] { actors::run(graceful::amain(false)); }, 6ms},
                                           program{"names", [] { actors::run(names::amain()); }, 10ms},
                                           program{"accounts", [] { actors::run(accounts::business()); }, 0s},
                                           program{"sieve", [] { actors::run(sieve::amain(25)); }, 0s},
                                           program{"commstime", &run_commstime, 0s},
                                           program{"philosophers", &run_philosophers},
                                           program{"power_series", [] { actors::run(power_series::amain(6)); }, 0s},
                                           program{"bounded_buffer", [] { actors::run(bounded_buffer::amain(3)); }, 0s},
                                           program{"barber", &run_barber}, program{"santa", &run_santa}),
                         [](const auto& test) { return std::string{test.param.name}; });

}  // namespace
