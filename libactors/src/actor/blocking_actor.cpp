#include <actors/blocking.hpp>
#include <actors/blocking_actor.hpp>
#include <actors/errors.hpp>

#include <utility>

namespace actors::inline v1 {

void blocking_actor::throw_stopped() { throw cancelled{}; }

task<> blocking_actor::run() {
  auto body = [this](std::stop_token asked) {
    stop_ = std::move(asked);
    const std::stop_callback wake{stop_, [this] { stopped_.set(); }};
    work();
  };
  using call = detail::bound_call<decltype(body)>;
  detail::blocking_operation<call> on_thread{detail::long_lived_call{}, std::move(body)};
  co_await on_thread;
}

}  // namespace actors::inline v1
