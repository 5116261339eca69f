#include "checker.hpp"

#include "code.hpp"
#include "printer.hpp"
#include "state_store.hpp"
#include "store_buffers.hpp"
#include "views.hpp"

#include <random>
#include <stdexcept>

namespace model {

namespace {
checker* under_construction = nullptr;
}

checker::checker() { under_construction = this; }
checker::~checker() { under_construction = nullptr; }

word_index checker::declare(word_value initial, bool is_lock) {
  initial_.push_back(initial);
  locks_.push_back(is_lock);
  word_names_.push_back("word " + std::to_string(initial_.size() - 1));
  return static_cast<word_index>(initial_.size() - 1);
}

void checker::name_words(const std::vector<std::string>& names) {
  if (named_ + names.size() > word_names_.size()) throw std::logic_error{"more names than words"};
  for (const std::string& name : names) word_names_[named_++] = name;
}

word_index declare_word(word_value initial, bool is_lock) {
  if (under_construction == nullptr) throw std::logic_error{"a shared variable outside of a model"};
  return under_construction->declare(initial, is_lock);
}

word_value perform(const operation& op) { return programs::running().perform(op); }

namespace {

// Values as small numbers, for the code of a state.
class value_numbers {
 public:
  std::uint64_t number(word_value value) {
    if (2 * values_.size() >= table_.size()) grow();
    const std::uint32_t place = find(value);
    if (table_[place] == 0) {
      values_.push_back(value);
      table_[place] = static_cast<std::uint32_t>(values_.size());
    }
    return table_[place] - 1;
  }
  word_value at(std::uint64_t number) const { return values_[number]; }

 private:
  std::uint32_t find(word_value value) const {
    std::uint64_t place = (value * 0x9e3779b97f4a7c15U) >> 32U;
    for (;; ++place) {
      const auto known = table_[place &= table_.size() - 1];
      if (known == 0 || values_[known - 1] == value) return static_cast<std::uint32_t>(place);
    }
  }
  void grow() {
    table_.assign(2 * table_.size(), 0);
    for (std::uint32_t i = 0; i != values_.size(); ++i) table_[find(values_[i])] = i + 1;
  }

  std::vector<word_value> values_;
  std::vector<std::uint32_t> table_ = std::vector<std::uint32_t>(256, 0);  ///< 0: free, else the number + 1
};

}  // namespace

/// One run through all states, breadth first.
template <class Memory>
class exploration {
 public:
  exploration(checker& of, bool every_step, std::size_t most_states)
      : of_{of},
        every_step_{every_step},
        most_states_{most_states},
        first_{Memory{of.programs_.size(), of.initial_, of.locks_, of.most_old_}},
        here_{first_},
        next_{first_},
        other_{first_},
        print_{of},
        users_(of.initial_.size()) {
    first_.nodes.resize(count());
    first_.asleep.assign(count(), 0);
    first_.time_outs = of_.time_outs_;
  }

  verdict run() {
    for (unsigned i = 0; i != 200; ++i) walk(i);
    do {
      mistaken_ = false;
      states_ = {};
      found_ = {};
      search();
    } while (mistaken_);
    found_.complete = found_.violation.empty();
    found_.states = states_.size();
    found_.mutant_applied = of_.programs_.mutant_applied();
    found_.met = of_.programs_.met();
    return found_;
  }

 private:
  static constexpr std::size_t nobody = SIZE_MAX;
  static constexpr std::size_t many = SIZE_MAX - 1;

  struct state {
    Memory memory;
    std::vector<programs::node_index> nodes;
    std::vector<std::uint8_t> asleep;
    unsigned time_outs = 0;
    std::size_t urgent =
        nobody;  ///< has just taken a lock, which no one could tell from taking it later: goes on first

    explicit state(Memory initial) : memory(std::move(initial)) {}
  };

  std::size_t count() const { return of_.programs_.size(); }

  void start(state& at) {
    at = first_;
    for (std::size_t i = 0; i != count(); ++i) enter(at, i, of_.programs_.start(i));
  }

  void search() {
    start(next_);
    reach(next_, state_store::none);
    for (state_store::index each = 0; each != states_.size(); ++each) {
      expanding_ = each;
      expand();
      if (mistaken_ || !found_.violation.empty()) return;
    }
  }

  // One run, at random: to learn which words more than one thread uses.
  void walk(unsigned seed) {
    std::mt19937 random{seed};
    walking_ = true;
    start(next_);
    do {
      here_ = next_;
      seen_ = 0;
      const unsigned wanted = random();
      expand_here([&] {
        if (wanted % ++seen_ == 0) other_ = next_;
      });
      next_ = other_;
    } while (seen_ != 0);
    walking_ = false;
    mistaken_ = false;
    found_ = {};
  }

