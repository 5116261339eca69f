#include "stand_in.hpp"

#include <actors/caf/as_caf.hpp>
#include <actors/errors.hpp>
#include <actors/log.hpp>

#include "../actor/failure_text.hpp"
#include "coordinator.hpp"
#include "start_alone.hpp"

#include <caf/actor_system.hpp>
#include <caf/detail/sync_request_bouncer.hpp>
#include <caf/exit_reason.hpp>
#include <caf/make_actor.hpp>
#include <caf/sec.hpp>
#include <caf/system_messages.hpp>

#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace actors::inline v1 {

namespace detail {

namespace {

/// The addresses of all systems. A cell has one in each. Entries go with their stand-ins, which hold the cells.
struct address_book {
  using key = std::pair<const ::caf::actor_system*, const void*>;  ///< a cell, or the state of a sink
  mutex lock;
  std::map<key, ::caf::weak_actor_ptr> entries;
};

// Never destroyed: a system may be a static, too.
address_book& all_addresses() {
  static auto& book = *new address_book;
  return book;
}

const void* key_of(const stand_in_state& state) noexcept {
  return state.cell == nullptr ? static_cast<const void*>(&state) : state.cell.get();
}

stand_in& stand_in_at(const ::caf::strong_actor_ptr& address) noexcept {
  return *static_cast<stand_in*>(address->get());
}

::caf::strong_actor_ptr find_address(const ::caf::actor_system& system, const actor_cell& cell) {
  address_book& book = all_addresses();
  ::caf::strong_actor_ptr known;  // goes without the lock, as it may be the last one
  {
    const std::lock_guard guard{book.lock};
    const auto found = book.entries.find({&system, &cell});
    if (found != book.entries.end()) known = found->second.lock();
  }
  if (known != nullptr && stand_in_at(known).is_outlived()) return nullptr;
  return known;
}

// Gives the one that was entered meanwhile, if there is one.
::caf::strong_actor_ptr enter_address(const ::caf::actor_system& system, const void* of,
                                      const ::caf::strong_actor_ptr& made) {
  address_book& book = all_addresses();
  ::caf::strong_actor_ptr known;
  const std::lock_guard guard{book.lock};
  ::caf::weak_actor_ptr& entry = book.entries[{&system, of}];
  known = entry.lock();
  if (known != nullptr && !stand_in_at(known).is_outlived()) return known;
  entry = ::caf::weak_actor_ptr{made.get()};
  return made;
}

::caf::error final_reason(const actor_cell& cell) {
  if (!cell.ended.is_set()) return ::caf::make_error(::caf::exit_reason::user_shutdown);  // the runtime ends
  const actor_report how = cell.final_report();
  if (how.state == actor_state::abandoned)
    return to_caf_error(std::make_exception_ptr(error{"it did not stop, not even by force"}));
  return to_caf_error(cell.failure);
}

/// A parameter of the keeper: it goes when the frame does, also where that never ran as the runtime ended.
struct last_duty {
  last_duty(::caf::weak_actor_ptr at, std::shared_ptr<stand_in_state> of) noexcept
      : address{std::move(at)}, state{std::move(of)} {}
  last_duty(last_duty&&) noexcept = default;
  last_duty& operator=(last_duty&&) = delete;
  ~last_duty() {
    if (state == nullptr) return;
    const ::caf::strong_actor_ptr here = address.lock();
    if (here == nullptr) return;  // what it held still arrives
    state->entry->close();
    stand_in_at(here).cleanup(state->reason(), nullptr);
    state->let_go(true);
  }

