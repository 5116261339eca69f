#include <actors/caf/entry.hpp>
#include <actors/errors.hpp>

#include "start_alone.hpp"

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
  std::map<std::pair<const ::caf::actor_system*, const caf_entry*>, std::weak_ptr<caf_entry>> all;
};

// Never destroyed: a system may be a static, too.
known_entries& entries() {
  static auto& known = *new known_entries;
  return known;
}

}  // namespace

/// A parameter of the task: where that ends early, also before it ran, the runtime ends, and nobody else would.
class caf_entry::put_in_duty {
 public:
  put_in_duty(std::shared_ptr<caf_entry> of, std::shared_ptr<line> in) noexcept
      : of_{std::move(of)}, in_{std::move(in)} {}
  put_in_duty(put_in_duty&&) noexcept = default;
  put_in_duty& operator=(put_in_duty&&) = delete;
  ~put_in_duty() {
    if (of_ != nullptr) of_->close();
  }
  caf_entry& entry() const noexcept { return *of_; }
  const std::shared_ptr<line>& in() const noexcept { return in_; }
  void end() noexcept { of_ = nullptr; }

 private:
  std::shared_ptr<caf_entry> of_;
  std::shared_ptr<line> in_;
};

std::shared_ptr<caf_entry> caf_entry::make(scheduler& on, const ::caf::actor_system& system) {
  const std::shared_ptr<caf_entry> made{new caf_entry{on, system}};
  const std::lock_guard guard{entries().lock};
  entries().all.emplace(std::pair{&system, made.get()}, made);
  return made;
}

caf_entry::~caf_entry() {
  const std::lock_guard guard{entries().lock};
  entries().all.erase({&system_, this});
}

void caf_entry::close_all(const ::caf::actor_system& system) {
  std::vector<std::shared_ptr<caf_entry>> found;
  {
    known_entries& known = entries();
    const std::lock_guard guard{known.lock};
    for (auto at = known.all.lower_bound({&system, nullptr}); at != known.all.end() && at->first.first == &system; ++at)
      if (auto one = at->second.lock()) found.push_back(std::move(one));
  }
  std::vector<join_handle<>> ending;
  for (const auto& each : found) {
    for (join_handle<>& one : each->close_lines()) ending.push_back(std::move(one));
    each->close();
  }
  if (current_scheduler() != nullptr) return;
  for (const join_handle<>& each : ending) each.wait();
}

void caf_entry::add(std::vector<std::shared_ptr<caf_input>> more) {
  lines added;
  const std::lock_guard guard{lock_};
  if (!open_) return;
  for (auto& each : more) {
    const auto is_for_the_same = [&](const std::shared_ptr<line>& other) {
      return !other->ends && other->to->type == each->type;
    };
    if (std::any_of(lines_.begin(), lines_.end(), is_for_the_same) ||
        std::any_of(added.begin(), added.end(), is_for_the_same))
      throw usage_error{"as_caf: there is an input for these items already, and CAF's messages have no other address"};
    added.push_back(std::make_shared<line>(std::move(each)));
  }
  lines_.insert(lines_.end(), added.begin(), added.end());
}

// Of two that take it, a request goes to the one that answers, another message to the other one.
std::shared_ptr<caf_entry::line> caf_entry::find(const ::caf::mailbox_element& what) const {
  std::shared_ptr<line> found;
  for (const auto& each : lines_) {
    if (each->ends || !each->to->takes(what.content())) continue;
    if (each->to->answers == what.mid.is_request()) return each;
    if (found == nullptr) found = each;
  }
  return found;
}

caf_ticket caf_entry::enter(::caf::mailbox_element& what) {
  const std::lock_guard guard{replies_lock_};
  replies_.push_back({std::move(what.sender), std::move(what.stages), what.mid});
  return {shared_from_this(), std::prev(replies_.end())};
}

