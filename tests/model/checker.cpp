#include "checker.hpp"

#include "code.hpp"
#include "printer.hpp"
#include "state_store.hpp"
#include "store_buffers.hpp"
#include "views.hpp"

#include <stdexcept>
#include <unordered_map>

namespace model {

namespace {
checker* under_construction = nullptr;
}

checker::checker() { under_construction = this; }
checker::~checker() { under_construction = nullptr; }

word_index checker::declare(word_value initial) {
  initial_.push_back(initial);
  word_names_.push_back("word " + std::to_string(initial_.size() - 1));
  return static_cast<word_index>(initial_.size() - 1);
}

void checker::name_words(const std::vector<std::string>& names) {
  if (named_ + names.size() != word_names_.size())
    throw std::logic_error{"name_words: " + std::to_string(word_names_.size() - named_) + " words were declared, " +
                           std::to_string(names.size()) + " are named"};
  for (const std::string& name : names) word_names_[named_++] = name;
}

word_index declare_word(word_value initial) {
  if (under_construction == nullptr) throw std::logic_error{"a shared variable outside of a model"};
  return under_construction->declare(initial);
}

word_value perform(const operation& op) { return programs::running().perform(op); }

namespace {

// Values as small numbers, for the code of a state.
class value_numbers {
 public:
  std::uint64_t number(word_value value) {
    const auto [place, is_new] = numbers_.try_emplace(value, values_.size());
    if (is_new) values_.push_back(value);
    return place->second;
  }
  word_value at(std::uint64_t number) const { return values_[number]; }

 private:
  std::unordered_map<word_value, std::uint64_t> numbers_;
  std::vector<word_value> values_;
};

}  // namespace

/// One run through all states, breadth first.
template <class Memory>
class exploration {
 public:
  exploration(checker& of, std::size_t most_states)
      : of_{of}, most_states_{most_states}, now_{Memory{of.programs_.size(), of.initial_}}, print_{of} {}

  verdict run() {
    now_.nodes.resize(count());
    now_.asleep.assign(count(), false);
    now_.time_outs = of_.time_outs_;
    for (std::size_t i = 0; i != count(); ++i) enter(now_, i, of_.programs_.start(i));
    reach(now_, state_store::none);
    for (state_store::index each = 0; each != states_.size() && found_.violation.empty(); ++each) {
      expanding_ = each;
      expand();
    }
    found_.complete = found_.violation.empty();
    found_.states = states_.size();
    found_.mutant_applied = of_.programs_.mutant_applied();
    found_.met = of_.programs_.met();
    return found_;
  }

 private:
  struct state {
    Memory memory;
    std::vector<programs::node_index> nodes;
    std::vector<bool> asleep;
    unsigned time_outs = 0;

    explicit state(Memory initial) : memory(std::move(initial)) {}
  };

  std::size_t count() const { return of_.programs_.size(); }

  // Puts a thread where it stands next, and does what is no step of its own.
  void enter(state& at, std::size_t thread, programs::node_index node) {
    for (;;) {
      at.nodes[thread] = node;
      if (of_.programs_.ended(node)) {
        at.memory.thread_ended(thread);
        return;
      }
      const operation op = of_.programs_.next(node);
      word_value result = 0;
      if (op.what == action::read)
        result = at.memory.read(op.word);
      else if (op.what == action::write)
        at.memory.write(op.word, op.operand);
      else if (op.what != action::skip)
        return;
      else
        result = op.operand;
      note(thread, op, result);
      node = of_.programs_.after(node, result);
    }
  }

  void note(std::size_t thread, const operation& op, word_value result) {
    if (tracing_) line_ += print_.step(thread, op, result);
  }

  void expand() {
    decode(states_.at(expanding_));
    const state here = now_;
    bool moved = false;
    for (std::size_t i = 0; i != count() && found_.violation.empty(); ++i) {
      if (here.memory.can_drain(i)) {
        moved = true;
        state next = here;
        const auto [word, value] = next.memory.drain(i);
        if (tracing_) line_ = print_.drain(i, word, value);
        arrive(next);
      }
      if (!of_.programs_.ended(here.nodes[i])) moved = step(here, i) || moved;
    }
    if (!moved && found_.violation.empty() && !tracing_) look_at_rest(here);
  }

