#include <actors/caf/ask.hpp>
#include <actors/caf/end_watch.hpp>

#include "registered.hpp"

#include <caf/abstract_actor.hpp>
#include <caf/actor_config.hpp>
#include <caf/actor_system.hpp>
#include <caf/detail/sync_request_bouncer.hpp>
#include <caf/exit_reason.hpp>
#include <caf/make_actor.hpp>

#include <optional>
#include <utility>

namespace actors::inline v1::detail {

namespace {

/// What a CAF actor takes for the sender of a request. One for each: so it goes with the request and with all that
/// could answer it, and an answer that will never come is known. Where the request leaves the system, the registry
/// holds the asker: then it watches the end of whom it asks, and the task ends it, or the end of the system.
class asker final : public registered_actor {
 public:
  asker(::caf::actor_config& config, oneshot_sender<caf_answer> to) : registered_actor{config}, to_{std::move(to)} {}

  const char* name() const override { return "actors.asker"; }

  void enqueue(::caf::mailbox_element_ptr what, ::caf::execution_unit*) override {
    if (!what->mid.is_response()) {
      const ::caf::detail::sync_request_bouncer bounce{::caf::make_error(::caf::exit_reason::unreachable)};
      return bounce(*what);
    }
    caf_answer given{std::move(what), {}};
    // Else an answer that lies in a task would hold the actor that gave it.
    const ::caf::strong_actor_ptr from = std::move(given.content->sender);
    given.content->stages.clear();
    if (is_error_answer(given))
      given.error_text = text_of(std::as_const(*given.content).content().get_as<::caf::error>(0), &home_system());
    oneshot_sender<caf_answer> to = take();
    if (!to) return;
    static_cast<void>(to.try_send(std::move(given)));
    end();
  }
  void on_destroy() override { cleanup(::caf::make_error(::caf::exit_reason::unreachable), nullptr); }

  /// Before it asks: `whom` is on another node. Held, as the end of what stands for it here is the end of the node.
  void watch(const ::caf::strong_actor_ptr& whom) {
    whom_ = whom;
    watch_.emplace(whom, [self = ::caf::weak_actor_ptr{ctrl()}](const ::caf::error&) {
      if (const ::caf::strong_actor_ptr here = self.lock()) static_cast<asker*>(here->get())->take();
    });
    end_with_system();
  }
  /// Nobody waits any more, or the answer was given: the registry lets go of it.
  void end() override {
    bool is_first = false;
    exclusive_critical_section([&] { is_first = !std::exchange(has_ended_, true); });
    if (!is_first) return;
    take();
    watch_.reset();
    whom_ = nullptr;
    cleanup({}, nullptr);
  }

 private:
  oneshot_sender<caf_answer> take() {
    oneshot_sender<caf_answer> to;
    exclusive_critical_section([&] { to = std::move(to_); });
    return to;
  }

  oneshot_sender<caf_answer> to_;
  ::caf::strong_actor_ptr whom_;
  std::optional<end_watch> watch_;
  bool has_ended_ = false;
};

}  // namespace

caf_asking::~caf_asking() {
  if (is_answered) return;
  if (const ::caf::strong_actor_ptr here = asker_.lock()) static_cast<asker*>(here->get())->end();
}

bool is_error_answer(const caf_answer& given) noexcept {
  const ::caf::type_erased_tuple& content = std::as_const(*given.content).content();
  return content.match_elements<::caf::error>() && content.get_as<::caf::error>(0);
}

::caf::weak_actor_ptr send_request(const ::caf::strong_actor_ptr& whom, ::caf::mailbox_element_ptr content,
                                   oneshot_sender<caf_answer> to) {
  if (whom == nullptr) throw usage_error{"ask: the handle of the actor to ask is empty"};
  ::caf::actor_system& system = *whom->home_system;
  ::caf::actor_config config;
  content->sender = ::caf::make_actor<asker, ::caf::strong_actor_ptr>(system.next_actor_id(), system.node(), &system,
                                                                      config, std::move(to));
  const ::caf::weak_actor_ptr sender{content->sender.get()};
  if (whom->node() != system.node()) static_cast<asker*>(sender->get())->watch(whom);
  whom->enqueue(std::move(content), nullptr);
  return sender;
}

void throw_no_caf_answer(std::chrono::nanoseconds limit, channel_status how) {
  if (how == channel_status::empty) throw_no_answer_in_time(limit, true);
  throw_request_dropped();
}

void throw_error_answer(const caf_answer& given) {
  std::rethrow_exception(
      exception_of(std::as_const(*given.content).content().get_as<::caf::error>(0), given.error_text));
}

void throw_other_answer(const caf_answer& given, const std::string& wanted) {
  throw caf_error{::caf::make_error(::caf::sec::unexpected_response),
                  "ask: the answer is " + std::as_const(*given.content).content().stringify() + ", expected " + wanted};
}

namespace {

class end_note final : public ::caf::attachable {
 public:
  static constexpr std::size_t token_type = 0x61637465;  ///< no other kind of attachable has it

  end_note(const end_watch* of, end_watch::told call) : of_{of}, call_{std::move(call)} {}
  void actor_exited(const ::caf::error& reason, ::caf::execution_unit*) override { call_(reason); }
  bool matches(const token& what) override { return what.subtype == token_type && what.ptr == of_; }

 private:
  const end_watch* of_;
  end_watch::told call_;
};

/// The oneshot goes with the attachable where the actor is gone without having said why.
struct note_end {
  oneshot_sender<::caf::error> to;
  void operator()(const ::caf::error& reason) { static_cast<void>(to.try_send(::caf::error{reason})); }
};

}  // namespace

end_watch::end_watch(const ::caf::strong_actor_ptr& whom, told call) : whom_{whom.get()} {
  if (whom == nullptr) throw usage_error{"ended: the handle of the actor to wait for is empty"};
  whom->get()->attach(std::make_unique<end_note>(this, std::move(call)));
}

end_watch::~end_watch() {
  const ::caf::strong_actor_ptr whom = whom_.lock();
  if (whom != nullptr) whom->get()->detach({end_note::token_type, this});
}

task<::caf::error> end_of(::caf::strong_actor_ptr whom) {
  auto [to, from] = oneshot<::caf::error>();
  const end_watch watch{whom, note_end{std::move(to)}};
  whom.reset();
  std::optional<::caf::error> reason = co_await from.receive();
  if (!reason) co_return ::caf::make_error(::caf::exit_reason::unreachable);
  co_return *std::move(reason);
}

}  // namespace actors::inline v1::detail
