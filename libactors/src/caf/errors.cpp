#include <actors/caf/errors.hpp>
#include <actors/request.hpp>

#include "../actor/failure_text.hpp"

#include <caf/actor_system.hpp>
#include <caf/exit_reason.hpp>
#include <caf/make_message.hpp>
#include <caf/message.hpp>
#include <caf/sec.hpp>

namespace actors::inline v1 {

namespace {

bool is_ours(const ::caf::error& what) noexcept { return what && what.category() == caf_category; }

::caf::error make_ours(caf_code code, const char* text) {
  return {static_cast<std::uint8_t>(code), caf_category, ::caf::make_message(std::string{text})};
}

}  // namespace

caf_error::caf_error(::caf::error reason) : caf_error{reason, detail::text_of(reason, nullptr)} {}

// The order is that of derived types before `error`.
::caf::error to_caf_error(const std::exception_ptr& what) {
  if (what == nullptr) return {};
  try {
    std::rethrow_exception(what);
  } catch (const caf_error& fault) {
    return fault.reason() ? fault.reason() : make_ours(caf_code::failed, fault.what());
  } catch (const timed_out& fault) {
    return ::caf::make_error(::caf::sec::request_timeout, std::string{fault.what()});
  } catch (const unanswered& fault) {
    return ::caf::make_error(::caf::sec::request_receiver_down);
  } catch (const cancelled&) {
    return ::caf::make_error(::caf::exit_reason::user_shutdown);
  } catch (const channel_closed& fault) {
    return make_ours(caf_code::channel_closed, fault.what());
  } catch (const queue_shut_down& fault) {
    return make_ours(caf_code::queue_shut_down, fault.what());
  } catch (const pool_closed& fault) {
    return make_ours(caf_code::pool_closed, fault.what());
  } catch (const usage_error& fault) {
    return make_ours(caf_code::usage, fault.what());
  } catch (...) {
    return make_ours(caf_code::failed, detail::text_of(what).c_str());
  }
}

std::exception_ptr to_exception(const ::caf::error& what, const ::caf::actor_system* render) {
  return what ? detail::exception_of(what, detail::text_of(what, render)) : nullptr;
}

namespace detail {

std::string text_of(const ::caf::error& what, const ::caf::actor_system* render) {
  const ::caf::message& context = what ? what.context() : ::caf::message{};
  if (is_ours(what) && context.match_elements<std::string>()) return context.get_as<std::string>(0);
  return render == nullptr ? to_string(what) : render->render(what);
}

std::exception_ptr exception_of(const ::caf::error& what, const std::string& text) {
  if (!what) return std::make_exception_ptr(caf_error{what, text});
  if (what == ::caf::sec::request_receiver_down)
    return std::make_exception_ptr(unanswered{"there is no answer: the actor has ended, or dropped the request"});
  if (what.category() == ::caf::atom("system") && what.code() == static_cast<std::uint8_t>(::caf::sec::request_timeout))
    return std::make_exception_ptr(timed_out{text});
  if (is_ours(what)) {
    switch (static_cast<caf_code>(what.code())) {
      case caf_code::channel_closed:
        return std::make_exception_ptr(channel_closed{text});
      case caf_code::queue_shut_down:
        return std::make_exception_ptr(queue_shut_down{text});
      case caf_code::pool_closed:
        return std::make_exception_ptr(pool_closed{text});
      case caf_code::usage:
        return std::make_exception_ptr(usage_error{text});
      case caf_code::failed:
        break;
    }
  }
  return std::make_exception_ptr(caf_error{what, text});
}

}  // namespace detail

}  // namespace actors::inline v1