  // Puts a thread where it stands next, and does what no other thread could tell from the step before.
  void enter(state& at, std::size_t thread, programs::node_index node) {
    for (;;) {
      at.nodes[thread] = node;
      if (of_.programs_.ended(node)) {
        at.memory.thread_ended(thread);
        return;
      }
      const operation& op = of_.programs_.next(node);
      word_value result = 0;
      if (op.what == action::read)
        result = at.memory.read(op.word);
      else if (op.what == action::write)
        at.memory.write(op.word, op.operand);
      else if (op.what == action::skip)
        result = op.operand;
      else if (const bool alone = is_private(thread, op); every_step_ || !at.memory.is_local(thread, op, alone))
        return;
      else
        result = at.memory.apply(thread, op, 0);
      if (op.what == action::unlock) at.urgent = nobody;
      note(thread, op, result);
      node = of_.programs_.after(node, result);
    }
  }

  // Whether no other thread uses the word, or all only load it. Found out on the way: the search begins anew when it
  // was wrong about one.
  bool is_private(std::size_t thread, const operation& op) {
    if (op.what > action::unlock) return false;
    usage& of = users_[op.word];
    const usage before = of;
    if (of.user == nobody) of.user = thread;
    if (of.user != thread) of.user = many;
    of.changes = of.changes || (op.what != action::load && op.what != action::await);
    const bool was_private = before.user != many || !before.changes;
    const bool is = of.user != many || !of.changes;
    if (was_private && !is && before.user != nobody) mistaken_ = true;
    return is && op.what != action::lock && op.what != action::await;
  }

  void note(std::size_t thread, const operation& op, word_value result) {
    if (tracing_) line_ += print_.step(thread, op, result);
  }

  void expand() {
    decode(states_.at(expanding_), here_);
    const bool moved = expand_here([this] { arrive(next_); });
    if (!moved && found_.violation.empty() && !tracing_) look_at_rest(here_);
  }

  // Makes each state that follows `here_` in `next_` and says so. Whether there is one. A time-out does not count:
  // nothing may have to wait for it.
  template <class Arrive>
  bool expand_here(const Arrive& arrived) {
    bool moved = false;
    if (here_.urgent != nobody && step(here_.urgent, arrived)) return true;
    for (std::size_t i = 0; i != count() && found_.violation.empty(); ++i) {
      if (here_.memory.can_drain(i)) {
        moved = true;
        next_ = here_;
        const auto [word, value] = next_.memory.drain(i);
        if (tracing_) line_ = print_.drain(i, word, value);
        arrived();
      }
      if (!of_.programs_.ended(here_.nodes[i])) moved = step(i, arrived) || moved;
    }
    return moved;
  }

  // The ways in which one thread can go on.
  template <class Arrive>
  bool step(std::size_t thread, const Arrive& arrived) {
    const operation op = of_.programs_.next(here_.nodes[thread]);
    line_.clear();
    if (here_.asleep[thread] != 0) {
      if (op.operand == 0 || here_.time_outs == 0) return false;
      next_ = here_;
      --next_.time_outs;
      wake(next_, thread, timed_out);
      arrived();
      return false;
    }
    if (op.what == action::fail) {
      if (!walking_) fail(op.text, print_.step(thread, op, 0));
      return true;
    }
    const unsigned ways = here_.memory.ways(thread, op);
    for (unsigned way = 0; way != ways; ++way) {
      next_ = here_;
      next_.urgent = op.what == action::lock && !every_step_ ? thread : nobody;
      line_.clear();
      word_value result = next_.memory.apply(thread, op, way);
      if (op.what == action::futex_wait && result == op.expected) {
        if (tracing_) line_ = print_.step(thread, op, result);
        next_.asleep[thread] = 1;
        arrived();
        continue;
      }
      if (op.what == action::futex_wait) result = 0;
      note(thread, op, result);
      if (op.what == action::futex_wake && wake_sleepers(thread, op, arrived)) continue;
      enter(next_, thread, of_.programs_.after(here_.nodes[thread], result));
      arrived();
    }
    return ways != 0;
  }

  void wake(state& at, std::size_t thread, word_value result) {
    if (tracing_) {
      line_ += print_.step(thread, of_.programs_.next(at.nodes[thread]), 0);
      line_.back() = ' ';
      line_ += result == timed_out ? "timed out\n" : "returns\n";
    }
    at.asleep[thread] = 0;
    enter(at, thread, of_.programs_.after(at.nodes[thread], result));
  }

