"""Tasks that come and go."""

import asyncio
import time
from asyncio import create_task

from measure import NotDone, Outcome, compute, expect, outcome, sum_below

BATCH = 1000
LEAVES = 1_000_000
CHILDREN = 10


async def give(value, work):
    if work:
        compute(work, value)
    return value


async def spawn_join(p):
    """Starts tasks, a thousand at a time, and waits for each batch."""
    total = 0
    begin = time.perf_counter()
    for first in range(0, p.n, BATCH):
        started = [create_task(give(i, p.work)) for i in range(first, min(first + BATCH, p.n))]
        for each in started:
            total += await each
    done = outcome(p.n, begin, p.n)
    expect("sum", total, sum_below(p.n))
    return done


async def grow(up, first, size):
    """Sends up the sum of the leaves first to first+size-1."""
    if size == 1:
        up.put_nowait(first)
        return
    below = asyncio.Queue(CHILDREN)
    part = size // CHILDREN
    children = [create_task(grow(below, first + k * part, part)) for k in range(CHILDREN)]
    total = 0
    for _ in children:
        total += await below.get()
    up.put_nowait(total)


async def skynet(p):
    """A tree of tasks, ten children each, with a million leaves; the sums go up through queues."""
    begin = time.perf_counter()
    for _ in range(p.n):
        total = asyncio.Queue(1)
        root = create_task(grow(total, 0, LEAVES))
        expect("sum of the leaves", await total.get(), sum_below(LEAVES))
        await root
    return outcome(p.n, begin, p.n * LEAVES)


def sleep_for(seconds):
    """A workload of n tasks that sleep that long and are joined. The time that counts is the time over the sleep."""

    async def run(p):
        woken = 0

        async def doze():
            nonlocal woken
            await asyncio.sleep(seconds)
            woken += 1

        begin = time.perf_counter()
        sleepers = [create_task(doze()) for _ in range(p.n)]
        for each in sleepers:
            await each
        over = time.perf_counter() - begin - seconds
        if over < 0:
            raise NotDone(f"all woke {-over} s too early")
        expect("tasks that woke", woken, p.n)
        return Outcome(p.n, over, over / p.n * 1e9)

    return run


sleep_two_seconds = sleep_for(2)
sleep_ten_seconds = sleep_for(10)


async def fork(n):
    if n < 2:
        return n
    left, right = create_task(fork(n - 1)), create_task(fork(n - 2))
    return await left + await right


async def fork_inline(n):
    if n < 2:
        return n
    left = create_task(fork_inline(n - 1))
    right = await fork_inline(n - 2)
    return await left + right


def fib_by(function):
    """A Fibonacci number by that function; n is the number of calls, which the smallest argument that takes as many
    rounds up."""

    async def run(p):
        argument, calls, next_calls, want, following = 0, 1, 1, 0, 1
        while calls < p.n:
            argument += 1
            calls, next_calls = next_calls, calls + next_calls + 1
            want, following = following, want + following
        begin = time.perf_counter()
        got = await create_task(function(argument))
        done = outcome(calls, begin, calls)
        expect("fib", got, want)
        return done

    return run


fib = fib_by(fork)  # each call is a task
fib_inline = fib_by(fork_inline)  # as one would write it: the second of two calls is made by the task itself
