// caf/interop: our actors in CAF, and CAF's actors here: addresses, monitors, links, requests, channels.
#pragma once

#include <actors/caf/as_caf.hpp>
#include <actors/caf/ask.hpp>
#include <actors/caf/child.hpp>
#include <actors/caf/errors.hpp>
#include <actors/caf/feed.hpp>