  ::caf::weak_actor_ptr address;
  std::shared_ptr<stand_in_state> state;
};

task<> keep(last_duty duty) {
  stand_in_state& state = *duty.state;
  if (state.cell != nullptr)
    co_await state.cell->ended.wait();
  else
    co_await state.is_to_end.wait();
}

::caf::strong_actor_ptr make_stand_in(::caf::actor_system& system, std::shared_ptr<stand_in_state> state) {
  ::caf::actor_config config;
  auto made = ::caf::make_actor<stand_in, ::caf::strong_actor_ptr>(system.next_actor_id(), system.node(), &system,
                                                                   config, state);
  state->entry->address = ::caf::weak_actor_ptr{made.get()};
  stand_in_at(made).start_keeper();
  return made;
}

}  // namespace

void stand_in_state::end(::caf::error why) {
  const std::lock_guard guard{lock_};
  if (is_to_end.is_set()) return;
  why_ = std::move(why);
  is_to_end.set();
}

// CAF calls it with locks of both ends of a link held: it ends nothing here.
void stand_in_state::exit(const ::caf::error& why, const ::caf::actor_system& system) {
  if (!why) return;
  if (cell == nullptr) return end(why);
  if (why != ::caf::exit_reason::user_shutdown) {
    cell->exit(to_exception(why, &system), true);
    return;
  }
  const std::lock_guard guard{lock_};  // the keeper asks for the reason when this is known
  if (cell->exit(nullptr, true)) was_asked_ = true;
}

void stand_in_state::hold(::caf::strong_actor_ptr address) {
  const std::lock_guard guard{lock_};
  if (!is_over_) held_ = std::move(address);
}

void stand_in_state::let_go(bool for_good) {
  ::caf::strong_actor_ptr last;  // goes without the lock
  const std::lock_guard guard{lock_};
  if (for_good) is_over_ = true;
  last.swap(held_);
}

::caf::error stand_in_state::reason() {
  const std::lock_guard guard{lock_};
  if (cell == nullptr) return is_to_end.is_set() ? why_ : ::caf::make_error(::caf::exit_reason::user_shutdown);
  ::caf::error found = final_reason(*cell);
  return !found && was_asked_ ? ::caf::make_error(::caf::exit_reason::user_shutdown) : found;
}

stand_in::stand_in(::caf::actor_config& config, std::shared_ptr<stand_in_state> state)
    : monitorable_actor{config}, state_{std::move(state)} {}

void stand_in::start_keeper() { keeper_ = start_alone(keep({state_->entry->address, state_}), state_->entry->on()); }

stand_in::~stand_in() {
  {
    address_book& book = all_addresses();
    const std::lock_guard guard{book.lock};
    const auto found = book.entries.find({&home_system(), key_of(*state_)});
    if (found != book.entries.end() && found->second.get() == ctrl()) book.entries.erase(found);
  }
  state_->entry->end_inputs();
  if (keeper_) keeper_.cancel();
}

void stand_in::on_destroy() {
  if (!getf(is_cleaned_up_flag)) cleanup(::caf::make_error(::caf::exit_reason::unreachable), nullptr);
}

void stand_in::enqueue(::caf::mailbox_element_ptr what, ::caf::execution_unit* on) {
  const ::caf::type_erased_tuple& content = std::as_const(*what).content();
  if (what->mid.is_response() || content.match_elements<::caf::down_msg>()) return;
  if (content.match_elements<::caf::exit_msg>())
    return state_->exit(content.get_as<::caf::exit_msg>(0).reason, home_system());
  if (handle_system_message(*what, on, true)) return;
  switch (state_->entry->take(what)) {
    case caf_entry::verdict::taken:
      return;
    case caf_entry::verdict::ended: {
      if (state_->cell == nullptr) state_->end({});
      const ::caf::detail::sync_request_bouncer bounce{{}};
      return bounce(*what);
    }
    case caf_entry::verdict::unexpected:
      break;
  }
  if (what->mid.is_request()) {
    const ::caf::message answer =
        ::caf::make_message(::caf::make_error(::caf::sec::unexpected_message, what->copy_content_to_message()));
    return caf_reply{std::move(what->sender), std::move(what->stages), what->mid}.send(answer,
                                                                                       ::caf::strong_actor_ptr{ctrl()});
  }
  log(log_level::warning, "caf_unexpected_message",
      (state_->cell == nullptr ? std::string{"a channel"} : "actor '" + state_->cell->name + '\'') +
          " got a message of CAF for which it has exposed no input: " + content.stringify());
}

scheduler& scheduler_for(::caf::actor_system& system) {
  if (scheduler* here = current_scheduler()) return *here;
  if (auto* ours = dynamic_cast<caf_coordinator*>(&system.scheduler())) return ours->on();
  throw usage_error{
      "an actor of ours, or a channel, is asked for as a CAF actor outside of tasks, and this caf::actor_system does "
      "not run on a runtime: call it in a task, or load_scheduler before the system is built"};
}

::caf::actor stand_in_for(const std::shared_ptr<actor_cell>& cell, ::caf::actor_system& system, caf_inputs more) {
  ::caf::strong_actor_ptr address = find_address(system, *cell);
  if (address == nullptr) {
    const auto made = make_stand_in(system, std::make_shared<stand_in_state>(system, scheduler_for(system), cell));
    address = enter_address(system, cell.get(), made);
    if (address == made && more.empty()) stand_in_at(address).state()->hold(address);
  }
  const std::shared_ptr<stand_in_state>& state = stand_in_at(address).state();
  const bool has_more = !more.empty();
  state->entry->add(std::move(more));
  if (has_more) state->let_go();
  return ::caf::actor_cast<::caf::actor>(address);
}

::caf::actor make_sink(::caf::actor_system& system, std::shared_ptr<caf_input> to) {
  auto state = std::make_shared<stand_in_state>(system, scheduler_for(system), nullptr);
  state->entry->add({std::move(to)});
  const ::caf::strong_actor_ptr address = make_stand_in(system, state);
  enter_address(system, state.get(), address);
  return ::caf::actor_cast<::caf::actor>(address);
}

void link_with_caf(const ::caf::actor& one, const ::caf::strong_actor_ptr& other) {
  auto* const ours = ::caf::actor_cast<::caf::abstract_actor*>(one);
  if (ours == other->get()) throw usage_error{"link: the actor of CAF is the address of the same actor of ours"};
  ours->add_link(other->get());
}

void end_stand_ins_of(::caf::actor_system& system) {
  caf_entry::close_all(system);
  std::vector<::caf::strong_actor_ptr> found;
  {
    address_book& book = all_addresses();
    const std::lock_guard guard{book.lock};
    for (auto at = book.entries.lower_bound({&system, nullptr}); at != book.entries.end() && at->first.first == &system;
         at = book.entries.erase(at))
      if (::caf::strong_actor_ptr address = at->second.lock()) found.push_back(std::move(address));
  }
  for (const ::caf::strong_actor_ptr& each : found) {
    stand_in& one = stand_in_at(each);
    one.state()->let_go(true);
    one.cleanup(::caf::make_error(::caf::exit_reason::user_shutdown), nullptr);
  }
}

}  // namespace detail

void end_inputs(const ::caf::actor& address) {
  if (!address) throw usage_error{"end_inputs: the address is empty"};
  auto* const known = dynamic_cast<detail::stand_in*>(::caf::actor_cast<::caf::abstract_actor*>(address));
  if (known == nullptr) throw usage_error{"end_inputs: this is no address of as_caf or sink_for"};
  known->state()->entry->end_inputs();
  if (known->state()->cell != nullptr) known->state()->hold(::caf::actor_cast<::caf::strong_actor_ptr>(address));
}

}  // namespace actors::inline v1
