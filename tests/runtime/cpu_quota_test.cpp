// The CPU quota of the container, read from made-up trees of files; and that a runtime goes by it.
#include "cpu_quota.hpp"

#include <actors/runtime.hpp>

#include "thread_placement.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

namespace {

using actors::detail::cpu_mask;
using actors::detail::cpu_quota;
using actors::detail::usable_cpus;

constexpr auto none = std::nullopt;

/// A folder that looks like the root of a machine, gone with this object.
class machine {
 public:
  machine() {
    std::string name = (std::filesystem::temp_directory_path() / "cpu_quota_XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no temporary folder " + name};
    root_ = name;
    file("/proc/self/mountinfo", "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n");
  }
  ~machine() { std::filesystem::remove_all(root_); }
  machine(const machine&) = delete;
  machine& operator=(const machine&) = delete;

  machine& file(std::string_view path, std::string_view text) {
    const std::filesystem::path place = root_.string() + std::string{path};
    std::filesystem::create_directories(place.parent_path());
    std::ofstream{place, std::ios::app} << text;
    return *this;
  }
  /// A line of /proc/self/cgroup.
  machine& member(std::string_view line) { return file("/proc/self/cgroup", std::string{line} + '\n'); }
  machine& mount_v2(std::string_view top, std::string_view point) {
    return mount(top, point, "shared:4 - cgroup2 cgroup2 rw,nsdelegate");
  }
  machine& mount_v1(std::string_view top, std::string_view point, std::string_view controllers) {
    return mount(top, point, "shared:5 master:2 - cgroup cgroup rw," + std::string{controllers});
  }
  machine& quota_v1(const std::string& folder, std::string_view quota, std::string_view period = "100000\n") {
    return file(folder + "/cpu.cfs_quota_us", quota).file(folder + "/cpu.cfs_period_us", period);
  }

  std::optional<unsigned> quota() const { return cpu_quota(root_); }
  const std::filesystem::path& root() const { return root_; }

