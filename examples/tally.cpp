// Three actors with typed ports: one reads words from the standard input, one counts them, one prints the counts.
#include <actors/actors.hpp>

#include <cstdio>
#include <iostream>
#include <map>
#include <string>

using namespace actors;

struct count_of {
  std::string word;
  int count;
};

struct reader final : actor {
  out<std::string> words{*this, "words"};

  task<> run() override {
    std::string word;
    while (co_await blocking([&] { return static_cast<bool>(std::cin >> word); })) co_await words.send(word);
  }
};

struct tally final : actor {
  in<std::string> words{*this, "words"};
  out<count_of> counts{*this, "counts"};

  task<> run() override {
    std::map<std::string, int> n;
    while (auto word = co_await words.receive()) ++n[*word];
    for (const auto& [word, count] : n) {
      count_of c{word, count};
      co_await counts.send(std::move(c));
    }
  }
};

struct printer final : actor {
  in<count_of> counts{*this, "counts"};

  task<> run() override {
    while (auto c = co_await counts.receive()) std::printf("%7d %s\n", c->count, c->word.c_str());
  }
};

int main() {
  team all;
  auto from = all.spawn<reader>();
  auto counter = all.spawn<tally>();
  auto to = all.spawn<printer>();
  connect(from.port(&reader::words), counter.port(&tally::words));
  connect(counter.port(&tally::counts), to.port(&printer::counts));
  run(all.run());  // the bodies start here, when the wiring is complete
}
