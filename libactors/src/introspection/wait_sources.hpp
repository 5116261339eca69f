// wait_sources: what a task waits at, found from the lock that it waits under.
#pragma once

#include <actors/detail/source_report.hpp>
#include <actors/detail/wait_kind.hpp>
#include <actors/detail/wait_lock.hpp>

namespace actors::inline v1::detail {

/// Describes the source that `lock` is a part of, which a wait of that kind is at. In a visit (`waiter::visit_lock`).
void describe_source(wait_kind what, const wait_lock& lock, source_report& into) noexcept;

}  // namespace actors::inline v1::detail