 private:
  machine& mount(std::string_view top, std::string_view point, std::string_view rest) {
    return file("/proc/self/mountinfo", "35 22 0:30 " + std::string{top} + ' ' + std::string{point} +
                                            " rw,nosuid,nodev,noexec,relatime " + std::string{rest} + '\n');
  }
  std::filesystem::path root_;
};

/// A machine with one v2 group, /app, and its cpu.max.
std::optional<unsigned> quota_of(std::string_view cpu_max) {
  return machine{}
      .member("0::/app")
      .mount_v2("/", "/sys/fs/cgroup")
      .file("/sys/fs/cgroup/app/cpu.max", cpu_max)
      .quota();
}

TEST(cpu_quota, is_rounded_up_and_at_least_one) {  // R10
  EXPECT_EQ(quota_of("100000 100000\n"), 1U);
  EXPECT_EQ(quota_of("100001 100000\n"), 2U);
  EXPECT_EQ(quota_of("150000 100000\n"), 2U);
  EXPECT_EQ(quota_of("200000 100000\n"), 2U);
  EXPECT_EQ(quota_of("250000 100000\n"), 3U);
  EXPECT_EQ(quota_of("10000 100000\n"), 1U);
  EXPECT_EQ(quota_of("1 1000000\n"), 1U);
  EXPECT_EQ(quota_of("80000 20000\n"), 4U);
  EXPECT_EQ(quota_of("6400000 100000\n"), 64U);
  EXPECT_EQ(quota_of("9223372036854775807 1\n"), 4294967295U);
}

TEST(cpu_quota, max_is_no_quota) {  // R10
  EXPECT_EQ(quota_of("max 100000\n"), none);
}

TEST(cpu_quota, malformed_text_is_passed_over) {  // R10
  for (const char* text : {"", "\n", " ", "max", "maximum 100000\n", "100000\n", "100000 0\n", "0 100000\n",
                           "-1 100000\n", "100000 -1\n", "1.5 100000\n", "100000x 100000\n", "100000 100000x\n",
                           "0x10 100000\n", "100000 100000 100000\n", "99999999999999999999 100000\n", "one two\n"})
    EXPECT_EQ(quota_of(text), none) << '"' << text << '"';
  EXPECT_EQ(quota_of(std::string{"100000\0 100000\n", 15}), none);
}

TEST(cpu_quota, what_is_missing_is_no_quota) {  // R10
  EXPECT_EQ(cpu_quota("/no/such/folder"), none);
  EXPECT_EQ(machine{}.quota(), none);
  EXPECT_EQ(machine{}.member("0::/app").quota(), none);
  EXPECT_EQ(machine{}.member("0::/app").mount_v2("/", "/sys/fs/cgroup").quota(), none);
  EXPECT_EQ(machine{}.mount_v2("/", "/sys/fs/cgroup").file("/sys/fs/cgroup/cpu.max", "100000 100000\n").quota(), none);
  machine halves;
  halves.member("1:cpu:/").mount_v1("/", "/cpu", "cpu").file("/cpu/cpu.cfs_quota_us", "100000\n");
  EXPECT_EQ(halves.quota(), none);
}

TEST(cpu_quota, malformed_tables_are_passed_over) {  // R10
  machine here;
  here.member("").member("0").member("0:").member("::").member("nonsense").member("0:cpu:/other").member("0::/app");
  here.file("/proc/self/mountinfo", "\n1\n1 2 3 4 5 6 7\n35 22 0:30 / /sys/fs/cgroup rw -\n");
  here.file("/proc/self/mountinfo", "35 22 0:30 / /sys/fs/cgroup rw shared:4 - cgroup2\n");
  here.file("/sys/fs/cgroup/app/cpu.max", "100000 100000\n");
  EXPECT_EQ(here.quota(), none);
  here.mount_v2("/", "/sys/fs/cgroup");
  EXPECT_EQ(here.quota(), 1U);
}

TEST(cpu_quota, v2_the_smallest_of_the_groups_above_wins) {  // R10
  machine here;
  here.member("0::/a/b/c").mount_v2("/", "/sys/fs/cgroup");
  here.file("/sys/fs/cgroup/a/b/c/cpu.max", "800000 100000\n");
  EXPECT_EQ(here.quota(), 8U);
  here.file("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  EXPECT_EQ(here.quota(), 8U);
  here.file("/sys/fs/cgroup/a/cpu.max", "300000 100000\n");
  EXPECT_EQ(here.quota(), 3U);
  here.file("/sys/fs/cgroup/cpu.max", "500000 100000\n");
  EXPECT_EQ(here.quota(), 3U);
}

TEST(cpu_quota, v2_groups_beside_the_own_one_do_not_count) {  // R10
  machine here;
  here.member("0::/a/b").mount_v2("/", "/sys/fs/cgroup");
  here.file("/sys/fs/cgroup/a/b/cpu.max", "800000 100000\n");
  here.file("/sys/fs/cgroup/a/c/cpu.max", "100000 100000\n");
  here.file("/sys/fs/cgroup/a/b/below/cpu.max", "100000 100000\n");
  here.file("/sys/fs/cgroup/ab/cpu.max", "100000 100000\n");
  EXPECT_EQ(here.quota(), 8U);
}

TEST(cpu_quota, v2_a_group_that_was_deleted_leaves_those_above_it) {  // R10
  machine here;
  here.member("0::/a/gone (deleted)").mount_v2("/", "/sys/fs/cgroup");
  here.file("/sys/fs/cgroup/a/cpu.max", "200000 100000\n");
  EXPECT_EQ(here.quota(), 2U);
}

TEST(cpu_quota, v2_in_a_container_with_a_view_of_its_own) {  // R10: its group is the root of what it sees
  machine here;
  here.member("0::/").mount_v2("/", "/sys/fs/cgroup").file("/sys/fs/cgroup/cpu.max", "200000 100000\n");
  EXPECT_EQ(here.quota(), 2U);
}

TEST(cpu_quota, v2_in_a_container_that_sees_a_part_of_the_tree) {  // R10
  machine here;
  here.member("0::/docker/1f/job").mount_v2("/docker/1f", "/sys/fs/cgroup");
  here.file("/sys/fs/cgroup/cpu.max", "200000 100000\n");
  here.file("/sys/fs/cgroup/docker/1f/cpu.max", "100000 100000\n");
  EXPECT_EQ(here.quota(), 2U);
  here.file("/sys/fs/cgroup/job/cpu.max", "50000 100000\n");
  EXPECT_EQ(here.quota(), 1U);
}

TEST(cpu_quota, v2_a_name_that_only_begins_alike_is_another_group) {  // R10
  machine here;
  here.member("0::/docker/1f2").mount_v2("/docker/1f", "/one").mount_v2("/docker/1f2", "/two");
  here.file("/one/cpu.max", "100000 100000\n").file("/two/cpu.max", "300000 100000\n");
  EXPECT_EQ(here.quota(), 3U);
}

TEST(cpu_quota, v2_paths_outside_of_the_view_use_the_mount_itself) {  // R10
  struct outside {
    std::string_view own;
    std::string_view top;
  };
  // A process that was put elsewhere, a mount made before the view was narrowed, and both.
  for (const outside& each : {outside{"/../..", "/"}, outside{"/../other", "/"}, outside{"/", "/../.."},
                              outside{"/a", "/../b"}, outside{"/../../a", "/../.."}, outside{"/user", "/docker/1f"}}) {
    machine here;
    here.member("0::" + std::string{each.own}).mount_v2(each.top, "/a/b/cgroup");
    here.file("/a/b/cgroup/cpu.max", "200000 100000\n");
    here.file("/a/cpu.max", "100000 100000\n").file("/a/other/cpu.max", "100000 100000\n");  // nobody may look there
    here.file("/cpu.max", "100000 100000\n").file("/a/b/cpu.max", "100000 100000\n");
    EXPECT_EQ(here.quota(), 2U) << each.own << " under " << each.top;
  }
}

TEST(cpu_quota, v2_a_mount_from_outside_of_the_view_that_holds_the_group) {  // R10
  machine here;
  here.member("0::/../pods/7/app").mount_v2("/../pods", "/sys/fs/cgroup");
  here.file("/sys/fs/cgroup/7/app/cpu.max", "200000 100000\n");
  EXPECT_EQ(here.quota(), 2U);
}

TEST(cpu_quota, v2_a_mount_of_another_container_does_not_count_beside_the_own_one) {  // R10
  machine here;
  here.member("0::/mine").mount_v2("/other", "/mnt/other").mount_v2("/", "/sys/fs/cgroup");
  here.file("/mnt/other/cpu.max", "100000 100000\n").file("/sys/fs/cgroup/mine/cpu.max", "400000 100000\n");
  EXPECT_EQ(here.quota(), 4U);
}

TEST(cpu_quota, paths_with_spaces_and_backslashes_are_found) {  // R10
  machine here;
  here.member("0::/my app").mount_v2(R"(/)", R"(/odd\040place\134here)");
  here.file(R"(/odd place\here/my app/cpu.max)", "200000 100000\n");
  EXPECT_EQ(here.quota(), 2U);
  machine part;
  part.member(R"(0::/my app\x/in:side)").mount_v2(R"(/my\040app\134x)", "/sys/fs/cgroup");
  part.file("/sys/fs/cgroup/in:side/cpu.max", "200000 100000\n");
  EXPECT_EQ(part.quota(), 2U);
}

TEST(cpu_quota, v1_is_quota_over_period) {  // R10
  machine here;
  here.member("7:memory:/other").member("4:cpu,cpuacct:/app").member("1:name=systemd:/other");
  here.mount_v1("/", "/sys/fs/cgroup/cpu,cpuacct", "cpu,cpuacct");
  here.quota_v1("/sys/fs/cgroup/cpu,cpuacct/app", "120000\n", "50000\n");
  EXPECT_EQ(here.quota(), 3U);
}

TEST(cpu_quota, v1_minus_one_is_no_quota) {  // R10
  machine here;
  here.member("4:cpu:/app").mount_v1("/", "/sys/fs/cgroup/cpu", "cpu");
  here.quota_v1("/sys/fs/cgroup/cpu/app", "-1\n").quota_v1("/sys/fs/cgroup/cpu", "-1\n");
  EXPECT_EQ(here.quota(), none);
}

TEST(cpu_quota, v1_the_smallest_of_the_groups_above_wins) {  // R10
  machine here;
  here.member("4:cpu:/a/b").mount_v1("/", "/cpu", "cpu");
  here.quota_v1("/cpu/a/b", "400000\n").quota_v1("/cpu/a", "50000\n").quota_v1("/cpu", "-1\n");
  EXPECT_EQ(here.quota(), 1U);
}

TEST(cpu_quota, v1_in_a_container_that_sees_its_own_group_as_the_root) {  // R10
  machine here;
  here.member("4:cpuacct,cpu:/docker/1f").mount_v1("/docker/1f", "/sys/fs/cgroup/cpu", "cpuacct,cpu");
  here.quota_v1("/sys/fs/cgroup/cpu", "200000\n");
  EXPECT_EQ(here.quota(), 2U);
}

TEST(cpu_quota, v1_other_controllers_do_not_count) {  // R10
  machine here;
  here.member("4:cpuacct:/app").member("5:cpuset:/app").mount_v1("/", "/cpuacct", "cpuacct");
  here.mount_v1("/", "/cpuset", "cpuset").quota_v1("/cpuacct/app", "100000\n").quota_v1("/cpuset/app", "100000\n");
  EXPECT_EQ(here.quota(), none);
}

TEST(cpu_quota, other_file_systems_do_not_count) {  // R10
  machine here;
  here.member("4:cpu:/").member("0::/").file("/proc/self/mountinfo", "35 22 0:30 / /odd rw - fuse.x cgroup2 rw,cpu\n");
  here.quota_v1("/odd", "100000\n").file("/odd/cpu.max", "100000 100000\n");
  EXPECT_EQ(here.quota(), none);
}

TEST(cpu_quota, v1_and_v2_side_by_side) {  // R10: usually v1 has the CPU controller then, and v2 has no files for it
  machine here;
  here.member("4:cpu,cpuacct:/app").member("0::/user.slice/app");
  here.mount_v2("/", "/sys/fs/cgroup/unified").mount_v1("/", "/sys/fs/cgroup/cpu,cpuacct", "cpu,cpuacct");
  here.quota_v1("/sys/fs/cgroup/cpu,cpuacct/app", "300000\n");
  EXPECT_EQ(here.quota(), 3U);
  here.file("/sys/fs/cgroup/unified/user.slice/app/cpu.max", "200000 100000\n");
  EXPECT_EQ(here.quota(), 2U);
}

TEST(usable_cpus, are_those_of_the_affinity_mask_or_of_the_quota_where_that_is_less) {  // R10
  const unsigned cpus = cpu_mask::of_this_thread().count();
  ASSERT_GE(cpus, 1U);
  machine here;
  EXPECT_EQ(usable_cpus(here.root()), cpus);
  here.member("0::/a/b").mount_v2("/", "/sys/fs/cgroup");
  here.file("/sys/fs/cgroup/a/b/cpu.max", std::to_string(cpus + 1) + "00000 100000\n");
  EXPECT_EQ(usable_cpus(here.root()), cpus);
  here.file("/sys/fs/cgroup/a/cpu.max", "50000 100000\n");
  EXPECT_EQ(usable_cpus(here.root()), 1U);
}

class without_environment : public ::testing::Test {
 protected:
  without_environment() {
    if (const char* text = std::getenv("ACTORS_WORKERS")) before_ = text;
    unsetenv("ACTORS_WORKERS");
  }
  ~without_environment() override {
    if (before_) setenv("ACTORS_WORKERS", before_->c_str(), 1);
  }

 private:
  std::optional<std::string> before_;
};

using default_workers = without_environment;

TEST_F(default_workers, are_as_many_as_the_cpus_and_the_quota_of_this_process_allow) {  // R10
  EXPECT_EQ(actors::runtime{}.workers(), usable_cpus());
}

TEST_F(default_workers, follow_the_affinity_mask) {  // R10
  std::jthread{[] {
    const cpu_mask all = cpu_mask::of_this_thread();
    all.only(all.nth(0)).apply();
    EXPECT_EQ(actors::runtime{}.workers(), 1U);
    EXPECT_EQ((actors::runtime{{.workers = 3}}.workers()), 3U);
    setenv("ACTORS_WORKERS", "2", 1);
    EXPECT_EQ(actors::runtime{}.workers(), 2U);
    unsetenv("ACTORS_WORKERS");
  }};
}

}  // namespace
