// A socket, a channel and a limit of time in one select: the read is a task of its own, and its end is a case.
#include <actors/actors.hpp>
#include <actors/io/asio.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

using namespace actors;
using namespace std::chrono_literals;
using boost::asio::ip::tcp;

// [select]
struct connection {
  tcp::socket socket;
  std::string unread;
};

// Has its share of the connection, as it may end later than who waits for it.
task<std::string> read_line(std::shared_ptr<connection> client) {
  const std::size_t length = co_await boost::asio::async_read_until(
      client->socket, boost::asio::dynamic_buffer(client->unread), '\n', awaited);
  std::string line = client->unread.substr(0, length);
  client->unread.erase(0, length);
  co_return line;
}

// Until the client leaves, or says nothing for a while.
task<> attend(std::shared_ptr<connection> client, receiver<std::string> news) {
  join_handle<std::string> reading = spawn(read_line(client));
  for (bool silent = false; !silent;) {
    std::string reply;
    const auto pass_on = [&](std::optional<std::string> item) {
      if (item)
        reply = "news: " + *item;
      else
        news = {};
    };
    co_await select(on_done(reading), on_receive(news, pass_on), after(10s, [&] { silent = true; }));
    if (reading.done()) {  // otherwise the read goes on, and is asked again
      const std::string line = co_await std::move(reading);
      reply += "you said " + line;
      reading = spawn(read_line(client));
    }
    co_await boost::asio::async_write(client->socket, boost::asio::buffer(reply), awaited);
  }
  reading.cancel();
}
// [/select]

task<> serve(tcp::acceptor& listening, receiver<std::string> news) {
  auto client = std::make_shared<connection>(connection{tcp::socket{io_context()}, {}});
  client->socket = co_await listening.async_accept(awaited);
  try {
    co_await attend(client, std::move(news));
  } catch (const boost::system::system_error&) {
    std::puts("the client has left");
  }
}

task<> print_line(connection& from) {
  const std::size_t length =
      co_await boost::asio::async_read_until(from.socket, boost::asio::dynamic_buffer(from.unread), '\n', awaited);
  std::fputs(from.unread.substr(0, length).c_str(), stdout);
  from.unread.erase(0, length);
}

task<> amain() {
  tcp::acceptor listening{io_context(), {boost::asio::ip::address_v4::loopback(), 0}};
  auto [news, out] = channel<std::string>(1);
  auto serving = spawn(serve(listening, std::move(out)));
  {
    connection here{tcp::socket{io_context()}, {}};
    co_await here.socket.async_connect(listening.local_endpoint(), awaited);
    co_await news.send("rain\n");
    co_await print_line(here);
    const std::string line = "hello\n";
    co_await boost::asio::async_write(here.socket, boost::asio::buffer(line), awaited);
    co_await print_line(here);
    co_await news.send("sun\n");
    co_await print_line(here);
  }
  co_await serving;
}

int main() { run(amain()); }
