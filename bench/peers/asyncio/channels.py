"""Tasks that pass numbers through asyncio.Queue, the channel of asyncio.

Each end first tries put_nowait or get_nowait and waits only where that fails: `await queue.put(item)` for each item
costs half as much again, and gives way to other tasks no sooner. A queue cannot be closed before Python 3.13: None says
that a producer has ended. There is no rendezvous: where the others have a capacity of 0, the queues here have 1.

With --work, who computes: in spsc both sides, in mpsc and select the producers, in mpmc the consumers, in pipeline each
of the two maps.
"""

import asyncio
import time
from asyncio import Queue, QueueEmpty, QueueFull

from measure import compute, expect, outcome, sum_below

PARTIES = 8  # producers, and consumers where there are several
MEMBERS = 503


async def pingpong(p):
    """Sends a counter to and fro over two queues."""
    ping, pong = Queue(p.capacity), Queue(p.capacity)

    async def answer():
        while (value := await ping.get()) is not None:
            pong.put_nowait(value + 1)

    begin = time.perf_counter()
    partner = asyncio.create_task(answer())
    value = 0
    for _ in range(p.n):
        ping.put_nowait(value)  # there is room: the partner has taken the one before
        value = await pong.get()
    ping.put_nowait(None)
    await partner
    done = outcome(p.n, begin, 2 * p.n)
    expect("round trips", value, p.n)
    return done


async def produce(out, start, step, n, work):
    """Sends start, start+step, ... below n, then None."""
    put = out.put_nowait
    for i in range(start, n, step):
        if work:
            compute(work, i)
        try:
            put(i)
        except QueueFull:
            await out.put(i)
    await out.put(None)


async def consume(source, producers, work):
    """Receives until so many producers have ended and gives the sum."""
    get = source.get_nowait
    total = 0
    while producers:
        try:
            value = get()
        except QueueEmpty:
            value = await source.get()
        if value is None:
            producers -= 1
            continue
        if work:
            compute(work, value)
        total += value
    return total


async def spsc(p):
    """One producer, one consumer."""
    queue = Queue(p.capacity)
    begin = time.perf_counter()
    producer = asyncio.create_task(produce(queue, 0, 1, p.n, p.work))
    total = await consume(queue, 1, p.work)
    await producer
    done = outcome(p.n, begin, p.n)
    expect("sum", total, sum_below(p.n))
    return done


async def mpsc(p):
    """Eight producers, one consumer."""
    queue = Queue(p.capacity)
    begin = time.perf_counter()
    producers = [asyncio.create_task(produce(queue, k, PARTIES, p.n, p.work)) for k in range(PARTIES)]
    total = await consume(queue, PARTIES, 0)
    await asyncio.gather(*producers)
    done = outcome(p.n, begin, p.n)
    expect("sum", total, sum_below(p.n))
    return done


async def mpmc(p):
    """Eight producers, eight consumers: each of these ends with one producer."""
    queue = Queue(p.capacity)
    begin = time.perf_counter()
    producers = [asyncio.create_task(produce(queue, k, PARTIES, p.n, 0)) for k in range(PARTIES)]
    totals = await asyncio.gather(*(consume(queue, 1, p.work) for _ in range(PARTIES)))
    await asyncio.gather(*producers)
    done = outcome(p.n, begin, p.n)
    expect("sum", sum(totals), sum_below(p.n))
    return done


async def select(p):
    """One consumer selects over the queues of eight producers, with asyncio.wait over a task for each get.

    Queues that have something when the consumer wakes are emptied in turns, an item each, before it waits again.
    """
    queues = [Queue(p.capacity) for _ in range(PARTIES)]
    begin = time.perf_counter()
    producers = [asyncio.create_task(produce(queue, k, PARTIES, p.n, p.work)) for k, queue in enumerate(queues)]
    waiting = {asyncio.create_task(queue.get()): queue for queue in queues}
    total = 0
    while waiting:
        ready, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        full = []
        for got in ready:
            queue = waiting.pop(got)
            if (value := got.result()) is not None:
                total += value
                full.append(queue)
        while full:
            turn, full = full, []
            for queue in turn:
                try:
                    value = queue.get_nowait()
                except QueueEmpty:
                    waiting[asyncio.create_task(queue.get())] = queue
                    continue
                if value is not None:
                    total += value
                    full.append(queue)
    await asyncio.gather(*producers)
    done = outcome(p.n, begin, p.n)
    expect("sum", total, sum_below(p.n))
    return done


async def ring(p):
    """Passes one token n times around 503 tasks."""
    queues = [Queue(p.capacity) for _ in range(MEMBERS)]
    last = asyncio.get_running_loop().create_future()

    async def pass_on(k, source, out):
        while left := await source.get():
            out.put_nowait(left - 1)  # there is room: the token is the only message
        last.set_result(k)

    begin = time.perf_counter()
    members = [asyncio.create_task(pass_on(k, queues[k], queues[(k + 1) % MEMBERS])) for k in range(MEMBERS)]
    queues[0].put_nowait(p.n)
    member = await last
    done = outcome(p.n, begin, p.n)
    for each in members:
        each.cancel()
    expect("member that had the token last", member, p.n % MEMBERS)
    return done


async def map_each(source, out, function, work):
    """Sends the function's value of each number on, and None."""
    get, put = source.get_nowait, out.put_nowait
    while True:
        try:
            value = get()
        except QueueEmpty:
            value = await source.get()
        if value is None:
            break
        if work:
            compute(work, value)
        try:
            put(function(value))
        except QueueFull:
            await out.put(function(value))
    await out.put(None)


async def pipeline(p):
    """A source, two maps and a sink."""
    numbers, doubled, raised = (Queue(p.capacity) for _ in range(3))
    begin = time.perf_counter()
    stages = asyncio.gather(
        produce(numbers, 0, 1, p.n, 0),
        map_each(numbers, doubled, lambda value: 2 * value, p.work),
        map_each(doubled, raised, lambda value: value + 1, p.work),
    )
    total = await consume(raised, 1, 0)
    await stages
    done = outcome(p.n, begin, p.n)
    expect("sum", total, 2 * sum_below(p.n) + p.n)
    return done