  // The ways in which one thread can go on. A time-out does not count as going on: nothing may have to wait for it.
  bool step(const state& here, std::size_t thread) {
    const operation op = of_.programs_.next(here.nodes[thread]);
    if (here.asleep[thread]) {
      if (op.operand == 0 || here.time_outs == 0) return false;
      state next = here;
      --next.time_outs;
      wake(next, thread, timed_out);
      arrive(next);
      return false;
    }
    if (op.what == action::fail) {
      fail(op.text, print_.step(thread, op, 0));
      return true;
    }
    state probe = here;
    const unsigned ways = probe.memory.ways(thread, op);
    for (unsigned way = 0; way != ways && found_.violation.empty(); ++way) {
      state next = here;
      line_.clear();
      const word_value result = next.memory.apply(thread, op, way);
      if (op.what == action::futex_wait && result == op.expected) {
        if (tracing_) line_ = print_.step(thread, op, result);
        next.asleep[thread] = true;
      } else {
        const word_value seen = op.what == action::futex_wait ? 0 : result;
        note(thread, op, seen);
        if (op.what == action::futex_wake && !wake_sleepers(next, thread, op)) continue;
        enter(next, thread, of_.programs_.after(next.nodes[thread], seen));
      }
      arrive(next);
    }
    return ways != 0;
  }

  void wake(state& at, std::size_t thread, word_value result) {
    if (tracing_) {
      line_ += print_.step(thread, of_.programs_.next(at.nodes[thread]), 0);
      line_.back() = ' ';
      line_ += result == timed_out ? "timed out\n" : "returns\n";
    }
    at.asleep[thread] = false;
    enter(at, thread, of_.programs_.after(at.nodes[thread], result));
  }

  // Each sleeper of the word may be the one. True where there is none, and the waker has yet to go on.
  bool wake_sleepers(const state& before, std::size_t waker, const operation& op) {
    bool alone = true;
    const std::string start = line_;
    for (std::size_t i = 0; i != count(); ++i) {
      if (!before.asleep[i] || of_.programs_.next(before.nodes[i]).word != op.word) continue;
      alone = false;
      state next = before;
      line_ = start;
      wake(next, i, 0);
      enter(next, waker, of_.programs_.after(next.nodes[waker], 0));
      arrive(next);
    }
    return alone;
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
                           : here.asleep[i]                   ? standing::asleep
                                                              : standing::stuck);
      if (at.threads.back() == standing::stuck)
        return fail(of_.programs_.name(i) + " waits for ever",
                    print_.step(i, of_.programs_.next(here.nodes[i]), 0));
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
    found_.violation = what;
    std::vector<state_store::index> path;
    for (auto each = expanding_; each != state_store::none; each = states_.parent(each)) path.push_back(each);
    tracing_ = true;
    found_.violation.clear();
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
    for (const bool asleep : at.asleep) code_.put(asleep ? 1 : 0);
    code_.put(at.time_outs);
    at.memory.encode(code_, values_);
  }

  void decode(const std::uint8_t* from) {
    decoder source{from};
    for (auto& node : now_.nodes) source.get(node);
    for (std::size_t i = 0; i != count(); ++i) now_.asleep[i] = source.get() != 0;
    source.get(now_.time_outs);
    now_.memory.decode(source, values_);
  }

  checker& of_;
  const std::size_t most_states_;
  state now_;
  printer print_;
  state_store states_;
  value_numbers values_;
  encoder code_;
  verdict found_;
  state_store::index expanding_ = 0;

  bool tracing_ = false;  ///< going the path to a violation once more, for its text
  bool traced_ = false;
  state_store::index wanted_ = 0;
  std::string line_;
  std::string trace_;
};

verdict checker::run(memory_kind memory, const mutant* change, std::size_t most_states) {
  if (change != nullptr) programs_.mutate(*change, word_names_);
  if (memory == memory_kind::store_buffers) return exploration<store_buffers>{*this, most_states}.run();
  return exploration<views>{*this, most_states}.run();
}

verdict explore(const setup& build, memory_kind memory, const mutant* change, std::size_t most_states) {
  checker of;
  build(of);
  return of.run(memory, change, most_states);
}

}  // namespace model
