// Concurrent dictionary and sorted list: each of 20 actors sends n requests, one after the other, to the one that has
// the collection. 10% of them write; of those to the list 1% ask for its size.
#include "../problems.hpp"
#include "team.hpp"

#include <vector>

namespace bench::savina::ours {

namespace {

using actors::actor;
using actors::in;
using actors::out;
using actors::sender;
using actors::task;

struct query {
  enum class kind : std::uint8_t { read, write, size } what;
  int client;
  int key;
  int value;
};

// Draws what a client asks next.
struct dictionary_queries {
  dictionary_queries(int id, std::int64_t n) : random{id + n + write_percent} {}
  query next(int id) {
    const bool writes = random.below(100) < write_percent;
    const int key = random.key();
    return {writes ? query::kind::write : query::kind::read, id, key, writes ? random.next() : 0};
  }
  random_numbers random;
};

struct list_queries {
  list_queries(int id, std::int64_t n) : random{id + n + write_percent + size_percent} {}
  query next(int id) {
    const int choice = random.below(100);
    if (choice < size_percent) return {query::kind::size, id, 0, 0};
    return {choice < size_percent + write_percent ? query::kind::write : query::kind::read, id, random.next(), 0};
  }
  random_numbers random;
};

template <class Queries>
struct client final : actor {
  out<query> to{*this, "to"};
  in<int> answers{*this, "answers"};

  client(int number, std::int64_t times) : id{number}, n{times} {}
  task<> run() override {
    Queries queries{id, n};
    for (std::int64_t i = 0; i != n; ++i) {
      co_await to.send(queries.next(id));
      const auto answer = co_await answers.receive();
      if (!answer) co_return;
    }
  }

  int id;
  std::int64_t n;
};

// Ends when all clients have.
template <class Collection>
struct keeper final : actor {
  in<query> queries{*this, "queries"};

  keeper(Collection* collection, const std::vector<sender<int>>* answers_of, std::int64_t* count)
      : all{collection}, answers{answers_of}, handled{count} {}
  task<> run() override {
    while (const auto each = co_await queries.receive()) {
      ++*handled;
      co_await (*answers)[static_cast<std::size_t>(each->client)].send(answer_to(*all, *each));
    }
  }

  static int answer_to(dictionary& entries, const query& asked) {
    if (asked.what == query::kind::write) return entries[asked.key] = asked.value;
    const auto found = entries.find(asked.key);
    return found == entries.end() ? 0 : found->second;
  }
  static int answer_to(sorted_list_of_numbers& list, const query& asked) {
    if (asked.what == query::kind::size) return list.size();
    if (asked.what == query::kind::read) return list.contains(asked.key) ? 1 : 0;
    list.add(asked.key);
    return asked.key;
  }

  Collection* all;
  const std::vector<sender<int>>* answers;
  std::int64_t* handled;
};

template <class Queries, class Collection>
outcome run_collection(const settings& s, Collection& all) {
  std::int64_t handled = 0;
  std::vector<sender<int>> answers;
  const auto elapsed = run_team(s, [&](actors::team& team) {
    auto one = team.spawn<keeper<Collection>>(&all, &answers, &handled);
    for (int id = 0; id != clients; ++id) {
      auto each = team.spawn<client<Queries>>(id, s.n);
      connect(each.port(&client<Queries>::to), one.port(&keeper<Collection>::queries), clients);
      answers.push_back(each.sender(&client<Queries>::answers, 1));
    }
  });
  expect("requests", handled, clients * s.n);
  return {s.n, elapsed, clients * s.n};
}

}  // namespace

outcome concurrent_dictionary(const settings& s) {
  dictionary entries = full_dictionary();
  return run_collection<dictionary_queries>(s, entries);
}

outcome sorted_list(const settings& s) {
  sorted_list_of_numbers list;
  return run_collection<list_queries>(s, list);
}

}  // namespace bench::savina::ours
