// The stdout component: what it writes, taken from the descriptor itself.
#include "folder.hpp"
#include "workbench.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

namespace {

using test::workbench;

// Sends descriptor 1 to a file for the time it lives.
class captured_output {
 public:
  captured_output() {
    std::fflush(stdout);
    before_ = ::dup(STDOUT_FILENO);
    const int file = ::open(files_.path("out").c_str(), O_CREAT | O_RDWR, 0600);
    ::dup2(file, STDOUT_FILENO);
    ::close(file);
  }
  ~captured_output() {
    ::dup2(before_, STDOUT_FILENO);
    ::close(before_);
  }
  captured_output(const captured_output&) = delete;
  captured_output& operator=(const captured_output&) = delete;

  std::string text() const {
    std::ifstream in{files_.path("out"), std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

 private:
  test::folder files_;
  int before_ = -1;
};

std::string printed(workbench& bench, const std::string& source, const std::string& format) {
  const captured_output out;
  bench.run({"in: {type: " + source + "}", "out: {type: stdout, from: in, with: {format: " + format + "}}"}, 2);
  return out.text();
}

TEST(stdout_sink, prints_texts_as_they_are_and_other_records_as_json) {
  workbench bench;
  bench.state().batches = {{"plain", "with \"quotes\" and \ttab"}, {"", "na\xc3\xafve"}};
  EXPECT_EQ(printed(bench, "give", "lines"), "plain\nwith \"quotes\" and \ttab\n\nna\xc3\xafve\n");
  EXPECT_EQ(printed(bench, "generate, with: {count: 2}", "lines"), "{\"n\":0}\n{\"n\":1}\n");
}

TEST(stdout_sink, prints_every_record_as_json) {
  workbench bench;
  bench.state().batches = {{"a\"b\\c\n", "\xff"}};
  EXPECT_EQ(printed(bench, "give", "json"), "\"a\\\"b\\\\c\\n\"\n\"\xef\xbf\xbd\"\n");
}

TEST(stdout_sink, prints_a_table_at_the_end) {
  workbench bench;
  EXPECT_EQ(printed(bench, "generate, with: {count: 11}", "table"), " n\n 0\n 1\n 2\n 3\n 4\n 5\n 6\n 7\n 8\n 9\n10\n");
}

TEST(stdout_sink, prints_nothing_for_nothing) {
  workbench bench;
  for (const char* format : {"lines", "json", "table"}) EXPECT_EQ(printed(bench, "give", format), "");
}

TEST(stdout_sink, prints_more_than_a_pipe_holds) {
  workbench bench;
  const std::string large(300'000, 'x');
  bench.state().batches = {{large, large}, {large}};
  EXPECT_EQ(printed(bench, "give", "lines"), large + "\n" + large + "\n" + large + "\n");
}

TEST(stdout_sink, that_cannot_write_fails_with_the_reason) {
  workbench bench;
  bench.state().batches = {{"x"}};
  std::fflush(stdout);
  const int before = ::dup(STDOUT_FILENO);
  const int full = ::open("/dev/full", O_WRONLY);
  ::dup2(full, STDOUT_FILENO);
  std::string message;
  try {
    bench.run({"in: {type: give}", "out: {type: stdout, from: in}"});
  } catch (const actors::actor_failed& fault) {
    message = fault.what();
  }
  ::dup2(before, STDOUT_FILENO);
  ::close(before);
  ::close(full);
  EXPECT_EQ(message, "actor 'out' failed: cannot write to the standard output: No space left on device");
}

}  // namespace
