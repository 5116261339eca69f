#include "summary.hpp"

#include <actors/log.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace actors::tool {

namespace {

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string fixed(double number, int decimals) {
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), "%.*f", decimals, number);
  return text.data();
}

std::string scaled(double number, const char* unit) {
  constexpr std::array prefixes{"", "k", "M", "G", "T"};
  std::size_t step = 0;
  for (; number >= 1000 && step + 1 < prefixes.size(); ++step) number /= 1000;
  return fixed(number, step == 0 || number >= 100 ? 0 : 1) + " " + prefixes[step] + unit;
}

std::string seconds(double time) { return fixed(time, time < 10 ? 2 : 1) + " s"; }

// The same counter in several actors is named with its actor.
std::string label(const std::vector<pipeline::total>& totals, const pipeline::total& one) {
  const auto same = std::count_if(totals.begin(), totals.end(),
                                  [&](const pipeline::total& other) { return other.counter == one.counter; });
  return same == 1 ? one.counter : one.actor + "." + one.counter;
}

}  // namespace

std::string progress_line(const std::vector<pipeline::total>& totals, std::chrono::duration<double> time) {
  std::string line;
  for (const pipeline::total& each : totals) {
    const bool bytes = each.unit == pipeline::counter_unit::bytes;
    line += label(totals, each) + " " + (bytes ? scaled(static_cast<double>(each.number), "B") : grouped(each.number)) +
            "   ";
  }
  return line + fixed(time.count(), 1) + " s";
}

std::string summary(const std::vector<pipeline::total>& totals, std::chrono::duration<double> time) {
  std::vector<std::pair<std::string, std::string>> rows;
  const pipeline::total* rated = nullptr;
  for (const pipeline::total& each : totals) {
    rows.emplace_back(label(totals, each), grouped(each.number));
    if (rated == nullptr || (each.unit == pipeline::counter_unit::bytes && rated->unit != each.unit)) rated = &each;
  }
  rows.emplace_back("time", seconds(time.count()));
  if (rated != nullptr && time.count() > 0) {
    const double rate = static_cast<double>(rated->number) / time.count();
    rows.emplace_back("rate",
                      rated->unit == pipeline::counter_unit::bytes ? scaled(rate, "B/s") : scaled(rate, "") + "/s");
  }
  std::size_t names = 0;
  std::size_t numbers = 0;
  for (const auto& [name, number] : rows) {
    names = std::max(names, name.size());
    // Units stand to the right of the digits.
    numbers = std::max(numbers, std::min(number.find(' '), number.size()));
  }
  std::string text;
  for (const auto& [name, number] : rows) {
    const std::size_t digits = std::min(number.find(' '), number.size());
    text += name + std::string(names - name.size() + 2 + numbers - digits, ' ') + number + "\n";
  }
  return text;
}

void log_summary(const std::vector<pipeline::total>& totals, std::chrono::duration<double> time) {
  std::vector<std::string> labels;
  for (const pipeline::total& each : totals) labels.push_back(label(totals, each));
  std::vector<log_field> fields;
  for (std::size_t i = 0; i != totals.size(); ++i) fields.emplace_back(labels[i], totals[i].number);
  fields.emplace_back("time", time);
  log({log_level::info, "run_ended", "the run has ended", fields});
}

}  // namespace actors::tool
