// log_counts: how many messages the log has given to handlers.
#pragma once

#include <actors/log.hpp>

#include <cstdint>

namespace actors::inline v1::detail {

/// Of that level, since the process began; those that were left out do not count. Any thread.
std::uint64_t messages_logged(log_level level) noexcept;

}  // namespace actors::inline v1::detail
