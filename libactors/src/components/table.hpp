// table: records as a table for people: aligned columns below their names.
#pragma once

#include <actors/pipeline/records.hpp>

#include <string>

namespace actors::inline v1::pipeline {

/// A row each, a column for each field in the order in which fields first appear; numbers to the right. Records that
/// are no maps are in a column named "value". Texts are shown as they are, with control characters escaped; what has no
/// such field is empty. Widths are in characters (UTF-8 code points). The empty string for no records.
std::string format_table(const records& rows);

}  // namespace actors::inline v1::pipeline
