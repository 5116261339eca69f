// function_actor: an actor that is a function, whose parameters are its ports.
#pragma once

#include <actors/actor.hpp>
#include <actors/port.hpp>
#include <actors/task.hpp>

#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>

namespace actors::inline v1 {

namespace detail {

template <class Port>
struct port_direction_of;
template <class T>
struct port_direction_of<in<T>> {
  static constexpr const char* word = "in";
};
template <class T>
struct port_direction_of<out<T>> {
  static constexpr const char* word = "out";
};

template <class Port>
concept port_type = requires {
  port_direction_of<Port>::word;
};

/// The ports that a body takes, all by reference.
template <class... Ports>
struct port_list {
  static constexpr std::size_t size = sizeof...(Ports);
};

template <class F>
struct ports_of_call;
template <class F, class... Ports>
struct ports_of_call<task<> (F::*)(Ports&...) const> {
  using type = port_list<Ports...>;
};
template <class F, class... Ports>
struct ports_of_call<task<> (F::*)(Ports&...)> {
  using type = port_list<Ports...>;
};

template <class F>
struct ports_of : ports_of_call<decltype(&F::operator())> {};
template <class... Ports>
struct ports_of<task<> (*)(Ports&...)> {
  using type = port_list<Ports...>;
};

template <class List>
constexpr bool all_ports = false;
template <class... Ports>
constexpr bool all_ports<port_list<Ports...>> = (port_type<Ports> && ...);

/// A function, or a function object with one call operator, that takes ports by reference and gives a task<>.
template <class F>
concept actor_body = std::is_copy_constructible_v<F> && requires {
  typename ports_of<F>::type;
} && all_ports<typename ports_of<F>::type>;

/// "in", or "in-1", "in-2" ... where there are several.
template <class Port, class... Ports>
std::string port_name(std::size_t number) {
  const std::string word = port_direction_of<Port>::word;
  const std::string_view same = word;
  std::size_t before = 0;
  std::size_t in_all = 0;
  std::size_t place = 0;
  ((in_all += port_direction_of<Ports>::word == same ? 1U : 0U,
    before += place++ <= number && port_direction_of<Ports>::word == same ? 1U : 0U),
   ...);
  return in_all == 1 ? word : word + '-' + std::to_string(before);
}

template <std::size_t Number, class Port>
struct numbered_port {
  numbered_port(actor& owner, std::string name) : port{owner, std::move(name)} {}
  Port port;
};

template <class Numbers, class List>
struct port_set;
template <std::size_t... Numbers, class... Ports>
struct port_set<std::index_sequence<Numbers...>, port_list<Ports...>> : numbered_port<Numbers, Ports>... {
  explicit port_set(actor& owner) : numbered_port<Numbers, Ports>{owner, port_name<Ports, Ports...>(Numbers)}... {}

  template <std::size_t Number, class Port>
  static Port& get(numbered_port<Number, Port>& here) noexcept {
    return here.port;
  }
  template <class F>
  task<> call(F& body) {
    return body(get<Numbers>(*this)...);
  }
};

}  // namespace detail

/// What `team::spawn` makes of a function.
template <detail::actor_body F>
class function_actor final : public actor {
 public:
  explicit function_actor(const F& body) : body_{body}, ports_{*this} {}
  task<> run() override { return ports_.call(body_); }

  template <std::size_t Number>
  auto& port() noexcept {
    return ports_.template get<Number>(ports_);
  }

 private:
  using list = typename detail::ports_of<F>::type;

  F body_;
  detail::port_set<std::make_index_sequence<list::size>, list> ports_;
};

}  // namespace actors::inline v1
