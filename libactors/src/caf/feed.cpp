#include <actors/caf/feed.hpp>
#include <actors/errors.hpp>

#include "registered.hpp"

#include <caf/actor_config.hpp>
#include <caf/actor_system.hpp>
#include <caf/detail/sync_request_bouncer.hpp>
#include <caf/exit_reason.hpp>
#include <caf/make_actor.hpp>
#include <caf/sec.hpp>

namespace actors::inline v1::detail {

namespace {

/// The sender of the requests of a feed, as CAF sees it.
class feed_inbox final : public registered_actor {
 public:
  feed_inbox(::caf::actor_config& config, sender<feed_note> to) : registered_actor{config}, to_{std::move(to)} {}

  const char* name() const override { return "actors.feed"; }
  void enqueue(::caf::mailbox_element_ptr what, ::caf::execution_unit*) override {
    if (!what->mid.is_response()) {
      const ::caf::detail::sync_request_bouncer bounce{{}};
      return bounce(*what);
    }
    feed_note note{what->mid.request_id().integer_value(), {}};
    const ::caf::type_erased_tuple& content = std::as_const(*what).content();
    if (content.match_elements<::caf::error>()) note.fault = content.get_as<::caf::error>(0);
    static_cast<void>(to_.try_send(std::move(note)));
  }
  void on_destroy() override { cleanup(::caf::make_error(::caf::exit_reason::unreachable), nullptr); }
  /// The system ends: nobody could answer any more.
  void end() override {
    static_cast<void>(to_.try_send({0, ::caf::make_error(::caf::exit_reason::unreachable)}));
    cleanup({}, nullptr);
  }

 private:
  const sender<feed_note> to_;
};

}  // namespace

void throw_no_window() { throw usage_error{"feed: the window is 0, and nothing could ever be sent: at least 1"}; }

// The end of the actor comes behind all that it had answered before.
feed_line::feed_line(::caf::strong_actor_ptr to) : to_{std::move(to)} {
  if (to_ == nullptr) throw usage_error{"feed: the handle of the actor is empty"};
  auto [notes, from] = channel<feed_note>(unbounded);
  notes_ = std::move(from);
  ::caf::actor_system& system = *to_->home_system;
  ::caf::actor_config config;
  inbox_ = ::caf::make_actor<feed_inbox, ::caf::strong_actor_ptr>(system.next_actor_id(), system.node(), &system,
                                                                  config, notes);
  if (to_->node() != system.node()) static_cast<feed_inbox*>(inbox_->get())->end_with_system();
  watch_.emplace(to_, [notes = std::move(notes)](const ::caf::error& reason) {
    // Also of a normal end: it does not take the rest.
    static_cast<void>(notes.try_send({0, reason ? reason : ::caf::make_error(::caf::sec::request_receiver_down)}));
  });
}

// Where it sent to another node, the registry holds the inbox until that ends.
feed_line::~feed_line() { static_cast<feed_inbox*>(inbox_->get())->cleanup({}, nullptr); }

void feed_line::send(::caf::message item) {
  const ::caf::message_id id{::caf::message_id::default_async_value | ++sent_};
  items_.emplace(sent_, sent_item{item});
  to_->enqueue(inbox_, id, std::move(item), nullptr);
}

void feed_line::take(feed_note note) {
  if (note.number == 0) {
    has_ended_ = true;
    reason_ = std::move(note.fault);
    return;
  }
  // The first answer counts.
  const auto found = items_.find(note.number);
  if (found == items_.end() || found->second.is_refused) return;
  if (note.fault) {
    found->second.is_refused = true;
    ++refused_;
    if (!reason_) reason_ = std::move(note.fault);
  } else {
    items_.erase(found);
    ++acknowledged_;
  }
}

bool feed_line::lacks_reason() const noexcept { return !has_ended_ && reason_ == ::caf::sec::request_receiver_down; }

}  // namespace actors::inline v1::detail
