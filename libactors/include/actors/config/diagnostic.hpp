// diagnostic: what is wrong with a configuration, where, and what to do; and how that is shown.
#pragma once

#include <actors/config/source.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace actors::inline v1::config {

enum class severity { error, warning };

/// The line of the source that a diagnostic shows, cut around the caret where it is very long.
struct excerpt {
  std::string line;
  std::size_t caret = 0;   ///< the byte of `line` below which the caret stands
  std::size_t length = 1;  ///< bytes that are underlined; never beyond the line
};

/// One finding. It owns all it needs, so it outlives the load it came from.
struct diagnostic {
  severity level = severity::error;
  std::string code;  ///< "E014", "W003": see explain()
  std::string file;
  std::size_t line = 0;    ///< from 1; 0: the file as a whole
  std::size_t column = 0;  ///< from 1, in characters
  std::size_t length = 0;  ///< characters of the line that are meant
  std::string message;     ///< what was found and what was expected
  std::string label;       ///< a few words beside the caret; may be empty
  std::string help;        ///< what to do; may be empty, may have several lines
  std::optional<excerpt> shown;
};

/// Collects what the parts of a load find, as places in sources. Not for concurrent use.
class report {
 public:
  /// What can go with a message.
  struct extra {
    std::string label = {};
    std::string help = {};
  };

  /// The sources are referred to and must outlive the report.
  explicit report(const source_set& sources) noexcept : sources_{&sources} {}

  void error(std::string_view code, span where, std::string message) {
    add(severity::error, code, where, std::move(message), {});
  }
  void error(std::string_view code, span where, std::string message, extra more) {
    add(severity::error, code, where, std::move(message), std::move(more));
  }
  void warning(std::string_view code, span where, std::string message, extra more) {
    add(severity::warning, code, where, std::move(message), std::move(more));
  }

  bool has_errors() const noexcept { return errors_ != 0; }

  /// What was found, each thing once, in the order of the places. Of more than 100 findings the rest is only counted.
  std::vector<diagnostic> finish() const;

 private:
  struct finding {
    severity level;
    std::string code;
    span where;
    std::string message;
    extra more;
  };
  void add(severity level, std::string_view code, span where, std::string message, extra more);
  diagnostic present(const finding& f) const;

  const source_set* sources_;
  std::vector<finding> findings_;
  std::size_t errors_ = 0;
};

struct render_options {
  bool color = false;   ///< ANSI colours, for a terminal
  bool summary = true;  ///< end with the line that counts errors and warnings
};

/// The form compilers use: file:line:col, the source line, a caret with its label, help, and a last line that counts.
/// Nothing at all when there are no diagnostics.
std::string render(std::span<const diagnostic> diagnostics, render_options options = {});

/// The last line alone: "2 errors, 1 warning; nothing was started. See `actors explain E014`."; empty without
/// diagnostics.
std::string summary(std::span<const diagnostic> diagnostics);

/// One JSON object per line and diagnostic: file, line, column, length, severity, code, message, label, help.
std::string render_json(std::span<const diagnostic> diagnostics);

/// What a code stands for.
struct explanation {
  std::string_view code;
  std::string_view title;    ///< a few words
  std::string_view text;     ///< what the rule is and why
  std::string_view example;  ///< a file, or a part of one, that breaks it, and how it is put right
};

/// The explanation of a code in either case ("E014", "e014"), or null where there is no such code. Any thread.
const explanation* explain(std::string_view code) noexcept;

/// All codes, errors before warnings, in order. Any thread.
std::span<const explanation> explanations() noexcept;

}  // namespace actors::inline v1::config
