// dump_wish: whether reports are to tell each task by itself, as ACTORS_DUMP asks for.
#pragma once

namespace actors::inline v1::detail {

/// Looks at the environment, for all reports from here on. Throws usage_error where ACTORS_DUMP is neither "full" nor
/// "folded", nor empty. While no thread changes the environment.
void read_dump_wish();

/// Whether the last look found "full". Any thread.
bool dumps_in_full() noexcept;

}  // namespace actors::inline v1::detail
