// Concurrent dictionary and sorted list: each of 20 actors sends n requests, one after the other, to the one that has
// the collection. 10% of them write; of those to the list 1% ask for its size.
#include "../problems.hpp"
#include "system.hpp"

#include <memory>
#include <utility>

namespace bench::savina::classic {

namespace {

// Owns its collection and handles its requests; ends when all clients have.
class dictionary_keeper final : public caf_actor {
 public:
  dictionary_keeper(caf::actor_config& config, dictionary* entries, std::int64_t* handled)
      : caf_actor{config}, entries_{entries}, handled_{handled} {}
  caf::behavior make_behavior() override {
    return {[this](int key) {
              ++*handled_;
              const auto found = entries_->find(key);
              send(asker(), found == entries_->end() ? 0 : found->second);
            },
            [this](int key, int value) {
              ++*handled_;
              (*entries_)[key] = value;
              send(asker(), value);
            },
            [this](done_word) {
              if (++done_ == clients) quit();
            }};
  }

 private:
  dictionary* entries_;
  std::int64_t* handled_;
  int done_ = 0;
};

class dictionary_client final : public caf_actor {
 public:
  dictionary_client(caf::actor_config& config, int id, std::int64_t n, caf::actor keeper)
      : caf_actor{config}, left_{n}, keeper_{std::move(keeper)}, random_{id + n + write_percent} {}
  caf::behavior make_behavior() override {
    ask();
    return {[this](int) { ask(); }};
  }

 private:
  void ask() {
    if (left_-- == 0) {
      send(keeper_, done_word::value);
      return quit();
    }
    const bool writes = random_.below(100) < write_percent;
    const int key = random_.key();
    if (writes)
      send(keeper_, key, random_.next());
    else
      send(keeper_, key);
  }

  std::int64_t left_;
  caf::actor keeper_;
  random_numbers random_;
};

class list_keeper final : public caf_actor {
 public:
  list_keeper(caf::actor_config& config, std::int64_t* handled) : caf_actor{config}, handled_{handled} {}
  caf::behavior make_behavior() override {
    return {[this](ping_word, int value) { answer(list_.contains(value) ? 1 : 0); },
            [this](enter_word, int value) {
              list_.add(value);
              answer(value);
            },
            [this](full_word) { answer(list_.size()); },
            [this](done_word) {
              if (++done_ == clients) quit();
            }};
  }

 private:
  void answer(int value) {
    ++*handled_;
    send(asker(), value);
  }

  std::int64_t* handled_;
  sorted_list_of_numbers list_;
  int done_ = 0;
};

class list_client final : public caf_actor {
 public:
  list_client(caf::actor_config& config, int id, std::int64_t n, caf::actor keeper)
      : caf_actor{config}, left_{n}, keeper_{std::move(keeper)}, random_{id + n + write_percent + size_percent} {}
  caf::behavior make_behavior() override {
    ask();
    return {[this](int) { ask(); }};
  }

 private:
  void ask() {
    if (left_-- == 0) {
      send(keeper_, done_word::value);
      return quit();
    }
    const int choice = random_.below(100);
    if (choice < size_percent)
      send(keeper_, full_word::value);
    else if (choice < size_percent + write_percent)
      send(keeper_, enter_word::value, random_.next());
    else
      send(keeper_, ping_word::value, random_.next());
  }

  std::int64_t left_;
  caf::actor keeper_;
  random_numbers random_;
};

}  // namespace

outcome concurrent_dictionary(const settings& s) {
  dictionary entries = full_dictionary();
  std::int64_t handled = 0;
  const auto elapsed = run_actors(s, [&](caf::actor_system& system) {
    const caf::actor keeper = system.spawn<dictionary_keeper>(&entries, &handled);
    for (int id = 0; id != clients; ++id) system.spawn<dictionary_client>(id, s.n, keeper);
  });
  expect("requests", handled, clients * s.n);
  return {s.n, elapsed, clients * s.n};
}

outcome sorted_list(const settings& s) {
  std::int64_t handled = 0;
  const auto elapsed = run_actors(s, [&](caf::actor_system& system) {
    const caf::actor keeper = system.spawn<list_keeper>(&handled);
    for (int id = 0; id != clients; ++id) system.spawn<list_client>(id, s.n, keeper);
  });
  expect("requests", handled, clients * s.n);
  return {s.n, elapsed, clients * s.n};
}

}  // namespace bench::savina::classic
