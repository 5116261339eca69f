// stdout: prints records: as lines, as JSON, or as a table at the end.
#include <actors/blocking.hpp>
#include <actors/errors.hpp>
#include <actors/pipeline/declare.hpp>
#include <actors/pipeline/records.hpp>
#include <actors/pipeline/stage.hpp>
#include <actors/pipeline/status_line.hpp>

#include "builtin.hpp"
#include "table.hpp"

#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

namespace actors::inline v1::pipeline {

namespace {

// Blocks until everything is written.
void write_out(std::string_view bytes) {
  if (::isatty(STDOUT_FILENO) != 0) finish_status_line();
  while (!bytes.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written >= 0)
      bytes.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR)
      throw error{"cannot write to the standard output: " + std::generic_category().message(errno)};
  }
}

class stdout_sink final : public stage {
 public:
  std::string format = "lines";

  task<> run() override { return format == "table" ? print_table() : print_each(); }

 private:
  task<> print_each() {
    std::string written;
    while (auto batch = co_await records_.receive()) {
      written.clear();
      for (const value& item : *batch) {
        if (format == "lines" && item.is_text())
          written += item.as_text();
        else
          append_json(written, item);
        written += '\n';
      }
      co_await blocking([&] { write_out(written); });
    }
  }

  // A table needs all rows before the first is printed: the columns are as wide as their widest cell.
  task<> print_table() {
    records rows;
    while (auto batch = co_await records_.receive()) {
      for (const value& item : *batch) rows.push_back(item);
      rows.keep_all_of(*batch);
    }
    const std::string table = format_table(rows);
    co_await blocking([&] { write_out(table); });
  }

  in<records> records_{*this, "records"};
};

}  // namespace

component_info describe_stdout() {
  return component<stdout_sink>("stdout")
      .doc("Prints records on the standard output.")
      .choice("format", &stdout_sink::format, {"lines", "json", "table"},
              "lines: texts as they are, other records as JSON; json: every record as JSON, one a line; table: all "
              "records at the end, in columns")
      .info();
}

}  // namespace actors::inline v1::pipeline