caf_entry::verdict caf_entry::take(::caf::mailbox_element_ptr& what) {
  ::caf::strong_actor_ptr from;  // of what is no request: nobody needs it
  std::shared_ptr<line> in;
  std::optional<caf_ticket> reply;
  bool is_behind_others = false;
  const ::caf::mailbox_element& seen = *what;
  {
    const std::lock_guard guard{lock_};
    if (!open_) return verdict::ended;
    in = find(seen);
    if (in == nullptr) return has_ended_inputs_ ? verdict::ended : verdict::unexpected;
    if (what->mid.is_request())
      reply.emplace(enter(*what));
    else
      reply.emplace();
    from = std::move(what->sender);
    is_behind_others = in->puts_in;
  }
  switch (is_behind_others ? channel_status::full : in->to->offer(*what, *reply)) {
    case channel_status::full:
      return hold(in, {std::move(what), std::move(*reply)});
    case channel_status::closed:
      return verdict::ended;
    default:
      reply->answer({});
      return verdict::taken;
  }
}

// What comes too late is dropped, and the ticket says so.
caf_entry::verdict caf_entry::hold(const std::shared_ptr<line>& in, held one) {
  std::uint64_t start = 0;
  {
    const std::lock_guard guard{lock_};
    if (!open_ || (in->ends && !in->puts_in)) return verdict::taken;
    in->waiting.push_back(std::move(one));
    if (std::exchange(in->puts_in, true)) return verdict::taken;
    start = ++in->starts;
  }
  join_handle<> task = start_alone(put_in_held({shared_from_this(), in}), on_);
  {
    const std::lock_guard guard{lock_};
    if (in->starts != start || !in->puts_in) return verdict::taken;  // it is through already
    if (open_) {
      std::swap(in->putting_in, task);
      return verdict::taken;
    }
  }
  task.cancel();
  return verdict::taken;
}

caf_entry::lines caf_entry::without(const line& one) {
  const auto found = std::find_if(lines_.begin(), lines_.end(), [&](const auto& each) { return each.get() == &one; });
  if (found == lines_.end()) return {};
  lines taken{std::move(*found)};
  lines_.erase(found);
  return taken;
}

// Gives false where nothing is held any more.
bool caf_entry::next_held(const std::shared_ptr<line>& of, std::optional<held>& next) {
  lines ended;
  join_handle<> own;
  const std::lock_guard guard{lock_};
  if (of->waiting.empty()) {
    of->puts_in = false;
    own = std::move(of->putting_in);
    if (of->ends) ended = without(*of);
    return false;
  }
  next.emplace(std::move(of->waiting.front()));
  of->waiting.pop_front();
  return true;
}

task<> caf_entry::put_in_held(put_in_duty duty) {
  for (std::optional<held> next; duty.entry().next_held(duty.in(), next); next.reset()) {
    try {
      co_await duty.in()->to->deliver(std::move(next->what), std::move(next->reply));
    } catch (const cancelled&) {
      throw;
    } catch (...) {
      // The actor has ended, or the channel was closed with an error. The ticket has said so.
    }
  }
  duty.end();
}

void caf_entry::end_inputs() {
  lines ended;
  const std::lock_guard guard{lock_};
  has_ended_inputs_ = true;
  for (const auto& each : lines_) each->ends = true;
  const auto last = std::partition(lines_.begin(), lines_.end(), [](const auto& each) { return each->puts_in; });
  ended.assign(std::move_iterator{last}, std::move_iterator{lines_.end()});
  lines_.erase(last, lines_.end());
}

// Gives the tasks that put in, and are cancelled.
std::vector<join_handle<>> caf_entry::close_lines() {
  lines ended;
  std::deque<held> dropped;
  std::vector<join_handle<>> ending;
  {
    const std::lock_guard guard{lock_};
    open_ = false;
    ended = std::move(lines_);
    lines_.clear();
    for (const auto& each : ended) {
      std::move(each->waiting.begin(), each->waiting.end(), std::back_inserter(dropped));
      each->waiting.clear();
      if (each->puts_in && each->putting_in) ending.push_back(std::move(each->putting_in));
    }
  }
  for (const join_handle<>& each : ending) each.cancel();
  return ending;
}

void caf_entry::close() {
  close_lines();
  std::vector<caf_reply> replies;
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
