// workbench: pipelines from text, with components that feed them from a test and bring back what comes out.
#pragma once

#include <actors/config/load.hpp>
#include <actors/pipeline/pipeline.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

namespace test {

/// What the components of a workbench share with its test.
struct bench_state {
  std::vector<std::string> blocks;                ///< `give_text` sends each as one block of lines
  std::vector<std::vector<std::string>> batches;  ///< `give` sends each as one batch of records, from JSON-like text
  std::vector<std::string> taken;                 ///< what `collect` received, each record as JSON
  std::atomic<std::size_t> given{0};              ///< items that `give` has handed over
};

/// Beside the built-in components it knows:
///   - give_text: source of text, give: source of records (texts), endless: source of {n: 0}, {n: 1}, ... in batches of
///     `batch`;
///   - scatter: makes of each record 0 to 3 records, in batches of any size, some of them empty; keeps order;
///   - failing: passes `after` records on, then fails;
///   - collect: sink that keeps what comes; stall: sink that takes `first` batches, then waits for ever.
class workbench {
 public:
  workbench();

  bench_state& state() noexcept { return *state_; }
  const actors::pipeline::registry& components() const noexcept { return components_; }

  /// The plan of a file with these actors, each a line below `actors:`, and this capacity of all channels.
  actors::config::plan plan(std::initializer_list<std::string> actors, std::size_t capacity = 256) const;

  /// Runs it on workers; gives what `collect` took.
  std::vector<std::string> run(std::initializer_list<std::string> actors, std::size_t capacity = 256,
                               unsigned workers = 2);
  /// The same under the simulation of that seed.
  std::vector<std::string> simulate(std::initializer_list<std::string> actors, std::size_t capacity,
                                    std::uint64_t seed);

 private:
  std::shared_ptr<bench_state> state_ = std::make_shared<bench_state>();
  actors::pipeline::registry components_;
};

}  // namespace test
