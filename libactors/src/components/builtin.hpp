// The built-in components, one file each.
#pragma once

#include <actors/pipeline/component.hpp>

namespace actors::inline v1::pipeline {

component_info describe_file_read();
component_info describe_generate();
component_info describe_words();
component_info describe_filter();
component_info describe_count_by();
component_info describe_top_k();
component_info describe_stdout();
component_info describe_null();
component_info describe_lines();         // adapter: text -> records
component_info describe_merge_counts();  // adapter: counts -> records

}  // namespace actors::inline v1::pipeline
