"""Calls that block, with asyncio.to_thread."""

import asyncio
import concurrent.futures
import sys
import time

from measure import Outcome, expect, outcome, sum_below
from readings import percentile

IN_FLIGHT = 64
THREADS = 512
CALL_SECONDS = 0.010
PERIOD = 0.001
TICKS_ALONE = 300


async def blocking(p):
    """Trivial calls, 64 in flight: as many tasks, each of which has one."""

    async def call(first):
        total = 0
        for i in range(first, p.n, IN_FLIGHT):
            total += await asyncio.to_thread(int, i)
        return total

    begin = time.perf_counter()
    totals = await asyncio.gather(*(call(k) for k in range(IN_FLIGHT)))
    done = outcome(p.n, begin, p.n)
    expect("sum", sum(totals), sum_below(p.n))
    return done


def show(when, late):
    late.sort()
    figures = ", ".join(f"p{p} {percentile(late, 10 * p) * 1e6:.0f} us" for p in (50, 90, 99))
    print(f"a task {when}: {len(late)} ticks, late by {figures}", file=sys.stderr)


async def blocking_ticker(p):
    """A task that ticks each millisecond beside n calls of 10 ms on up to 512 threads.

    The figure is the 99th percentile of lateness.
    """
    asyncio.get_running_loop().set_default_executor(concurrent.futures.ThreadPoolExecutor(THREADS))
    lasts = False

    async def tick(least):
        late = []
        while len(late) < least or lasts:
            due = time.perf_counter() + PERIOD
            await asyncio.sleep(PERIOD)
            late.append(time.perf_counter() - due)
        return late

    alone = await tick(TICKS_ALONE)
    lasts = True
    ticking = asyncio.create_task(tick(1))
    begin = time.perf_counter()
    await asyncio.gather(*(asyncio.to_thread(time.sleep, CALL_SECONDS) for _ in range(p.n)))
    seconds = time.perf_counter() - begin
    lasts = False
    beside = await ticking
    show("alone", alone)
    show("beside the calls", beside)
    return Outcome(p.n, seconds, percentile(beside, 990) * 1e9)
