#include "coordinator.hpp"

#include <actors/caf/errors.hpp>
#include <actors/caf/scheduler.hpp>
#include <actors/errors.hpp>

#include "../runtime/worker_scheduler.hpp"
#include "every_worker.hpp"
#include "registered.hpp"
#include "stand_in.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/logger.hpp>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>

namespace actors::inline v1 {

namespace detail {

namespace {

// `spawn` leaves the system's logger behind in a variable of the calling thread, and the destructor of the system waits
// until the last reference to its logger is gone. CAF's own workers end before that; these do not.
void forget_logger(::caf::actor_system& system) {
  if (::caf::logger::current_logger() == &system.logger()) ::caf::logger::set_current_actor_system(nullptr);
}

runtime& not_on_a_worker(::caf::actor_system& system, runtime& on) {
  if (current_scheduler() == nullptr) return on;
  // The constructor of the system has left the logger here as well; the logger looks for its system when it goes.
  forget_logger(system);
  throw usage_error{
      "a caf::actor_system was built on a worker, which would have to wait for itself: build it outside "
      "of tasks, or in a blocking call"};
}

}  // namespace

caf_coordinator::caf_coordinator(::caf::actor_system& system, runtime& on)
    : abstract_coordinator{system},
      on_{not_on_a_worker(system, on)},
      runner_{std::make_shared<caf_runner>(system, on.scheduler())},
      clock_{on.scheduler()} {
  static_cast<worker_scheduler&>(on.scheduler()).note_other_waker();
}

caf_coordinator::~caf_coordinator() {
  leave_workers();
  static_cast<worker_scheduler&>(on_.scheduler()).forget_other_waker();
}

void caf_coordinator::init(::caf::actor_system_config& config) {
  abstract_coordinator::init(config);
  num_workers_ = on_.workers();
  runner_->set_max_throughput(max_throughput());
}

void caf_coordinator::start() {
  if (!config().thread_hooks_.empty()) on_every_worker(on_, [this] { system().thread_started(); });
  abstract_coordinator::start();
}

void caf_coordinator::stop() {
  if (current_scheduler() == &on_.scheduler()) {
    std::fputs(
        "actors: a caf::actor_system was destroyed on a worker, which it would have to wait for: destroy it "
        "outside of tasks, or in a blocking call\n",
        stderr);
    std::terminate();
  }
  end_guests();
  leave_workers();
  end_guests();  // what actors made that ran until then
  stop_actors();
  on_every_worker(on_, [this] {
    forget_logger(system());
    if (!config().thread_hooks_.empty()) system().thread_terminates();
  });
}

void caf_coordinator::end_guests() {
  end_stand_ins_of(system());
  end_registered_of(system());
}

// Afterwards no worker and no timer knows of this system any more. Can be called again.
void caf_coordinator::leave_workers() {
  runner_->close();
  clock_.close();
  runner_->wait_until_idle();
}

}  // namespace detail

void load_scheduler(::caf::actor_system_config& config, runtime& on) {
  config.add_error_category(caf_category, [](std::uint8_t code, ::caf::atom_value, const ::caf::message& context) {
    return context.match_elements<std::string>() ? context.get_as<std::string>(0)
                                                 : "actors: error " + std::to_string(code);
  });
  config.module_factories.emplace_back([&on](::caf::actor_system& system) -> ::caf::actor_system::module* {
    return new detail::caf_coordinator{system, on};
  });
}

}  // namespace actors::inline v1
