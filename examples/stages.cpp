// A pipeline of stages: what went wrong in the log of a web server is stored in batches, and the requests of each
// address are counted.   stages [FILE]     (without a file: a log that is made up)
#include <actors/actors.hpp>
#include <actors/stages.hpp>

#include <chrono>
#include <cstdio>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace actors;
using namespace std::chrono_literals;

// [hit]
struct hit {
  std::string address, request;
  int status = 0;
};

// Several actors call it at once. A line that is no hit is refused: it is counted, and the pipeline goes on.
hit parse_line(const std::string& line) {
  std::istringstream words{line};
  std::string method, path;
  hit found;
  if (!(words >> found.address >> method >> path >> found.status))
    throw reject{"it is no line of a log: '" + line + "'"};
  found.request = method + ' ' + path;
  return found;
}

struct database {
  std::vector<hit> failures;
};

task<> store(database& db, std::vector<hit> hits) {
  co_await sleep(1ms);  // hits that come meanwhile are stored together
  for (hit& each : hits) db.failures.push_back(std::move(each));
}
// [/hit]

generator<std::string> made_up_log() {
  for (int i = 0; i != 1000; ++i) {
    if (i == 500) co_yield "garbage";
    co_yield "10.0.0." + std::to_string((i + 1) % 7) + " GET /page/" + std::to_string(i) +
        (i % 10 == 9 ? " 500" : " 200");
  }
}

// [stages]
task<> amain(stream<std::string> lines) {
  using counts = std::map<std::string, int>;
  database db;
  const auto failed = [](const hit& h) { return h.status >= 500; };
  const auto keep = [&](std::vector<hit> hits) { return store(db, std::move(hits)); };
  const auto add = [](counts& sums, const hit& h) { ++sums[h.address]; };

  auto all = std::move(lines) | parallel(4, parse_line, in_order) | named("parse") | capacity(16) |
             fork(copying, filter(failed) | batch(500, 1s) | for_each(keep), fold(counts{}, add));
  const auto results = co_await all;
  // [/stages]

  if (!db.failures.empty()) {
    const hit &first = db.failures.front(), &last = db.failures.back();
    std::printf("stored %zu failures, the first of %s: %s %d, the last of %s: %s %d\n", db.failures.size(),
                first.address.c_str(), first.request.c_str(), first.status, last.address.c_str(), last.request.c_str(),
                last.status);
  }
  const char* between = "";
  for (const auto& [address, count] : std::get<1>(results))
    std::printf("%s%s %d", std::exchange(between, ", "), address.c_str(), count);
  std::puts("");
  // [reports]
  std::vector<stage_report> told = all.reports();
  told.resize(4);  // how many batches there were is not the same in every run
  for (const stage_report& each : told) {
    std::printf("%s: received %d, sent %d, refused %d", each.name.c_str(), static_cast<int>(each.received),
                static_cast<int>(each.sent), static_cast<int>(each.rejected));
    std::puts(each.last_reject.empty() ? "" : (", the last one as " + each.last_reject).c_str());
  }
  // [/reports]
}

int main(int argc, char** argv) { run(amain(argc > 1 ? read_lines(argv[1]) : from(made_up_log()))); }
