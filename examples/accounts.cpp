// Tasks that change shared state without locks: they are on one strand, so between two awaits none is interrupted by
// another, on any number of workers. The sum of all accounts stays what it was.
#include <actors/actors.hpp>
#include <actors/strand.hpp>

#include <cstdio>
#include <numeric>
#include <vector>

using namespace actors;

struct bank {
  std::vector<long> accounts = std::vector<long>(10, 1000);
  long transfers = 0;
};

task<> move_money(bank& b, std::size_t first) {
  for (std::size_t i = 0; i != 1000; ++i) {
    long& from = b.accounts[(first + i) % b.accounts.size()];
    long& to = b.accounts[(first + 3 * i + 1) % b.accounts.size()];
    if (from > 0) {
      from -= 1;  // nobody sees the money that is on its way
      to += 1;
    }
    ++b.transfers;
    co_await yield();  // here the others have their turns
  }
}

task<> audit(const bank& b, int& wrong) {
  for (int i = 0; i != 1000; ++i) {
    wrong += std::accumulate(b.accounts.begin(), b.accounts.end(), 0L) == 10'000 ? 0 : 1;
    co_await yield();
  }
}

// [strand]
task<> business() {
  bank b;
  int wrong = 0;
  strand s;
  std::vector<join_handle<>> all;
  for (std::size_t i = 0; i != 100; ++i) all.push_back(s.spawn(move_money(b, i)));
  all.push_back(s.spawn(audit(b, wrong)));
  for (auto& each : all) co_await each;
  std::printf("%ld transfers, %d wrong sums\n", b.transfers, wrong);
}
// [/strand]

int main() { run(business()); }
