#include "trace_json.hpp"

#include "json_text.hpp"
#include "place_text.hpp"

#include <errno.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <ostream>

namespace actors::inline v1::detail {

namespace {

class writer {
 public:
  writer(std::ostream& to, const trace_timeline& from) : to_{to}, from_{from}, process_{std::to_string(getpid())} {}

  void write() {
    text_ += "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"events\":" + std::to_string(from_.events()) +
             ",\"dropped_events\":" + std::to_string(from_.dropped()) +
             ",\"dropped_names\":" + std::to_string(from_.names().dropped) +
             ",\"threads_left_out\":" + std::to_string(from_.threads_left_out()) + "},\n\"traceEvents\":[\n";
    text_ += "{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":" + process_ + ",\"args\":{\"name\":";
    append_json_string(text_, program_invocation_short_name);
    text_ += "}}";
    for (const trace_timeline::thread& each : from_.threads()) name_thread(each);
    for (const trace_timeline::thread& each : from_.threads()) {
      for (const trace_timeline::event& event : each.events) write(each, event);
    }
    write_spans();
    text_ += "\n]}\n";
    flush();
  }

 private:
  using kind = trace_kind;
  using span = trace_timeline::span;

  void flush() {
    to_.write(text_.data(), static_cast<std::streamsize>(text_.size()));
    text_.clear();
  }

  // Up to the name, exclusively.
  void begin(const char* phase, std::uint32_t thread, std::uint64_t cycles) {
    constexpr std::size_t enough = 1U << 16U;
    if (text_.size() > enough) flush();
    text_ += ",\n{\"ph\":\"";
    text_ += phase;
    text_ += "\",\"pid\":" + process_ + ",\"tid\":" + std::to_string(thread) + ",\"ts\":";
    time(from_.nanoseconds(cycles));
  }
  // In microseconds.
  void time(std::uint64_t nanoseconds) {
    text_ += std::to_string(nanoseconds / 1000);
    const std::string rest = std::to_string(1000 + nanoseconds % 1000);
    text_ += '.';
    text_ += std::string_view{rest}.substr(1);
  }
  void string(const char* key, std::string_view value) {
    text_ += ",\"";
    text_ += key;
    text_ += "\":";
    append_json_string(text_, value);
  }

  // The arguments of an event: `argument` any number of times, then `end`.
  void argument(const char* key, std::string_view value) {
    separate();
    text_ += '"';
    text_ += key;
    text_ += "\":";
    append_json_string(text_, value);
  }
  void argument(const char* key, std::uint64_t value) {
    separate();
    text_ += '"';
    text_ += key;
    text_ += "\":" + std::to_string(value);
  }
  void separate() {
    text_ += has_arguments_ ? "," : ",\"args\":{";
    has_arguments_ = true;
  }
  void end() {
    if (has_arguments_) text_ += '}';
    has_arguments_ = false;
    text_ += '}';
  }

  const std::string& text_of(std::uint32_t number) const { return from_.names().texts[number]; }
  std::string place_of(std::uint32_t number) const {
    const source_place& place = from_.names().places[number];
    return std::string{place.file} + ':' + std::to_string(place.line);
  }
  std::string name_of(std::uint64_t task) const {
    const trace_timeline::task& known = from_.task_of(task);
    if (known.name != 0) return text_of(known.name);
    if (known.coroutine != 0) return function_name(std::string_view{from_.names().places[known.coroutine].function});
    return "task";
  }
  static const char* outcome_of(std::uint8_t status) {
    // As task_status has them.
    constexpr std::array words{"", "", "value", "error", "cancelled"};
    return status < words.size() ? words[status] : "";
  }
  static std::string address(std::uint64_t value) {
    std::array<char, 18> digits{'0', 'x'};
    const auto end = std::to_chars(digits.data() + 2, digits.data() + digits.size(), value, 16).ptr;
    return {digits.data(), end};
  }

  void name_thread(const trace_timeline::thread& thread) {
    const std::string number = std::to_string(thread.number);
    const std::string head = ",\"pid\":" + process_ + ",\"tid\":" + number + ",\"args\":{";
    text_ += ",\n{\"ph\":\"M\",\"name\":\"thread_name\"" + head + "\"name\":";
    append_json_string(text_, thread.name);
    text_ += "}},\n{\"ph\":\"M\",\"name\":\"thread_sort_index\"" + head + "\"sort_index\":";
    constexpr int behind_workers = 10'000;
    text_ += thread.worker >= 0 ? std::to_string(thread.worker)
                                : std::to_string(behind_workers + static_cast<int>(thread.number));
    text_ += "}}";
    if (thread.dropped == 0) return;
    text_ +=
        ",\n{\"ph\":\"M\",\"name\":\"dropped_events\"" + head + "\"count\":" + std::to_string(thread.dropped) + "}}";
  }

  void begin_slice(const trace_timeline::thread& in, const trace_timeline::event& event, const char* category,
                   std::string_view name) {
    begin("X", in.number, event.time);
    const std::uint64_t end = event.end == trace_timeline::unfinished ? in.last_time : in.events[event.end].time;
    text_ += ",\"dur\":";
    time(from_.nanoseconds(end) - from_.nanoseconds(event.time));
    string("cat", category);
    string("name", name);
    if (event.end == trace_timeline::unfinished) argument("unfinished", 1);
  }
  void instant(const trace_timeline::thread& in, const trace_timeline::event& event, const char* category,
               std::string_view name) {
    begin("i", in.number, event.time);
    text_ += ",\"s\":\"t\"";
    string("cat", category);
    string("name", name);
  }
  void flow(const trace_timeline::thread& in, const trace_timeline::event& event, const char* phase) {
    begin(phase, in.number, event.time);
    string("cat", "wake");
    string("name", "wake");
    text_ += ",\"id\":" + std::to_string(event.flow);
    if (*phase == 'f') text_ += ",\"bp\":\"e\"";
    end();
  }

