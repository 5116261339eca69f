// The commands of the `actors` program. Each returns the exit code: 0 fine, 1 failure while running, 2 bad usage or
// configuration.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace actors::tool {

enum exit_code { exit_fine = 0, exit_failed = 1, exit_bad_configuration = 2 };

/// What was asked for cannot be done: the exit code is 2.
class bad_arguments : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct check_options {
  std::vector<std::string> files;
  std::vector<std::string> set;
  bool strict = false;  ///< warnings count as errors
  bool json = false;
};
int check(const check_options& options);

struct run_options {
  std::string file;
  std::vector<std::string> set;
  unsigned threads = 0;             ///< 0: what the file says
  bool summary_is_message = false;  ///< in place of the table on the standard error
};
int run(const run_options& options);

/// Prints what an error code means.
int explain(const std::string& code);
/// Prints the components that files can name.
int list();

}  // namespace actors::tool
