"""What an event loop costs that has nothing to do."""

import asyncio
import os
import sys
import threading
import time

from measure import Outcome, expect, sum_below

LETTERS = 1000
SETTLING = 1.0


def look(thread):
    """(nanoseconds of CPU time, context switches) of a thread of this process so far."""
    with open(f"/proc/self/task/{thread}/schedstat", encoding="ascii") as schedstat:
        cpu_time = int(schedstat.read().split()[0])
    with open(f"/proc/self/task/{thread}/status", encoding="ascii") as status:
        return cpu_time, sum(int(line.split()[1]) for line in status if "ctxt_switches:" in line)


async def some_work():
    """Some of everything that can leave something running: tasks, queues, timers."""
    queue = asyncio.Queue(4)

    async def send(i):
        await asyncio.sleep(0.00001)
        await queue.put(i)

    senders = [asyncio.create_task(send(i)) for i in range(LETTERS)]
    total = 0
    for _ in senders:
        total += await queue.get()
    expect("sum of the letters", total, sum_below(LETTERS))


async def idle_cpu(p):
    """The figure is the CPU time in a second; what woke up stands on stderr. One task waits for an item, one sleeps.

    A thread that is no part of the loop looks at the one that runs it.
    """
    await some_work()
    receiving = asyncio.create_task(asyncio.Queue().get())
    sleeping = asyncio.create_task(asyncio.sleep(3600 * 24))
    loop, ended, loop_thread = asyncio.get_running_loop(), asyncio.Event(), threading.get_native_id()
    figures = []

    def watch():
        time.sleep(SETTLING)
        before, begin = look(loop_thread), time.perf_counter()
        time.sleep(p.n)
        seconds, after = time.perf_counter() - begin, look(loop_thread)
        figures.extend((seconds, after[0] - before[0], after[1] - before[1]))
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=watch).start()
    await ended.wait()
    receiving.cancel()
    sleeping.cancel()
    seconds, used, switches = figures
    threads = len(os.listdir("/proc/self/task"))
    activity = f"{switches} context switches, {used / 1e6:.3f} ms of CPU time in {seconds:.1f} s"
    print(f"idle_cpu: {threads} threads, {activity}", file=sys.stderr)
    return Outcome(p.n, seconds, used / seconds)