  void write_turn(const trace_timeline::thread& in, const trace_timeline::event& event) {
    begin_slice(in, event, "turn", name_of(event.task));
    describe(event.task);
    if (event.outcome != 0) {
      argument("ended with", outcome_of(event.outcome));
    } else if (event.end != trace_timeline::unfinished) {
      const trace_timeline::event& last = in.events[event.end];
      if (last.name != 0) argument("then", text_of(last.name));
      if (last.object != 0) argument("channel", address(last.object));
    }
    end();
    if (from_.shows(event.flow)) flow(in, event, "f");
  }
  void describe(std::uint64_t task) {
    const trace_timeline::task& known = from_.task_of(task);
    argument("task", task);
    if (known.coroutine != 0) {
      argument("coroutine", function_name(std::string_view{from_.names().places[known.coroutine].function}));
      argument("at", place_of(known.coroutine));
    }
    if (known.spawned_at != 0) argument("spawned at", place_of(known.spawned_at));
  }

  void write(const trace_timeline::thread& in, const trace_timeline::event& event) {
    if (event.end != trace_timeline::none) return write_slice(in, event);
    switch (event.kind) {
      case kind::task_spawned:
      case kind::task_ended:
      case kind::task_woken:
        return write_of_task(in, event);
      case kind::stolen:
        instant(in, event, "worker", "steal");
        argument("from worker", event.object);
        return end();
      case kind::timers_fired:
        instant(in, event, "worker", "timers");
        argument("fired", event.object);
        return end();
      case kind::channel_closed:
        instant(in, event, "channel", "close");
        argument("channel", address(event.object));
        return end();
      case kind::instant:
        instant(in, event, "program", text_of(event.name));
        if (event.task != 0) argument("task", event.task);
        return end();
      case kind::counter:
        return write_counter(in, event);
      default:  // the end of a slice, or what is a span
        return;
    }
  }
  void write_slice(const trace_timeline::thread& in, const trace_timeline::event& event) {
    switch (event.kind) {
      case kind::turn_begin:
        return write_turn(in, event);
      case kind::call_begin:
        begin_slice(in, event, "call", "call");
        if (event.place != 0) argument("submitted at", place_of(event.place));
        return end();
      case kind::park_begin:
        begin_slice(in, event, "worker", "sleep");
        return end();
      default:
        begin_slice(in, event, "program", text_of(event.name));
        return end();
    }
  }
  void write_of_task(const trace_timeline::thread& in, const trace_timeline::event& event) {
    if (event.kind == kind::task_spawned) {
      instant(in, event, "task", "spawn");
      argument("name", name_of(event.task));
      describe(event.task);
      end();
    } else if (event.kind == kind::task_ended && event.task != 0) {
      instant(in, event, "task", "end");
      argument("name", name_of(event.task));
      argument("task", event.task);
      argument("with", outcome_of(event.status));
      end();
    }
    if (from_.shows(event.flow)) flow(in, event, "s");
  }
  void write_counter(const trace_timeline::thread& in, const trace_timeline::event& event) {
    begin("C", in.number, event.time);
    string("name", text_of(event.name));
    std::array<char, 32> digits{};
    const auto last = std::to_chars(digits.data(), digits.data() + digits.size(), std::bit_cast<double>(event.object));
    text_ += ",\"args\":{\"value\":";
    text_.append(digits.data(), last.ptr);
    text_ += '}';
    end();
  }

  // Begins and ends in the order of their times: an end before what begins at the same time, unless it is of that.
  void write_spans() {
    struct edge {
      std::uint64_t time;
      int rank;
      const span* of;
    };
    std::vector<edge> edges;
    edges.reserve(2 * from_.spans().size());
    for (const span& each : from_.spans()) {
      edges.push_back({from_.nanoseconds(each.begin), 1, &each});
      const std::uint64_t last = from_.nanoseconds(each.end);
      edges.push_back({last, last == edges.back().time ? 2 : 0, &each});
    }
    std::stable_sort(edges.begin(), edges.end(), [](const edge& a, const edge& b) {
      if (a.time != b.time) return a.time < b.time;
      if (a.rank != b.rank) return a.rank < b.rank;
      return a.rank != 1 && b.of < a.of;  // what began last ends first
    });
    for (const edge& each : edges) write_edge(*each.of, each.rank == 1);
  }
  void write_edge(const span& of, bool is_begin) {
    const std::uint32_t thread = from_.threads()[is_begin ? of.from_thread : of.to_thread].number;
    begin(is_begin ? "b" : "e", thread, is_begin ? of.begin : of.end);
    const bool is_stay = of.of == span::kind::actor || of.of == span::kind::team;
    string("cat", of.of == span::kind::team ? "team" : is_stay ? "actor" : "task");
    string("name", of.of == span::kind::life ? name_of(of.task) : std::string_view{text_of(of.name)});
    string("id", address(of.id));
    if (is_begin) {
      if (of.of == span::kind::life)
        describe(of.task);
      else if (of.task != 0)
        argument("task", of.task);
      if (of.source != 0) argument("channel", address(of.source));
      if (!of.finished) argument("unfinished", 1);
    }
    end();
  }

  std::ostream& to_;
  const trace_timeline& from_;
  const std::string process_;
  std::string text_;
  bool has_arguments_ = false;
};

}  // namespace

void write_trace_json(std::ostream& to, const trace_timeline& from) { writer{to, from}.write(); }

}  // namespace actors::inline v1::detail
