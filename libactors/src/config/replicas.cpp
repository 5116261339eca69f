#include "actors_section.hpp"
#include "codes.hpp"
#include "text.hpp"

#include <sched.h>

#include <array>
#include <string_view>
#include <thread>

namespace actors::inline v1::config {

namespace {

constexpr std::int64_t max_replicas = 1024;

std::size_t usable_cpus() noexcept {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
    return static_cast<std::size_t>(CPU_COUNT(&set));
  const unsigned n = std::thread::hardware_concurrency();
  return n == 0 ? 1 : n;
}

/// What a file asks for; `many` also for `auto`, so that a file means the same on a machine with one CPU.
struct wish {
  std::size_t count = 1;
  bool many = false;
  std::string text;
};

std::optional<wish> read_wish(const node& n, const scope& in) {
  if (n.broken) return std::nullopt;
  if (n.type == node::kind::scalar && n.text == "auto") {
    const std::size_t count = in.options.auto_replicas != 0 ? in.options.auto_replicas : usable_cpus();
    return wish{count, true, "auto"};
  }
  const auto count = in.convert.integer(n, "replicas", 1, max_replicas);
  if (!count) return std::nullopt;
  return wish{static_cast<std::size_t>(*count), *count > 1, std::to_string(*count)};
}

std::string why_single(const pipeline::component_info& component) {
  using pipeline::component_kind;
  const std::string type = quoted(component.name);
  if (component.kind == component_kind::source) return type + " is a source: two of it would give everything twice";
  if (component.kind == component_kind::sink) return type + " is a sink: it takes everything in one place";
  return type + " needs to see all items in one place";
}

void check_order(const node* order, const std::optional<std::string>& word, const wish& asked, span replicas_where,
                 const scope& in, const declared_actor& actor) {
  const bool any_only = actor.component->replicas == pipeline::replication::any_order;
  if (order == nullptr) {
    const std::string help =
        any_only ? "write order: any; " + quoted(actor.component->name) + " keeps no order"
                 : "write order: keep (items leave in the order in which they came) or order: any (faster)";
    in.out.error(codes::replicas, replicas_where, "'replicas: " + asked.text + "' needs 'order'", {"", help});
  } else if (word == "keep" && any_only) {
    in.out.error(codes::replicas, order->where, quoted(actor.component->name) + " cannot keep the order over replicas",
                 {"each replica gathers its own share", "write order: any"});
  }
}

}  // namespace

void read_replicas(const node& body, const scope& in, declared_actor& actor) {
  const node* replicas = body.find("replicas");
  const node* order = body.find("order");
  std::optional<std::string> word;
  if (order != nullptr) {
    constexpr std::array<std::string_view, 2> words{"keep", "any"};
    word = in.convert.choice(*order, "order", words);
  }
  if (replicas == nullptr) return;
  const auto asked = read_wish(*replicas, in);
  if (!asked || actor.component == nullptr || !asked->many) return;
  if (actor.component->replicas == pipeline::replication::none) {
    in.out.error(codes::replicas, replicas->where, "'replicas: " + asked->text + "' is not possible here",
                 {why_single(*actor.component), "remove 'replicas'"});
    return;
  }
  check_order(order, word, *asked, replicas->where, in, actor);
  actor.replicas = asked->count;
  actor.keep_order = word == "keep" && asked->count > 1;
}

}  // namespace actors::inline v1::config
