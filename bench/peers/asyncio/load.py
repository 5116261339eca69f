"""How long things take while others go on: requests beside requests, and sleeps.

An event loop is one thread: so there are the clients and servers of one. An answer comes in a future, as is usual; a
server that gave way after each one, with sleep(0), was slower at all percentiles. The loop waits in epoll for whole
milliseconds, rounded up: half of one on average is added to each sleep.

Random numbers of 64 bits are slow here: they are drawn before the time counts.
"""

import asyncio
import math

from measure import NotDone, compute, expect
from readings import finish

# Many clients, so that their requests come as if from nowhere, and some servers.
CLIENTS = 32
SERVERS = 4
MASK = (1 << 64) - 1


def dice(seed):
    """splitmix64: numbers in [0, 1) that look random, the same in each run and in each peer."""
    while True:
        seed = (seed + 0x9E3779B97F4A7C15) & MASK
        z = ((seed ^ seed >> 30) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & MASK
        yield ((z ^ z >> 31) >> 11) * 2**-53


async def serve(requests, work):
    while (got := await requests.get()) is not None:
        number, answer = got
        compute(work, number)
        answer.set_result(number + 1)


async def ask(requests, gaps):
    """Gives the latencies, from the sending of a request to the answer.

    The times of the requests are apart by these gaps; one that is late, as the answer before was, is sent at once.
    """
    loop = asyncio.get_running_loop()
    taken = []
    planned = loop.time()
    for number, gap in enumerate(gaps):
        planned += gap
        left = planned - loop.time()
        if left > 0:
            await asyncio.sleep(left)
        answer = loop.create_future()
        sent = loop.time()
        await requests.put((number, answer))
        got = await answer
        taken.append(loop.time() - sent)
        expect("answer", got, number + 1)
    return taken


async def request_load(p):
    """Clients that ask servers through one queue, which keeps half of the time busy with computing."""
    each = -(-p.n // CLIENTS)
    # One request in 2 * work.
    mean_gap = p.nanoseconds_of_work * 2 * CLIENTS * 1e-9
    draws = (dice(seed) for seed in range(CLIENTS))
    gaps = [[-math.log(1 - next(draw)) * mean_gap for _ in range(each)] for draw in draws]
    loop = asyncio.get_running_loop()
    requests = asyncio.Queue(64)
    servers = [asyncio.create_task(serve(requests, p.work)) for _ in range(SERVERS)]
    begin = loop.time()
    clients = await asyncio.gather(*(ask(requests, each_gaps) for each_gaps in gaps))
    seconds = loop.time() - begin
    for _ in servers:
        await requests.put(None)
    await asyncio.gather(*servers)
    return finish("request_load", CLIENTS * each, seconds, [latency for client in clients for latency in client])


async def timer_accuracy(p):
    """A task sleeps n times for 1 to 3 ms. The latencies are how late it wakes."""
    draw = dice(1)
    lengths = [0.001 + next(draw) * 0.002 for _ in range(p.n)]
    loop = asyncio.get_running_loop()
    late = []
    begin = loop.time()
    for length in lengths:
        until = loop.time() + length
        await asyncio.sleep(length)
        over = loop.time() - until
        if over < 0:
            raise NotDone(f"a task woke {-over} s too early")
        late.append(over)
    return finish("timer_accuracy", p.n, loop.time() - begin, late)
