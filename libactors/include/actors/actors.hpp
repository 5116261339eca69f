// actors: everything most programs need. The parts are headers of their own.
#pragma once

#include <actors/actor.hpp>
#include <actors/blocking.hpp>
#include <actors/channel.hpp>
#include <actors/errors.hpp>
#include <actors/gather.hpp>
#include <actors/interval.hpp>
#include <actors/join_handle.hpp>
#include <actors/priority.hpp>
#include <actors/runtime.hpp>
#include <actors/sleep.hpp>
#include <actors/spawn.hpp>
#include <actors/task.hpp>
#include <actors/team.hpp>
#include <actors/wait_for.hpp>
