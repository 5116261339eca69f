#include <actors/actor.hpp>
#include <actors/detail/actor_cell.hpp>
#include <actors/detail/debugger_entry.hpp>
#include <actors/errors.hpp>

#include "../runtime/thread_context.hpp"
#include "../runtime/trace_events.hpp"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <typeinfo>
#include <utility>

namespace actors::inline v1 {

namespace {

// Construction does not suspend.
struct construction {
  explicit construction(detail::actor_cell& cell) noexcept
      : here{detail::this_thread()}, before{std::exchange(here.constructs, &cell)} {}
  ~construction() { here.constructs = before; }
  detail::thread_context& here;
  detail::actor_cell* const before;
};

std::string type_text(std::type_index type) {
  const std::unique_ptr<char, decltype(&std::free)> text{abi::__cxa_demangle(type.name(), nullptr, nullptr, nullptr),
                                                         &std::free};
  return text != nullptr ? text.get() : type.name();
}

// So that whoever links actors links the table.
[[gnu::used, gnu::retain]] constinit const detail::debugger_entry* const* const debugger_table =
    &actors_debugger_actors;

}  // namespace

actor::actor() : cell_{detail::this_thread().constructs} {
  if (cell_ == nullptr)
    throw usage_error{"an actor is made by team::spawn, not by itself: its ports belong to its team"};
}

namespace detail {

actor_cell* cell_of(actor& owner) noexcept { return owner.cell_; }

const unique_function<void()>& item_done_hook(actor& owner) noexcept { return cell_of(owner)->on_item_done; }

port_cell& find_or_add_port(actor& owner, std::unique_ptr<port_cell> fresh) {
  return cell_of(owner)->find_or_add(std::move(fresh));
}

void throw_nothing_to_ack() {
  throw usage_error{
      "acked: there is no item: it is the end of the channel, or was acknowledged before, or was taken by another one"};
}

void throw_second_input(const std::string& port) {
  throw usage_error{"the input '" + port + "' has a channel already: connect further outputs to that one"};
}

void throw_not_copyable(const std::string& port) {
  throw usage_error{
      "the output '" + port +
      "' cannot feed several inputs with copies: its values cannot be copied (deal() gives each to one of them)"};
}

void throw_not_one_channel(const std::string& port, bool too_large) {
  if (too_large)
    throw usage_error{"on_send: a value has more items than one message of the output '" + port +
                      "' may carry: send it, or cut it (out::most_items says how many fit)"};
  throw usage_error{"on_send: the output '" + port +
                    "' sends a copy to each of several inputs, and a select does one thing: use send, or let the "
                    "output give each value to one of them (deal)"};
}

void actor_cell::prepare() {
  const construction scope{*this};
  for (const auto& port : ports_) port->unclaim();
  object_ = factory_();
  const actor& made = *object_;
  if (type_ == nullptr) type_ = &typeid(made);
}

actor& actor_cell::made_object() const {
  if (is_wired())
    throw usage_error{"the ports of actor '" + name + "' are asked for after it has started: wire it before"};
  if (object_ == nullptr)
    throw usage_error{"the ports of actor '" + name + "' are asked for after it has ended: its team is gone"};
  return *object_;
}

void actor_cell::check_is(const std::type_info& wanted) const {
  if (*type_ != wanted) throw usage_error{"actor '" + name + "' is of another type than the one that was asked for"};
}

void actor_cell::check_wiring() const {
  for (const auto& port : ports_) {
    if (port->direction() == port_direction::in && !port->attached())
      throw usage_error{"nothing feeds the input '" + port->name() + "' of actor '" + name +
                        "': connect an output to it before it starts"};
  }
}

void actor_cell::finish_wiring() noexcept {
  for (const auto& port : ports_) port->finish_wiring();
  is_wired_.store(true, std::memory_order_release);
}

port_cell* actor_cell::find(std::string_view port) noexcept {
  const auto place = std::find_if(ports_.begin(), ports_.end(), [&](const auto& each) { return each->name() == port; });
  return place == ports_.end() ? nullptr : place->get();
}

port_cell& actor_cell::find_input(std::string_view input, std::type_index type) {
  if (!is_wired())
    throw usage_error{"sender_to: actor '" + name + "' has not started: until then ask for sender(&its_class::input)"};
  port_cell* const found = find(input);
  if (found == nullptr || found->direction() != port_direction::in) {
    std::string message = "sender_to: actor '" + name + "' has no input '" + std::string{input} + "'";
    const char* before = "; it has '";
    for (const auto& port : ports_) {
      if (port->direction() != port_direction::in) continue;
      message += before + port->name() + "'";
      before = ", '";
    }
    throw usage_error{message};
  }
  if (found->type() != type)
    throw usage_error{"sender_to: the input '" + found->name() + "' of actor '" + name + "' takes values of type " +
                      type_text(found->type()) + ", not " + type_text(type)};
  return *found;
}

port_cell& actor_cell::find_or_add(std::unique_ptr<port_cell> fresh) {
  port_cell* known = find(fresh->name());
  if (known == nullptr) {
    // Others look for ports, and nobody can connect this one any more.
    if (is_wired())
      throw usage_error{"actor '" + name + "' makes the port '" + fresh->name() +
                        "' after it has started: it makes all of them when it is spawned"};
    known = ports_.emplace_back(std::move(fresh)).get();
    known->claim();
    return *known;
  }
  if (!known->claim() || known->type() != fresh->type() || known->direction() != fresh->direction())
    throw usage_error{"actor '" + name + "' has two ports named '" + known->name() + "'"};
  return *known;
}

task<> actor_cell::work(run_note) {
  begin();
  const traced_stay traced{name, traced_stay::kind::actor};
  try {
    co_await object_->run();
  } catch (const channel_closed&) {
    // Nobody is left to receive what this actor makes: a normal end.
  } catch (const cancelled&) {
    if (!draining.load(std::memory_order_relaxed)) failure = std::current_exception();
  } catch (...) {
    failure = std::current_exception();
  }
}

void actor_cell::drain() {
  const bool is_fed = std::any_of(ports_.begin(), ports_.end(),
                                  [](const auto& port) { return port->direction() == port_direction::in; });
  if (!is_fed) draining.store(true, std::memory_order_relaxed);
}

void actor_cell::end_run() noexcept {
  for (const auto& port : ports_) port->end_run(failure != nullptr);
  object_.reset();
}

// The arguments go, too: among them may be senders, whose receivers would wait for ever.
void actor_cell::close() noexcept {
  object_.reset();
  factory_ = {};
  for (const auto& port : ports_) port->close();
}

void actor_cell::close_beside_run() noexcept {
  for (const auto& port : ports_) port->close_channels();
}

std::uint64_t actor_cell::lost() const noexcept {
  std::uint64_t sum = 0;
  for (const auto& port : ports_) sum += port->lost();
  return sum;
}

}  // namespace detail

}  // namespace actors::inline v1
