#include <actors/caf/entry.hpp>
#include <actors/errors.hpp>
#include <actors/spawn.hpp>

#include <caf/abstract_actor.hpp>
#include <caf/sec.hpp>

#include <algorithm>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>

namespace actors::inline v1::detail {

void caf_reply::send(::caf::message content, ::caf::strong_actor_ptr from) {
  if (!stages.empty()) {  // the answer goes on to the next one of those that share the work
    const ::caf::strong_actor_ptr next = std::move(stages.back());
    stages.pop_back();
    next->enqueue(::caf::make_mailbox_element(std::move(source), id, std::move(stages), std::move(content)), nullptr);
  } else if (source != nullptr) {
    source->enqueue(std::move(from), id.response_id(), std::move(content), nullptr);
  }
}

caf_ticket::~caf_ticket() {
  if (of_ != nullptr) answer(::caf::make_message(::caf::make_error(::caf::sec::request_receiver_down)));
}

void caf_ticket::answer(::caf::message content) noexcept {
  const std::shared_ptr<caf_entry> of = std::move(of_);
  if (of != nullptr) of->settle(place_, std::move(content));
}

void caf_ticket::fail(const std::exception_ptr& why) noexcept { answer(::caf::make_message(to_caf_error(why))); }

namespace {

struct known_entries {
  mutex lock;
  std::multimap<const ::caf::actor_system*, std::pair<const caf_entry*, std::weak_ptr<caf_entry>>> all;
};

known_entries& entries() {
  static known_entries known;
  return known;
}

}  // namespace

/// A parameter of the task: where that ends early, also before it ran, the runtime ends, and nobody else would.
class caf_entry::put_in_duty {
 public:
  explicit put_in_duty(std::shared_ptr<caf_entry> of) noexcept : of_{std::move(of)} {}
  put_in_duty(put_in_duty&&) noexcept = default;
  put_in_duty& operator=(put_in_duty&&) = delete;
  ~put_in_duty() {
    if (of_ != nullptr) of_->close();
  }
  caf_entry& entry() const noexcept { return *of_; }
  void end() noexcept { of_ = nullptr; }

 private:
  std::shared_ptr<caf_entry> of_;
};

std::shared_ptr<caf_entry> caf_entry::make(scheduler& on, const ::caf::actor_system& system) {
  const std::shared_ptr<caf_entry> made{new caf_entry{on, system}};
  const std::lock_guard guard{entries().lock};
  entries().all.emplace(&system, std::pair{made.get(), std::weak_ptr{made}});
  return made;
}

caf_entry::~caf_entry() {
  const std::lock_guard guard{entries().lock};
  const auto [first, last] = entries().all.equal_range(&system_);
  const auto mine = std::find_if(first, last, [this](const auto& each) { return each.second.first == this; });
  if (mine != last) entries().all.erase(mine);
}

void caf_entry::close_all(const ::caf::actor_system& system) {
  std::vector<std::shared_ptr<caf_entry>> found;
  {
    const std::lock_guard guard{entries().lock};
    const auto [first, last] = entries().all.equal_range(&system);
    for (auto at = first; at != last; ++at)
      if (auto one = at->second.second.lock()) found.push_back(std::move(one));
  }
  for (const auto& each : found) each->close();
}

void caf_entry::add(std::shared_ptr<caf_input> one) {
  const std::lock_guard guard{lock_};
  for (const auto& each : inputs_)
    if (each->type == one->type)
      throw usage_error{"as_caf: there is an input for these items already, and CAF's messages have no other address"};
  inputs_.push_back(std::move(one));
}

// Of two that take it, a request goes to the one that answers, another message to the other one.
const std::shared_ptr<caf_input>* caf_entry::find(const ::caf::mailbox_element& what) const {
  const std::shared_ptr<caf_input>* found = nullptr;
  for (const auto& each : inputs_) {
    if (!each->takes(what.content())) continue;
    if (each->answers == what.mid.is_request()) return &each;
    if (found == nullptr) found = &each;
  }
  return found;
}

caf_ticket caf_entry::enter(::caf::mailbox_element& what) {
  const std::lock_guard guard{replies_lock_};
  replies_.push_back({std::move(what.sender), std::move(what.stages), what.mid});
  return {shared_from_this(), std::prev(replies_.end())};
}

caf_entry::verdict caf_entry::take(::caf::mailbox_element_ptr& what) {
  ::caf::strong_actor_ptr from;     // of what is no request: nobody needs it
  std::optional<caf_ticket> reply;  // both go without the lock
  const ::caf::mailbox_element& seen = *what;
  {
    const std::lock_guard guard{lock_};
    if (!open_) return verdict::ended;
    const std::shared_ptr<caf_input>* const to = find(seen);
    if (to == nullptr) return inputs_.empty() && ends_ ? verdict::ended : verdict::unexpected;
    if (what->mid.is_request())
      reply.emplace(enter(*what));
    else
      reply.emplace();
    from = std::move(what->sender);
    const channel_status how = puts_in_held_ ? channel_status::full : (*to)->offer(*what, *reply);
    if (how == channel_status::full) {
      held_.push_back({std::move(what), std::move(*reply), *to});
      if (!std::exchange(puts_in_held_, true)) start_task(put_in_held(put_in_duty{shared_from_this()}), on_);
      return verdict::taken;
    }
    if (how == channel_status::closed) return verdict::ended;
  }
  reply->answer({});
  return verdict::taken;
}

// Gives false where nothing is held any more.
bool caf_entry::next_held(std::optional<held>& next) {
  inputs ended;
  const std::lock_guard guard{lock_};
  if (held_.empty()) {
    puts_in_held_ = false;
    if (ends_) ended = std::move(inputs_);
    return false;
  }
  next.emplace(std::move(held_.front()));
  held_.pop_front();
  return true;
}

task<> caf_entry::put_in_held(put_in_duty duty) {
  for (std::optional<held> next; duty.entry().next_held(next); next.reset()) {
    try {
      co_await next->to->deliver(std::move(next->what), std::move(next->reply));
    } catch (const channel_closed&) {
      // The actor has ended. The ticket has said so.
    }
  }
  duty.end();
}

void caf_entry::end_inputs() {
  inputs ended;
  const std::lock_guard guard{lock_};
  ends_ = true;
  if (!puts_in_held_) ended = std::move(inputs_);
}

void caf_entry::close() {
  inputs ended;
  std::deque<held> dropped;
  std::vector<caf_reply> replies;
  {
    const std::lock_guard guard{lock_};
    open_ = false;
    ended = std::move(inputs_);
    dropped = std::move(held_);
    held_.clear();
  }
  {
    const std::lock_guard guard{replies_lock_};
    for (caf_reply& each : replies_) replies.push_back(std::exchange(each, {}));
  }
  const ::caf::strong_actor_ptr from = address.lock();
  for (caf_reply& each : replies)
    each.send(::caf::make_message(::caf::make_error(::caf::sec::request_receiver_down)), from);
}

void caf_entry::settle(std::list<caf_reply>::iterator place, ::caf::message content) noexcept {
  caf_reply reply;
  {
    const std::lock_guard guard{replies_lock_};
    reply = std::move(*place);
    replies_.erase(place);
  }
  reply.send(std::move(content), address.lock());
}

}  // namespace actors::inline v1::detail
