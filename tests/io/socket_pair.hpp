// Two connected sockets.
#pragma once

#include <actors/io/asio.hpp>

#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>

namespace test {

using socket = boost::asio::local::stream_protocol::socket;

struct socket_pair {
  explicit socket_pair(boost::asio::io_context& context = actors::io_context()) : near{context}, far{context} {
    boost::asio::local::connect_pair(near, far);
  }
  socket near;
  socket far;
};

}  // namespace test
