// every_worker: a call that each worker of a runtime makes once.
#pragma once

#include <actors/runtime.hpp>

#include <functional>

namespace actors::inline v1::detail {

/// Has every worker of `on` call `visit` once, between two steps, and returns when all of them have; so it also waits
/// for the steps that run now. A `visit` that throws ends the program, as a CAF thread hook that throws does on CAF's
/// own threads. Not on a worker.
void on_every_worker(runtime& on, const std::function<void()>& visit);

}  // namespace actors::inline v1::detail
