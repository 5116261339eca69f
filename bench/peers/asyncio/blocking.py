"""The workloads `blocking` and `blocking_ticker` as an asyncio program would be written for them.

    blocking.py blocking|blocking_ticker [--n N]

Prints one line of six fields with tabs between them, as the project's bench does:

    asyncio WORKLOAD n seconds ns_per_op peak_rss_kb

ns_per_op is seconds over the number of calls, for blocking_ticker the 99th percentile of lateness. Sums are checked:
exit status 0 the work was done, 1 it was not.
"""

import argparse
import asyncio
import concurrent.futures
import resource
import sys
import time

IN_FLIGHT = 64
THREADS = 512
CALL_SECONDS = 0.010
PERIOD = 0.001
TICKS_ALONE = 300


async def blocking(n):
    """Trivial calls with asyncio.to_thread, 64 in flight."""
    made = 0

    async def caller(calls):
        nonlocal made
        for _ in range(calls):
            given = await asyncio.to_thread(int, 1)
            made += given

    begin = time.perf_counter()
    await asyncio.gather(*(caller(n // IN_FLIGHT) for _ in range(IN_FLIGHT)))
    seconds = time.perf_counter() - begin
    calls = n // IN_FLIGHT * IN_FLIGHT
    if made != calls:
        sys.exit(f"blocking: expected {calls} calls, found {made}")
    return calls, seconds, seconds / calls * 1e9


def percentile(late, percent):
    return sorted(late)[(len(late) * percent + 99) // 100 - 1]


def show(when, late):
    figures = ", ".join(f"p{p} {percentile(late, p) * 1e6:.0f} us" for p in (50, 90, 99))
    print(f"a task {when}: {len(late)} ticks, late by {figures}", file=sys.stderr)


async def blocking_ticker(n):
    """A task that ticks each millisecond beside n calls of 10 ms on up to 512 threads."""
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
    await asyncio.gather(*(asyncio.to_thread(time.sleep, CALL_SECONDS) for _ in range(n)))
    seconds = time.perf_counter() - begin
    lasts = False
    beside = await ticking
    show("alone", alone)
    show("beside the calls", beside)
    return n, seconds, percentile(beside, 99) * 1e9


def main():
    workloads = {"blocking": (blocking, 100_000), "blocking_ticker": (blocking_ticker, 10_000)}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workload", choices=workloads)
    parser.add_argument("--n", type=int)
    options = parser.parse_args()
    run, usual = workloads[options.workload]
    n, seconds, per_call = asyncio.run(run(options.n or usual))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print("asyncio", options.workload, n, f"{seconds:.6f}", f"{per_call:.1f}", peak, sep="\t")


if __name__ == "__main__":
    main()
