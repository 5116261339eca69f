// The metrics of what a process has once: its channels, the memory of frames, the log.
#include <actors/detail/channel_core.hpp>
#include <actors/detail/frame_pool.hpp>
#include <actors/detail/wait_source.hpp>
#include <actors/metrics.hpp>

#include "../runtime/frame_region.hpp"
#include "../runtime/log_counts.hpp"
#include "../runtime/utf8.hpp"
#include "metric_series.hpp"
#include "metric_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>

namespace actors::inline v1 {

namespace {

using namespace detail;

constexpr std::size_t most_names = 1000;
constexpr std::array channel_types{channel_type::channel, channel_type::oneshot, channel_type::broadcast,
                                   channel_type::watch};

// NaN: not known of such channels. Sums, where several have the same name.
struct channel_figures {
  double size, capacity, senders, receivers, dropped;
};

double figure(std::int64_t of) noexcept {
  if (of == source_report::unknown) return std::numeric_limits<double>::quiet_NaN();
  if (of == INT64_MAX) return std::numeric_limits<double>::infinity();
  return static_cast<double>(of);
}

struct channel_survey {
  std::array<std::uint64_t, channel_types.size()> count{};
  std::map<std::pair<std::string, channel_type>, channel_figures> named;

  void add(const channel_entry& channel) {
    ++count[static_cast<std::size_t>(channel.type())];
    if (channel.name().empty()) return;
    source_report found;
    if (channel.type() == channel_type::channel)
      static_cast<const channel_core&>(channel).describe(found);
    else
      static_cast<const wait_source&>(channel).describe(found);
    const channel_figures one{figure(found.size), figure(found.capacity), figure(found.senders),
                              figure(found.receivers), figure(found.dropped)};
    const auto [place, is_new] = named.try_emplace({utf8_text(channel.name()), channel.type()}, one);
    if (is_new) return;
    channel_figures& sum = place->second;
    sum.size += one.size;
    sum.capacity += one.capacity;
    sum.senders += one.senders;
    sum.receivers += one.receivers;
    sum.dropped += one.dropped;
  }
};

void collect_channels(metric_sink& into, series_labels& labels) {
  channel_survey found;
  channel_entry::for_each([&](const channel_entry& channel) { found.add(channel); });
  for (const channel_type type : channel_types)
    into.gauge(metrics::channels, labels.with({{"type", text_of(type)}}),
               static_cast<double>(found.count[static_cast<std::size_t>(type)]));
  const std::size_t told = std::min(found.named.size(), most_names);
  into.gauge(metrics::channel_names_left_out, labels.with({}), static_cast<double>(found.named.size() - told));
  const auto each = [&](const metric& of, double channel_figures::*what, bool counts = false) {
    auto place = found.named.begin();
    for (std::size_t i = 0; i != told; ++i, ++place) {
      const auto& [name, type] = place->first;
      const double value = place->second.*what;
      if (std::isnan(value)) continue;
      const metric_labels its = labels.with({{"channel", name}, {"type", text_of(type)}});
      counts ? into.counter(of, its, value) : into.gauge(of, its, value);
    }
  };
  each(metrics::channel_size, &channel_figures::size);
  each(metrics::channel_capacity, &channel_figures::capacity);
  each(metrics::channel_senders, &channel_figures::senders);
  each(metrics::channel_receivers, &channel_figures::receivers);
  each(metrics::channel_dropped, &channel_figures::dropped, true);
}

void collect_frames(metric_sink& into, series_labels& labels) {
  const frame_pool_statistics now = frame_statistics();
  constexpr auto page_bytes = static_cast<double>(frame_region::page_bytes);
  into.gauge(metrics::frame_mapped, labels.with({}), static_cast<double>(now.bytes_mapped));
  into.gauge(metrics::frame_used, labels.with({}), static_cast<double>(now.pages_in_use) * page_bytes);
  into.gauge(metrics::frame_kept, labels.with({}), static_cast<double>(now.pages_kept) * page_bytes);
  into.gauge(metrics::frames, labels.with({{"size", "pooled"}}), static_cast<double>(now.blocks_in_use));
  into.gauge(metrics::frames, labels.with({{"size", "large"}}), static_cast<double>(now.large_blocks));
}

}  // namespace

void collect_metrics(metric_sink& into, metric_labels with) {
  series_labels labels{with};
  collect_channels(into, labels);
  collect_frames(into, labels);
  for (const log_level level :
       {log_level::trace, log_level::debug, log_level::info, log_level::warning, log_level::error})
    into.counter(metrics::log_messages, labels.with({{"level", to_string(level)}}),
                 static_cast<double>(messages_logged(level)));
}

}  // namespace actors::inline v1
