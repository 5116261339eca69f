// cpu_quota: how much CPU time the container of this process may use, as the kernel's control groups say it.
#pragma once

#include <filesystem>
#include <optional>

namespace actors::inline v1::detail {

/// The smallest CPU quota among the control group of this process and those above it, in CPUs; nothing where there is
/// no quota or where it cannot be read. Understands cgroup v2 (`cpu.max`), v1 (`cpu.cfs_quota_us` over
/// `cpu.cfs_period_us`) and machines with both. Text that is not as the kernel writes it is passed over.
///
/// Rounded up: 1.5 CPUs are 2, so that the whole quota can be used, as Go 1.25 and Java do it. (Go then raises 1 to
/// 2; here it stays 1: a second worker could only use up what the first one is allowed.) Never 0.
///
/// The process's group is found in /proc/self/cgroup, the place where it is mounted in /proc/self/mountinfo. Every path
/// is looked up under `root`, which is for tests. Reads files, so call it once. Throws std::bad_alloc.
std::optional<unsigned> cpu_quota(const std::filesystem::path& root = "/");

/// How many threads of this process can make progress at a time: the CPUs of the calling thread's affinity mask, or the
/// quota where that is less. At least 1. More workers than CPUs would only take turns; more than the quota use it up
/// early in each period (usually 100 ms), and then all of them stand still for the rest of it.
unsigned usable_cpus(const std::filesystem::path& root = "/");

}  // namespace actors::inline v1::detail