  // Each sleeper of the word may be the one. False where there is none.
  template <class Arrive>
  bool wake_sleepers(std::size_t waker, const operation& op, const Arrive& arrived) {
    bool found = false;
    const std::string line = line_;
    for (std::size_t i = 0; i != count(); ++i) {
      if (here_.asleep[i] == 0 || of_.programs_.next(here_.nodes[i]).word != op.word) continue;
      found = true;
      next_ = here_;
      line_ = line;
      wake(next_, i, 0);
      enter(next_, waker, of_.programs_.after(here_.nodes[waker], 0));
      arrived();
    }
    return found;
  }

  void arrive(state& next) {
    next.memory.tidy();
    if (!tracing_) {
      reach(next, expanding_);
    } else if (!traced_) {
      encode(next);
      if (states_.equal(wanted_, code_.bytes())) {
        traced_ = true;
        trace_ += line_;
      }
    }
    line_.clear();
  }

  void reach(state& next, state_store::index parent) {
    encode(next);
    ++found_.steps;
    if (states_.insert(code_.bytes(), parent) && states_.size() > most_states_)
      throw std::length_error{"more than " + std::to_string(most_states_) + " states"};
  }

  void look_at_rest(const state& here) {
    rest at;
    for (std::size_t i = 0; i != count(); ++i) {
      at.threads.push_back(of_.programs_.ended(here.nodes[i]) ? standing::ended
                           : here.asleep[i] != 0              ? standing::asleep
                                                              : standing::stuck);
      if (at.threads.back() == standing::stuck)
        return fail(of_.programs_.name(i) + " waits for ever", print_.step(i, of_.programs_.next(here.nodes[i]), 0));
    }
    for (word_index i = 0; i != of_.initial_.size(); ++i) at.words.push_back(here.memory.settled(i));
    if (const std::string wrong = of_.look_ ? of_.look_(at) : ""; !wrong.empty()) {
      std::string values = "at rest:";
      for (word_index i = 0; i != at.words.size(); ++i)
        values += " " + print_.word(i) + "=" + print_.value(at.words[i]);
      for (std::size_t i = 0; i != count(); ++i)
        values += "\n  " + of_.programs_.name(i) +
                  (at.has_ended(i) ? " has ended" : " sleeps: " + print_.step(i, of_.programs_.next(here.nodes[i]), 0));
      fail(wrong, values + "\n");
    }
  }

  void fail(const std::string& what, const std::string& last) {
    if (tracing_) return;
    std::vector<state_store::index> path;
    for (auto each = expanding_; each != state_store::none; each = states_.parent(each)) path.push_back(each);
    tracing_ = true;
    line_.clear();
    start(next_);
    trace_ = line_;
    for (std::size_t i = path.size(); i-- > 1;) {
      expanding_ = path[i];
      wanted_ = path[i - 1];
      traced_ = false;
      expand();
    }
    tracing_ = false;
    found_.violation = what;
    found_.trace = trace_ + last;
  }

  void encode(state& at) {
    code_.clear();
    for (const auto node : at.nodes) code_.put(node);
    for (const auto asleep : at.asleep) code_.put(asleep);
    code_.put(at.time_outs);
    code_.put(at.urgent == nobody ? 0 : at.urgent + 1);
    at.memory.encode(code_, values_);
  }

  void decode(const std::uint8_t* from, state& to) {
    decoder source{from};
    for (auto& node : to.nodes) source.get(node);
    for (auto& asleep : to.asleep) source.get(asleep);
    source.get(to.time_outs);
    to.urgent = source.get() - 1;
    to.memory.decode(source, values_);
  }

  checker& of_;
  const bool every_step_;
  const std::size_t most_states_;
  state first_;
  state here_;   ///< the state whose successors are made
  state next_;   ///< a successor
  state other_;  ///< one of them, on a walk
  printer print_;
  state_store states_;
  value_numbers values_;
  encoder code_;
  verdict found_;
  state_store::index expanding_ = 0;

  struct usage {
    std::size_t user = nobody;
    bool changes = false;
  };
  std::vector<usage> users_;  ///< of each word, as far as is known
  bool mistaken_ = false;     ///< a word has turned out to have more users
  bool walking_ = false;
  unsigned seen_ = 0;

  bool tracing_ = false;  ///< going the path to a violation once more, for its text
  bool traced_ = false;
  state_store::index wanted_ = 0;
  std::string line_;
  std::string trace_;
};

verdict checker::run(memory_kind memory, const mutant* change, bool every_step, std::size_t most_states) {
  if (change != nullptr) programs_.mutate(*change, word_names_);
  if (memory == memory_kind::store_buffers) return exploration<store_buffers>{*this, every_step, most_states}.run();
  return exploration<views>{*this, every_step, most_states}.run();
}

verdict explore(const setup& build, memory_kind memory, const mutant* change, bool every_step,
                std::size_t most_states) {
  checker of;
  build(of);
  return of.run(memory, change, every_step, most_states);
}

}  // namespace model
