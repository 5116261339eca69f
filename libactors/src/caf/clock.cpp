#include "clock.hpp"

#include "../tasks/report_error.hpp"

#include <caf/abstract_actor.hpp>
#include <caf/sec.hpp>
#include <caf/system_messages.hpp>

#include <cstdint>
#include <exception>
#include <mutex>
#include <new>
#include <utility>

namespace actors::inline v1::detail {

namespace {

template <class... Fs>
struct overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
overloaded(Fs...) -> overloaded<Fs...>;

std::uint64_t number_of(::caf::atom_value type) noexcept { return static_cast<std::uint64_t>(type); }

}  // namespace

caf_clock::caf_clock(scheduler& on) : on_{on} {
  alarm_.fire = &on_alarm;
  alarm_.clock = this;
  dispatch_.run = &on_dispatch;
  dispatch_.clock = this;
}

caf_clock::~caf_clock() { close(); }

void caf_clock::set_ordinary_timeout(time_point t, ::caf::abstract_actor* self, ::caf::atom_value type,
                                     std::uint64_t id) {
  add_timeout(t, {self->id(), timeout_key::kind::ordinary, number_of(type), 0},
              {timeout{::caf::strong_actor_ptr{self->ctrl()}, type, id}});
}

void caf_clock::set_multi_timeout(time_point t, ::caf::abstract_actor* self, ::caf::atom_value type, std::uint64_t id) {
  add_timeout(t, {self->id(), timeout_key::kind::multi, number_of(type), id},
              {timeout{::caf::strong_actor_ptr{self->ctrl()}, type, id}});
}

void caf_clock::set_request_timeout(time_point t, ::caf::abstract_actor* self, ::caf::message_id id) {
  add_timeout(t, {self->id(), timeout_key::kind::request, 0, id.integer_value()},
              {request_timeout{::caf::strong_actor_ptr{self->ctrl()}, id}});
}

void caf_clock::cancel_ordinary_timeout(::caf::abstract_actor* self, ::caf::atom_value type) {
  const timeout_key key{self->id(), timeout_key::kind::ordinary, number_of(type), 0};
  cancel(self->id(), [&](const timeout_key& each) { return each == key; });
}

void caf_clock::cancel_request_timeout(::caf::abstract_actor* self, ::caf::message_id id) {
  const timeout_key key{self->id(), timeout_key::kind::request, 0, id.integer_value()};
  cancel(self->id(), [&](const timeout_key& each) { return each == key; });
}

void caf_clock::cancel_timeouts(::caf::abstract_actor* self) {
  cancel(self->id(), [](const timeout_key&) { return true; });
}

void caf_clock::schedule_message(time_point t, ::caf::strong_actor_ptr receiver, ::caf::mailbox_element_ptr content) {
  add_message(t, {actor_message{std::move(receiver), std::move(content)}});
}

void caf_clock::schedule_message(time_point t, ::caf::group target, ::caf::strong_actor_ptr sender,
                                 ::caf::message content) {
  add_message(t, {group_message{std::move(target), std::move(sender), std::move(content)}});
}

void caf_clock::forget_all(schedule& removed) noexcept {
  removed.swap(schedule_);
  owners_.clear();
  timeouts_.store(0, std::memory_order_relaxed);
}

void caf_clock::cancel_all() {
  schedule removed;  // destroyed after the lock is given back, here and below
  const std::lock_guard guard{lock_};
  forget_all(removed);
}

void caf_clock::close() noexcept {
  schedule removed;
  std::unique_lock guard{lock_};
  closed_ = true;
  forget_all(removed);
  if (stage_ == stage::armed) {
    on_.stop(alarm_);
    if (!alarm_.fired) stage_ = stage::idle;
  }
  idle_.wait(guard, [this] { return stage_ == stage::idle; });
}

// The node of `made` goes behind all of its time. Most are for later than all others.
caf_clock::schedule::iterator caf_clock::insert(schedule& made) {
  schedule::node_type node = made.extract(made.begin());
  const bool is_last = schedule_.empty() || schedule_.rbegin()->first <= node.key();
  const auto added = is_last ? schedule_.insert(schedule_.end(), std::move(node)) : schedule_.insert(std::move(node));
  added->second.place = added;
  return added;
}

void caf_clock::link(entry& one) {
  entry*& first = chain_of(owners_[one.key.actor], one);
  one.next = first;
  if (first != nullptr) first->prev = &one;
  first = &one;
  timeouts_.store(timeouts_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

void caf_clock::unlink(entry& one) noexcept {
  if (one.next != nullptr) one.next->prev = one.prev;
  if (one.prev != nullptr) {
    one.prev->next = one.next;
  } else {
    const auto of = owners_.find(one.key.actor);
    chain_of(of->second, one) = one.next;
    if (of->second.timeouts == nullptr && of->second.requests == nullptr) owners_.erase(of);
  }
  timeouts_.store(timeouts_.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
}

// What may fail comes first, so that nothing has to be undone.
void caf_clock::add_timeout(time_point t, const timeout_key& key, entry what) {
  schedule made;
  made.emplace(t, std::move(what))->second.key = key;
  schedule removed;
  const std::lock_guard guard{lock_};
  if (closed_) return;
  entry& one = made.begin()->second;
  link(one);
  if (key.of == timeout_key::kind::ordinary) {
    for (entry* each = one.next; each != nullptr;) {
      entry* const after = each->next;
      if (each->key == key) take_out(each->place, removed);
      each = after;
    }
  }
  wake_for(insert(made));
}

void caf_clock::add_message(time_point t, entry what) {
  schedule made;
  made.emplace(t, std::move(what));
  const std::lock_guard guard{lock_};
  if (!closed_) wake_for(insert(made));
}

template <class Wanted>
void caf_clock::cancel(::caf::actor_id actor, const Wanted& wanted) noexcept {
  if (timeouts_.load(std::memory_order_relaxed) == 0) return;
  schedule removed;
  const std::lock_guard guard{lock_};
  const auto found = owners_.find(actor);
  if (found == owners_.end()) return;
  const owner all = found->second;  // it goes with its last entry
  for (entry* first : {all.timeouts, all.requests}) {
    for (entry* each = first; each != nullptr;) {
      entry* const after = each->next;
      if (wanted(each->key)) take_out(each->place, removed);
      each = after;
    }
  }
}

void caf_clock::take_out(schedule::iterator what, schedule& into) noexcept {
  if (what->second.key.actor != 0) unlink(what->second);
  into.insert(into.end(), schedule_.extract(what));
}

// An entry was added: if it is the soonest now, the timer is set to it.
void caf_clock::wake_for(schedule::iterator added) noexcept {
  if (added != schedule_.begin() || stage_ == stage::dispatching) return;
  if (stage_ == stage::armed) {
    if (alarm_.deadline <= added->first) return;
    on_.stop(alarm_);
    if (alarm_.fired) return;
    stage_ = stage::idle;
  }
  wait_for_soonest();
}

// Precondition: idle.
void caf_clock::wait_for_soonest() noexcept {
  if (schedule_.empty()) return;
  alarm_.deadline = schedule_.begin()->first;
  if (alarm_.deadline > now()) {
    stage_ = stage::armed;
    try {
      if (on_.start(alarm_, nullptr)) return;
    } catch (const std::bad_alloc&) {
      // Without a timer the dispatch keeps looking, in turns with everybody else.
    }
  }
  stage_ = stage::dispatching;
  on_.post_last(dispatch_);
}

void caf_clock::on_alarm(callback_timer& self) noexcept {
  auto& fired = static_cast<alarm&>(self);
  caf_clock& clock = *fired.clock;
  fired.fired = true;
  clock.on_.post(clock.dispatch_);
}

void caf_clock::on_dispatch(runnable& self) noexcept { static_cast<dispatch_call&>(self).clock->dispatch(); }

void caf_clock::dispatch() noexcept {
  {
    schedule due;
    {
      const std::lock_guard guard{lock_};
      stage_ = stage::dispatching;
      alarm_.fired = false;
      const time_point limit = now();
      while (!schedule_.empty() && schedule_.begin()->first <= limit && due.size() != most_at_once)
        take_out(schedule_.begin(), due);
    }
    for (auto& [when, what] : due) send(what);
  }
  const std::lock_guard guard{lock_};
  stage_ = stage::idle;
  wait_for_soonest();
  if (closed_) idle_.notify_all();  // under the lock: the clock may be gone once it is given back
}

void caf_clock::send(entry& due) noexcept {
  try {
    std::visit(
        overloaded{
            [](timeout& e) {
              e.self->get()->eq_impl(::caf::make_message_id(), e.self, nullptr, ::caf::timeout_msg{e.type, e.id});
            },
            [](request_timeout& e) { e.self->get()->eq_impl(e.id, e.self, nullptr, ::caf::sec::request_timeout); },
            [](actor_message& e) { e.receiver->enqueue(std::move(e.content), nullptr); },
            [](group_message& e) {
              e.target->eq_impl(::caf::make_message_id(), std::move(e.sender), nullptr, std::move(e.content));
            }},
        due.what);
  } catch (...) {
    report_error("caf_error", "an exception left the sending of a delayed CAF message", std::current_exception());
  }
}

}  // namespace actors::inline v1::detail
