// Text for Prometheus: what is written for what is given, and what is refused. exposition_test.py looks at whole pages.
#include <actors/errors.hpp>
#include <actors/prometheus.hpp>

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace {

using actors::metric;
using actors::metric_bucket;
using actors::metric_label;
using actors::prometheus_writer;
using actors::usage_error;

constexpr metric requests{"requests_total", "Requests."};
constexpr metric depth{"depth", "Depth."};
constexpr metric took{"took_seconds", "Time.", "seconds"};

std::string written_value(double value) {
  prometheus_writer into;
  into.gauge(depth, {}, value);
  const std::string text = into.text();
  return text.substr(text.rfind(' ') + 1, text.size() - text.rfind(' ') - 2);
}

std::string written_label(std::string_view value) {
  prometheus_writer into;
  into.gauge(depth, std::array{metric_label{"name", value}}, 1);
  const std::string text = into.text();
  const std::size_t from = text.rfind("\ndepth") + 1;
  return text.substr(from, text.size() - from - 1);
}

template <class Act>
std::string refusal(Act act) {
  try {
    act();
  } catch (const usage_error& why) {
    return why.what();
  }
  return "";
}

TEST(prometheus, series_follow_the_head_of_their_metric) {  // M3
  prometheus_writer into;
  into.counter(requests, std::array{metric_label{"path", "/b"}}, 2);
  into.gauge(depth, {}, 1.5);
  into.counter(requests, std::array{metric_label{"path", "/a"}}, 1);
  EXPECT_EQ(into.text(),
            "# HELP requests_total Requests.\n"
            "# TYPE requests_total counter\n"
            "requests_total{path=\"/a\"} 1\n"
            "requests_total{path=\"/b\"} 2\n"
            "# HELP depth Depth.\n"
            "# TYPE depth gauge\n"
            "depth 1.5\n");
}

TEST(prometheus, a_histogram_ends_with_an_infinite_bucket) {  // M3
  prometheus_writer into;
  into.histogram(took, std::array{metric_label{"zone", "a"}},
                 std::array{metric_bucket{0.001, 3}, metric_bucket{0.004, 5}}, 0.25, 6);
  EXPECT_EQ(into.text(),
            "# HELP took_seconds Time.\n"
            "# TYPE took_seconds histogram\n"
            "took_seconds_bucket{zone=\"a\",le=\"0.001\"} 3\n"
            "took_seconds_bucket{zone=\"a\",le=\"0.004\"} 5\n"
            "took_seconds_bucket{zone=\"a\",le=\"+Inf\"} 6\n"
            "took_seconds_sum{zone=\"a\"} 0.25\n"
            "took_seconds_count{zone=\"a\"} 6\n");
}

TEST(prometheus, numbers) {  // M3
  EXPECT_EQ(written_value(0), "0");
  EXPECT_EQ(written_value(-3), "-3");
  EXPECT_EQ(written_value(9007199254740992.0), "9007199254740992");
  EXPECT_EQ(written_value(0.1), "0.1");
  EXPECT_EQ(written_value(1e300), "1e+300");
  EXPECT_EQ(written_value(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(written_value(-std::numeric_limits<double>::infinity()), "-Inf");
  EXPECT_EQ(written_value(std::numeric_limits<double>::quiet_NaN()), "NaN");
}

TEST(prometheus, values_of_labels_are_escaped) {  // M3
  EXPECT_EQ(written_label("a\\b"), R"(depth{name="a\\b"} 1)");
  EXPECT_EQ(written_label("a\"b"), R"(depth{name="a\"b"} 1)");
  EXPECT_EQ(written_label("a\nb"), R"(depth{name="a\nb"} 1)");
  EXPECT_EQ(written_label("\xc3\xa4"), "depth{name=\"\xc3\xa4\"} 1");
  EXPECT_EQ(written_label("a\xff"), "depth{name=\"a\xef\xbf\xbd\"} 1");
  EXPECT_EQ(written_label(""), "depth 1");
}

TEST(prometheus, help_is_escaped) {  // M3
  prometheus_writer into;
  into.gauge({"depth", "one \\ two\nthree \"four\""}, {}, 1);
  EXPECT_TRUE(into.text().starts_with("# HELP depth one \\\\ two\\nthree \"four\"\n")) << into.text();
}

TEST(prometheus, labels_are_sorted) {  // M3
  prometheus_writer into;
  into.gauge(depth, std::array{metric_label{"b", "1"}, metric_label{"a", "2"}}, 1);
  EXPECT_NE(into.text().find("depth{a=\"2\",b=\"1\"} 1"), std::string::npos);
  EXPECT_NE(refusal([&] {
              into.gauge(depth, std::array{metric_label{"a", "2"}, metric_label{"b", "1"}}, 1);
            }).find("twice"),
            std::string::npos);
}

TEST(prometheus, what_would_spoil_a_page_is_refused) {  // M3
  prometheus_writer into;
  into.counter(requests, {}, 1);
  const std::string before = into.text();
  EXPECT_NE(refusal([&] { into.counter(requests, {}, 1); }).find("label"), std::string::npos);
  EXPECT_NE(refusal([&] { into.gauge(requests, {}, 1); }).find("a counter and a gauge"), std::string::npos);
  for (const char* name : {"", "1st", "with space", "dash-ed", "\xc3\xa4"})
    EXPECT_NE(refusal([&] { into.gauge({name, "x"}, {}, 1); }), "") << name;
  for (const char* name : {"", "1st", "co:lon", "__own", "dash-ed"})
    EXPECT_NE(refusal([&] { into.gauge(depth, std::array{metric_label{name, "x"}}, 1); }), "") << name;
  EXPECT_NE(refusal([&] { into.gauge(depth, std::array{metric_label{"a", "x"}, metric_label{"a", "y"}}, 1); }), "");
  EXPECT_NE(refusal([&] { into.histogram(took, std::array{metric_label{"le", "x"}}, {}, 0, 0); }), "");
  const auto refuses = [&](std::vector<metric_bucket> buckets, std::uint64_t count) {
    return !refusal([&] { into.histogram(took, {}, buckets, 0, count); }).empty();
  };
  EXPECT_TRUE(refuses({{2, 1}, {1, 2}}, 3));
  EXPECT_TRUE(refuses({{1, 2}, {2, 1}}, 3));
  EXPECT_TRUE(refuses({{1, 2}}, 1));
  EXPECT_TRUE(refuses({{std::numeric_limits<double>::quiet_NaN(), 1}}, 1));
  EXPECT_EQ(into.text(), before);
}

TEST(prometheus, an_infinite_bucket_may_be_given) {  // M3
  prometheus_writer into;
  into.histogram(took, {}, std::array{metric_bucket{1, 2}, metric_bucket{std::numeric_limits<double>::infinity(), 3}},
                 1, 3);
  EXPECT_EQ(into.text().find("+Inf"), into.text().rfind("+Inf"));
}

TEST(prometheus, a_label_le_of_a_gauge_is_allowed) {  // M3
  EXPECT_EQ(refusal([] { prometheus_writer{}.gauge(depth, std::array{metric_label{"le", "x"}}, 1); }), "");
}

}  // namespace
