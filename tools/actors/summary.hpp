// summary: what a run has done, in numbers: as one line while it runs, as a small table at its end.
#pragma once

#include <actors/pipeline/pipeline.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace actors::tool {

/// "files 1,204   bytes 12.3 MB   words 1,930,112   1.4 s"
std::string progress_line(const std::vector<pipeline::total>& totals, std::chrono::duration<double> time);

/// A line for each counter, then the time and the rate (of bytes, or else of the first counter).
std::string summary(const std::vector<pipeline::total>& totals, std::chrono::duration<double> time);

/// The same numbers as a message, for programs: a field for each counter, and the time.
void log_summary(const std::vector<pipeline::total>& totals, std::chrono::duration<double> time);

}  // namespace actors::tool
