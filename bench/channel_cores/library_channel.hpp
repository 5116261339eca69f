// library_channel: the channel of the library with the interface of the prototypes.
#pragma once

#include <actors/channel.hpp>

#include <cstddef>
#include <utility>

namespace bench::cores {

/// One lock, which becomes biased to a worker that uses it alone; under it a ring, and lists of those who wait. A value
/// goes directly to a receiver that waits.
template <class T>
class library_channel {
 public:
  explicit library_channel(std::size_t capacity) : library_channel{actors::channel<T>(capacity)} {}

  actors::send_operation<T> send(T value) { return out_.send(std::move(value)); }

  class receive_operation : public actors::receive_operation<T> {
   public:
    using actors::receive_operation<T>::receive_operation;
    T await_resume() { return *actors::receive_operation<T>::await_resume(); }  // it is never closed
  };
  receive_operation receive() { return receive_operation{in_}; }

 private:
  explicit library_channel(std::pair<actors::sender<T>, actors::receiver<T>> ends)
      : out_{std::move(ends.first)}, in_{std::move(ends.second)} {}

  actors::sender<T> out_;
  actors::receiver<T> in_;
};

}  // namespace bench::cores
