#!/usr/bin/env python3
"""Runs one of the project's benchmark workloads as an asyncio program would be written for it.

    bench.py WORKLOAD [--n N] [--threads T] [--capacity C] [--work D]

Prints one line of six fields with tabs between them, as the project's bench does:

    asyncio WORKLOAD n seconds ns_per_op peak_rss_kb

(one for each part of it, where a workload stands for several). ns_per_op is seconds over the number of operations, but
for latencies the median, for blocking_ticker the 99th percentile of lateness, and for idle_cpu the CPU time in a
second. Latencies have two more lines, with the 99th and the 99.9th percentile as ns_per_op of WORKLOAD_p99 and
WORKLOAD_p999. Sums and counts are checked. Exit status: 0 the work was done, 1 it was not, 2 wrong usage, 3 the
workload does not apply to asyncio.

An event loop is one thread: --threads is taken and changes nothing. Nothing here leaves cycles of references, so the
collector of cycles, which would look through a million tasks again and again, is off.
"""

import asyncio
import gc
import sys
from collections import namedtuple

import blocking
import channels
import idle
import load
import tasks
from measure import NotApplicable, NotDone, Params, WrongUsage, calibrate

# Defaults of n and capacity, whether there is a variant with computing per item, and the default of its nanoseconds.
Workload = namedtuple("Workload", "run n capacity works each", defaults=(None, False, 0))


def not_applicable(reason):
    """Stands in the list so that a driver gets a clear answer."""

    async def run(_):
        raise NotApplicable(reason)

    return run


ONE_THREAD = not_applicable("an event loop is one thread: no other one could run the task that is woken")

WORKLOADS = {
    "pingpong_unbuffered": Workload(channels.pingpong, 1_000_000, 1),
    "spsc_buffered": Workload(channels.spsc, 10_000_000, 64, True),
    "mpsc": Workload(channels.mpsc, 8_000_000, 64, True),
    "mpmc": Workload(channels.mpmc, 8_000_000, 64, True),
    "select": Workload(channels.select, 4_000_000, 16, True),
    "ring": Workload(channels.ring, 5_000_000, 1),
    "spawn_join": Workload(tasks.spawn_join, 1_000_000, None, True),
    "skynet": Workload(tasks.skynet, 1),
    "million_sleep": Workload(tasks.sleep_ten_seconds, 1_000_000),
    "million_sleep2": Workload(tasks.sleep_two_seconds, 1_000_000),
    "pipeline": Workload(channels.pipeline, 4_000_000, 64, True),
    "blocking": Workload(blocking.blocking, 100_000),
    "blocking_ticker": Workload(blocking.blocking_ticker, 10_000),
    "fib": Workload(tasks.fib, 7_049_155),
    "fib_inline": Workload(tasks.fib_inline, 7_049_155),
    "handoff_parked": Workload(ONE_THREAD, 1000),
    "handoff_lingering": Workload(ONE_THREAD, 1000),
    "futex_handover": Workload(not_applicable("it measures the machine, not asyncio"), 1000),
    "foreign_wake": Workload(ONE_THREAD, 1000),
    "request_load": Workload(load.request_load, 100_000, None, True, 20_000),
    "timer_accuracy": Workload(load.timer_accuracy, 2000),
    "idle_cpu": Workload(idle.idle_cpu, 60),
}

# Names for several workloads, which are run one after another.
SUITES = {"handoff_latency": ("handoff_parked", "handoff_lingering")}

UNITS = {"ns": 1, "us": 1000, "ms": 1_000_000}


def number(option, text, least):
    if not text.isascii() or not text.isdigit() or int(text) < least:
        raise WrongUsage(f"{option}: expected a number from {least}, found '{text}'")
    return int(text)


def nanoseconds(option, text):
    if text[-2:] not in UNITS:
        raise WrongUsage(f"{option}: expected a time such as 1us (ns, us or ms), found '{text}'")
    return number(option, text[:-2], 1) * UNITS[text[-2:]]


def read_options(name, words):
    chosen = WORKLOADS[name]
    values = {"n": chosen.n, "capacity": chosen.capacity, "nanoseconds_of_work": chosen.each}
    for option, value in zip(words[::2], words[1::2]):
        if option == "--n":
            values["n"] = number(option, value, 1)
        elif option == "--threads":
            number(option, value, 1)
        elif option == "--capacity":
            values["capacity"] = number(option, value, 0)
        elif option == "--work" and chosen.works:
            values["nanoseconds_of_work"] = nanoseconds(option, value)
        else:
            raise WrongUsage(f"{name} does not take '{option}'")
    if len(words) % 2:
        raise WrongUsage(f"an option without its value: '{words[-1]}'")
    if chosen.capacity and not values["capacity"]:
        raise NotApplicable("asyncio has no rendezvous channel: the least capacity is 1")
    return Params(**values, work=calibrate(values["nanoseconds_of_work"]))


def peak_rss_kb():
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


def run(words):
    if not words:
        raise WrongUsage("no workload given")
    for name in SUITES.get(words[0], words[:1]):
        if name not in WORKLOADS:
            raise WrongUsage(f"there is no workload '{name}'")
        o = asyncio.run(WORKLOADS[name].run(read_options(name, words[1:])))
        lines = {name: o.ns_per_op, **{f"{name}_{further}": figure for further, figure in o.further.items()}}
        for line, figure in lines.items():
            print("asyncio", line, o.n, f"{o.seconds:.6f}", f"{figure:.1f}", peak_rss_kb(), sep="\t", flush=True)


def main():
    gc.disable()
    try:
        run(sys.argv[1:])
    except NotDone as problem:
        message, status = problem, 1
    except WrongUsage as problem:
        message, status = f"{problem}\n{usage()}", 2
    except NotApplicable as problem:
        message, status = f"not applicable: {problem}", 3
    else:
        return
    print(f"bench: {message}", file=sys.stderr)
    sys.exit(status)


def usage():
    return (
        "usage: bench.py WORKLOAD [--n N] [--threads T] [--capacity C] [--work D]\n"
        f"D is a time of computing per item, for example 1us. Workloads: {' '.join(sorted([*WORKLOADS, *SUITES]))}"
    )


if __name__ == "__main__":
    main()
