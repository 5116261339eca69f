#include "builtin.hpp"

#include <actors/pipeline/builtin.hpp>
#include <actors/pipeline/counts.hpp>
#include <actors/pipeline/records.hpp>
#include <actors/pipeline/text.hpp>

namespace actors::inline v1::pipeline {

void add_builtin_components(registry& to) {
  for (auto describe : {describe_file_read, describe_generate, describe_words, describe_filter, describe_count_by,
                        describe_top_k, describe_stdout, describe_null, describe_lines, describe_merge_counts})
    to.add(describe());
  to.add_adapter(typeid(text), typeid(records), "lines");
  to.add_adapter(typeid(counts), typeid(records), "merge_counts");
}

}  // namespace actors::inline v1::pipeline
