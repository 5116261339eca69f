#include "cycles.hpp"

#include <algorithm>
#include <cstdint>

namespace actors::inline v1::config {

std::vector<circle> find_cycles(std::size_t actors, std::span<const arrow> arrows) {
  std::vector<std::vector<const arrow*>> leaving(actors);
  for (const arrow& a : arrows) leaving[a.from].push_back(&a);

  enum class state : std::uint8_t { unseen, on_path, done };
  struct step {
    std::size_t actor;
    std::size_t next = 0;  // index into leaving[actor]
  };
  std::vector<state> states(actors, state::unseen);
  std::vector<step> path;
  std::vector<circle> result;
  const auto enter = [&](std::size_t actor) {
    states[actor] = state::on_path;
    path.push_back({actor});
  };

  for (std::size_t start = 0; start < actors; ++start) {
    if (states[start] != state::unseen) continue;
    enter(start);
    while (!path.empty()) {
      step& top = path.back();
      if (top.next == leaving[top.actor].size()) {
        states[top.actor] = state::done;
        path.pop_back();
        continue;
      }
      const arrow& a = *leaving[top.actor][top.next++];
      if (states[a.to] == state::unseen) {
        enter(a.to);
      } else if (states[a.to] == state::on_path) {
        circle c{{}, a};
        for (auto it = std::ranges::find(path, a.to, &step::actor); it != path.end(); ++it) c.path.push_back(it->actor);
        result.push_back(std::move(c));
      }
    }
  }
  return result;
}

}  // namespace actors::inline v1::config
