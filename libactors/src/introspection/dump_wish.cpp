#include "dump_wish.hpp"

#include <actors/errors.hpp>

#include <atomic>
#include <cstdlib>
#include <string>
#include <string_view>

namespace actors::inline v1::detail {

namespace {

std::atomic<bool> in_full{false};  // relaxed: nothing else is read after it

}  // namespace

void read_dump_wish() {
  const char* const text = std::getenv("ACTORS_DUMP");
  const std::string_view wish = text == nullptr ? "" : text;
  if (!wish.empty() && wish != "full" && wish != "folded")
    throw usage_error{"ACTORS_DUMP=" + std::string{wish} + ": expected full or folded"};
  in_full.store(wish == "full", std::memory_order_relaxed);
}

bool dumps_in_full() noexcept { return in_full.load(std::memory_order_relaxed); }

}  // namespace actors::inline v1::detail
