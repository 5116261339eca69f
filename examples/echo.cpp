// Boost.Asio's sockets in tasks: a server that answers each line, three clients, and a client that gives up.
#include <actors/actors.hpp>
#include <actors/io/asio.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

using namespace actors;
using namespace std::chrono_literals;
using boost::asio::ip::tcp;

// [server]
// Until the client closes.
task<> answer(tcp::socket client) {
  std::string lines;
  try {
    for (;;) {
      const std::size_t length =
          co_await boost::asio::async_read_until(client, boost::asio::dynamic_buffer(lines), '\n', awaited);
      const std::string reply = "you said " + lines.substr(0, length);
      lines.erase(0, length);
      co_await boost::asio::async_write(client, boost::asio::buffer(reply), awaited);
    }
  } catch (const boost::system::system_error&) {
  }
}

task<> serve(tcp::acceptor& listening) {
  for (;;) {
    tcp::socket client = co_await listening.async_accept(awaited);
    spawn(answer(std::move(client)));
  }
}
// [/server]

task<std::string> say(tcp::endpoint server, std::string line) {
  tcp::socket socket{io_context()};
  co_await socket.async_connect(server, awaited);
  co_await boost::asio::async_write(socket, boost::asio::buffer(line), awaited);
  std::string reply;
  co_await boost::asio::async_read_until(socket, boost::asio::dynamic_buffer(reply), '\n', awaited);
  co_return reply;
}

task<> amain() {
  tcp::acceptor listening{io_context(), {boost::asio::ip::address_v4::loopback(), 0}};
  auto serving = spawn(serve(listening));
  const tcp::endpoint here = listening.local_endpoint();

  std::vector<task<std::string>> clients;
  for (const char* line : {"one\n", "two\n", "three\n"}) clients.push_back(say(here, line));
  for (const std::string& reply : co_await gather(std::move(clients))) std::fputs(reply.c_str(), stdout);

  try {
    auto unfinished = say(here, "no end of line");
    co_await wait_for(std::move(unfinished), 50ms);
  } catch (const timed_out&) {
    std::puts("no answer in time");
  }

  serving.cancel();
  try {
    co_await serving;
  } catch (const cancelled&) {
  }
}

int main() { run(amain()); }
