// A bounded buffer that is a process: it receives while it is not full, and sends while it is not empty. Between the
// producers and the consumers there is nothing else.   bounded_buffer [SIZE]
// Source: C. A. R. Hoare, "Communicating Sequential Processes" (1978), 5.1.
#include <actors/actors.hpp>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

using namespace actors;

// [buffer]
task<> buffer(std::size_t size, receiver<int> in, sender<int> out) {
  std::vector<int> ring(size);
  std::size_t first = 0, count = 0;
  const auto keep = [&](std::optional<int> value) {
    if (value)
      ring[(first + count++) % size] = *value;
    else
      in = {};  // closed; an empty receiver is never ready
  };
  const auto let_go = [&] {
    first = (first + 1) % size;
    --count;
  };
  while (in || count != 0)
    co_await select(when(count < size, on_receive(in, keep)), when(count > 0, on_send(out, ring[first], let_go)));
}
// [/buffer]

task<> produce(int first, int count, sender<int> out) {
  for (int i = 0; i != count; ++i) co_await out.send(first + i);
}

struct received {
  int count = 0;
  long sum = 0;
  bool in_order = true;
};

// What one producer sent, a consumer sees in its order.
task<received> consume(receiver<int> in) {
  received all;
  std::vector<int> latest(3, -1);
  while (auto value = co_await in.receive()) {
    int& before = latest.at(static_cast<std::size_t>(*value / 1000));
    all.in_order = all.in_order && before < *value;
    before = *value;
    ++all.count;
    all.sum += *value;
  }
  co_return all;
}

task<> amain(std::size_t size) {
  auto [to_buffer, produced] = channel<int>();
  auto [from_buffer, wanted] = channel<int>();
  std::vector<task<>> others;
  others.push_back(buffer(size, std::move(produced), std::move(from_buffer)));
  for (int i = 0; i != 3; ++i) others.push_back(produce(1000 * i, 1000, to_buffer));
  to_buffer = {};  // so that the last producer closes it
  auto [_, a, b] = co_await gather(gather(std::move(others)), consume(wanted), consume(std::move(wanted)));
  std::printf("%d values, sum %ld, %s\n", a.count + b.count, a.sum + b.sum,
              a.in_order && b.in_order ? "each producer's in order" : "out of order");
}

int main(int argc, char** argv) {
  char* end = nullptr;
  const long size = argc > 1 ? std::strtol(argv[1], &end, 10) : 10;
  if (argc > 2 || size < 1 || size > 1'000'000 || (end != nullptr && *end != '\0')) {
    std::fprintf(stderr, "bounded_buffer [SIZE]: SIZE is from 1 to 1000000 values; found '%s'\n", argv[argc - 1]);
    return 2;
  }
  run(amain(static_cast<std::size_t>(size)));
}
