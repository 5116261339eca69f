#include <actors/detail/sync_operation.hpp>

#include <cstdio>
#include <cstdlib>

namespace actors::inline v1::detail {

void wait_room::end_program() const noexcept {
  std::fprintf(stderr,
               "actors: a %s was destroyed while somebody waits for it, whose wait could never end: join or cancel and "
               "join those who use it first\n",
               what_);
  std::abort();
}

}  // namespace actors::inline v1::detail
