// status_line: the one line at the bottom of a terminal that tells how far a run is, and its peace with other output.
#pragma once

#include <string_view>

namespace actors::inline v1::pipeline {

/// Shows `text` as the status line on the standard error, in place of the one before. Does nothing after
/// `finish_status_line`. Any thread.
void show_status_line(std::string_view text);

/// Takes the status line away. Any thread.
void clear_status_line();

/// Takes it away for good: from now on something else is written to the same terminal. Any thread.
void finish_status_line();

}  // namespace actors::inline v1::pipeline
