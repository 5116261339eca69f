// The drop-in main function: the same command lines as caf::exec_main, with the same ends.
#include <actors/caf/main.hpp>

#include "programs.hpp"

#include <caf/io/all.hpp>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

using test::lines;

struct greeting_config final : caf::actor_system_config {
  greeting_config() { opt_group{custom_options_, "global"}.add(whom, "whom,w", "who is greeted"); }
  std::string whom = "world";
};

lines said;

void greet(caf::actor_system& system, const greeting_config& config) {
  caf::scoped_actor self{system};
  const caf::actor echo = self->spawn([](caf::event_based_actor* each) -> caf::behavior {
    return {[=](const std::string& line) {
      each->quit();
      return "hello " + line;
    }};
  });
  said.push_back(test::answer_of<std::string>(self, echo, config.whom));
  said.push_back(system.has_middleman() ? "middleman" : "alone");
  said.push_back(std::to_string(system.scheduler().num_workers()));
}

struct ending {
  int status;
  lines seen;
  std::string out;
  std::string err;
};

/// `how(argc, argv)` with these arguments after the name of the program.
template <class How>
ending ending_of(How how, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "greet");
  std::vector<char*> words;
  for (std::string& each : arguments) words.push_back(each.data());
  words.push_back(nullptr);
  said.clear();
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int status = how(static_cast<int>(arguments.size()), words.data());
  std::string out = testing::internal::GetCapturedStdout();
  return {status, said, std::move(out), testing::internal::GetCapturedStderr()};
}

int cafs_main(int argc, char** argv) { return caf::exec_main<>(greet, argc, argv); }
int our_main(int argc, char** argv) { return actors::exec_caf_main<>(greet, argc, argv); }

/// Under both; the first part of `err` that matters.
void expect_same(const std::vector<std::string>& arguments, int status, const lines& seen, const std::string& err) {
  for (const auto how : {&cafs_main, &our_main}) {
    const ending got = ending_of(how, arguments);
    EXPECT_EQ(got.status, status) << got.err;
    EXPECT_EQ(got.seen, seen);
    EXPECT_NE(got.err.find(err), std::string::npos) << got.err;
  }
}

TEST(caf_main, takes_options_of_the_program_and_the_number_of_workers) {
  expect_same({"--scheduler.max-threads=3", "--whom=you"}, EXIT_SUCCESS, {"\"hello you\"", "alone", "3"}, "");
}

TEST(caf_main, help_ends_the_program) {
  expect_same({"--help"}, EXIT_SUCCESS, {}, "");
  EXPECT_EQ(ending_of(our_main, {"--help"}).out, ending_of(cafs_main, {"--help"}).out);
}

TEST(caf_main, a_wrong_option_is_a_failure) {
  expect_same({"--scheduler.max-threads=many"}, EXIT_FAILURE, {}, "error while parsing CLI and file options: ");
  EXPECT_EQ(ending_of(our_main, {"--scheduler.max-threads=many"}).err,
            ending_of(cafs_main, {"--scheduler.max-threads=many"}).err);
}

TEST(caf_main, a_configuration_file_is_read) {
  const std::string file = testing::TempDir() + "caf_main_test." + std::to_string(getpid()) + ".ini";
  std::ofstream{file} << "[scheduler]\nmax-threads=2\n[global]\nwhom=\"file\"\n";
  expect_same({"--config-file=" + file}, EXIT_SUCCESS, {"\"hello file\"", "alone", "2"}, "");
  std::ofstream{file} << "[scheduler\n";
  expect_same({"--config-file=" + file}, EXIT_FAILURE, {}, "error while parsing CLI and file options: ");
  std::filesystem::remove(file);
}

TEST(caf_main, no_workers_are_a_failure) {
  const ending got = ending_of(our_main, {"--scheduler.max-threads=0"});
  EXPECT_EQ(got.status, EXIT_FAILURE);
  EXPECT_EQ(got.err,
            "error in the configuration: scheduler.max-threads is the number of workers, at least 1, but is 0\n");
}

TEST(caf_main, as_many_workers_as_a_runtime_has_where_nothing_is_set) {
  const actors::runtime usual;
  const ending got = ending_of(our_main, {});
  EXPECT_EQ(got.seen, (lines{"\"hello world\"", "alone", std::to_string(usual.workers())}));
}

TEST(caf_main, loads_modules) {
  const ending got =
      ending_of([](int argc, char** argv) { return actors::exec_caf_main<caf::io::middleman>(greet, argc, argv); },
                {"--scheduler.max-threads=1"});
  EXPECT_EQ(got.seen, (lines{"\"hello world\"", "middleman", "1"}));
}

TEST(caf_main, takes_a_function_without_a_configuration) {
  const ending got = ending_of(
      [](int argc, char** argv) {
        const auto count =
            +[](caf::actor_system& system) { said.push_back(std::to_string(system.scheduler().num_workers())); };
        return actors::exec_caf_main<>(count, argc, argv);
      },
      {"--scheduler.max-threads=2"});
  EXPECT_EQ(got.status, EXIT_SUCCESS);
  EXPECT_EQ(got.seen, lines{"2"});
}

TEST(caf_main, a_slave_without_the_middleman_is_a_failure) { expect_same({"--caf#slave-mode"}, EXIT_FAILURE, {}, ""); }

}  // namespace
