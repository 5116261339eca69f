// Metrics for Prometheus: a page of the library's and the program's own, which a task serves over HTTP. Without an
// address to listen at (`metrics 9100`) the program scrapes itself once, and prints what it got.
#include <actors/actors.hpp>
#include <actors/io/asio.hpp>
#include <actors/prometheus.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

using namespace actors;
using boost::asio::ip::tcp;

// [page]
std::atomic<std::uint64_t> packed{0};

std::string page(runtime& here) {
  prometheus_writer into;
  collect_metrics(into);
  collect_metrics(here, into);
  const metric orders{"shop_orders_packed_total", "Orders that were packed."};
  into.counter(orders, std::array{metric_label{"shop", "north"}}, static_cast<double>(packed.load()));
  return into.text();
}
// [/page]

// [serve]
task<> answer(tcp::socket client, runtime& here) {
  try {
    std::string request;
    co_await boost::asio::async_read_until(client, boost::asio::dynamic_buffer(request), "\r\n\r\n", awaited);
    const std::string body = page(here);
    std::string reply = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: ";
    reply += prometheus_writer::content_type;
    reply += "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    co_await boost::asio::async_write(client, boost::asio::buffer(reply), awaited);
  } catch (const boost::system::system_error&) {
    // The client has gone.
  }
}

task<> serve(tcp::acceptor& listening, runtime& here) {
  for (;;) {
    tcp::socket client = co_await listening.async_accept(awaited);
    spawn(answer(std::move(client), here));
  }
}
// [/serve]

task<std::string> scrape(tcp::endpoint server) {
  tcp::socket socket{io_context()};
  co_await socket.async_connect(server, awaited);
  const std::string request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
  co_await boost::asio::async_write(socket, boost::asio::buffer(request), awaited);
  std::string reply;
  co_await boost::asio::async_read(socket, boost::asio::dynamic_buffer(reply),
                                   boost::asio::as_tuple(awaited));  // until the server closes
  co_return reply.substr(reply.find("\r\n\r\n") + 4);
}

task<> pack(receiver<int> orders) {
  while (auto order = co_await orders.receive()) ++packed;
}

task<> amain(runtime& here, unsigned short port) {
  auto [tx, rx] = channel<int>(100, "orders");
  auto packing = spawn(pack(std::move(rx)));
  for (int i = 0; i != 1000; ++i) co_await tx.send(i);
  tcp::acceptor listening{io_context(), {boost::asio::ip::address_v4::loopback(), port}};
  auto serving = spawn(serve(listening, here));
  if (port != 0) co_await serving;
  while (packed != 1000) co_await sleep(std::chrono::milliseconds{1});
  const std::string text = co_await scrape(listening.local_endpoint());
  std::fputs(text.c_str(), stdout);
  serving.cancel();
  try {
    co_await serving;
  } catch (const cancelled&) {
  }
}

int main(int count, char** arguments) {
  runtime here;
  here.run(amain(here, static_cast<unsigned short>(count > 1 ? std::atoi(arguments[1]) : 0)));
}
