"""What is measured where nothing is asked for: the parts of the page docs/benchmarks.md."""

import dataclasses
import os

import peers
from measure import Case

USUAL = ["pingpong_unbuffered", "spsc_buffered", "mpsc", "mpmc", "select", "ring", "spawn_join", "skynet",
         "million_sleep2", "pipeline", "blocking", "fib"]
# What is aimed at, in the unit of the workload.
TARGETS = {"pingpong_unbuffered": 30, "spsc_buffered": 10, "mpsc": 12, "mpmc": 18, "select": 35, "ring": 35, "spawn_join": 50,
           "skynet": 100, "million_sleep2": 300, "pipeline": 30, "blocking": 500, "fib": 25}
WITH_WORK = ["spsc_buffered", "mpsc", "mpmc", "select", "pipeline", "spawn_join"]
# The suite for actors, and what making one costs.
SAVINA = ["savina_" + name for name in (
    "pingpong", "thread_ring", "counting", "fork_join_create", "fork_join_throughput", "chameneos", "big",
    "concurrent_dictionary", "sorted_list", "bounded_buffer", "philosophers", "barber", "smokers", "bank", "sieve", "uct",
    "logistic_map", "matrix")]
CAF_PROGRAMS = ["caf_pingpong", "caf_fanout", "caf_requests", "caf_mixed", "caf_handoff", "caf_handoff_parked",
                "caf_handoff_lingering", "caf_idle"]
LATENCIES = ["handoff_parked", "handoff_lingering", "foreign_wake", "request_load", "timer_accuracy"]
LIMITS = ["exchange", "lock", "allocation", "clock", "cache_line", "futex_handover"]
WORKERS = [1, 2, 4, 8, 16]


@dataclasses.dataclass
class Section:
    title: str
    text: str
    cases: list
    ours_alone: bool = False
    runs: int | None = None  # None: as many as are asked for
    mean: bool = True  # of the ratios
    by_threads: bool = False  # a column for each number of workers, in place of one for each program
    programs: list | None = None  # None: those that are asked for

    @property
    def name(self):
        return self.title.lower().replace(" ", "-").replace("'", "")

    @property
    def has_chart(self):
        return not self.ours_alone and len(self.cases) > 1


def with_work(name, work, items):
    return Case(name, ("--work", work, "--n", str(items)))


def sections():
    workers = [each for each in WORKERS if each <= max(16, os.cpu_count() or 1)]
    return [
        Section("Without work in the items", "Two workers. Nanoseconds for an operation, but where the unit says otherwise.",
                [Case(name) for name in USUAL]),
        Section("With work in the items",
                "The same with 1 µs and 10 µs of computing for each item, where it can be done side by side.",
                [with_work(name, "1us", 1_000_000) for name in WITH_WORK] +
                [with_work(name, "10us", 200_000) for name in WITH_WORK]),
        Section("Latency",
                "Medians, and the 99th and 99.9th percentile. handoff: a task sends to one that waits, and computes on; the "
                "other worker is asleep, or has just run out of work. foreign_wake: a thread that is no worker starts a "
                "task. request_load: requests to servers that compute for 20 µs, at half of what the workers can do. "
                "timer_accuracy: how late a sleep of 1 to 3 ms ends. idle_cpu: nanoseconds of CPU time in a second without "
                "anything to do.",
                [Case(name) for name in LATENCIES] + [Case("idle_cpu", ("--n", "20"))], mean=False),
        Section("A minute without work", "Nanoseconds of CPU time in a second.", [Case("idle_cpu")], ours_alone=True, runs=1),
        Section("Scaling", "libactors with so many workers; nanoseconds for an operation.",
                [Case(name, ("--threads", str(count))) for name in USUAL for count in workers], ours_alone=True,
                by_threads=True),
        Section("Scaling with work in the items", "The same with 1 µs of computing for each item.",
                [Case(name, ("--work", "1us", "--n", "1000000", "--threads", str(count)))
                 for name in WITH_WORK for count in workers], ours_alone=True, by_threads=True),
        Section("What the machine allows",
                "An atomic exchange, an uncontended std::mutex locked and unlocked, 64 bytes allocated and freed, the clock "
                "read, a cache line handed from one processor to the other, a sleeping thread woken on the other one.",
                [Case(name) for name in LIMITS], ours_alone=True),
    ]


def asked_for(given):
    """One section of the workloads, times of computing and numbers of workers that are named."""
    found = []
    for name in given.workloads or USUAL:
        for work in given.work or ["0"]:
            if work != "0" and name not in WITH_WORK + ["request_load", "queue", "mutex_contended", "stages"]:
                continue
            for threads in given.threads:
                options = ("--threads", threads) if threads else ()
                options += ("--work", work) if work != "0" else ()
                options += ("--n", str(given.n)) if given.n else ()
                found.append(Case(name, options))
    return Section("", "", found)


def actor_sections():
    """Of the page docs/benchmarks-actors.md."""
    return [
        Section("Savina",
                "The suite for actors: our actors, CAF's on CAF's scheduler, and CAF's on our workers; two workers, the "
                "published sizes. Nanoseconds for an operation: a message, a request, an actor, or what else the workload "
                "counts.",
                [Case(name) for name in SAVINA], programs=[peers.OURS, *peers.ACTORS]),
        Section("Making an actor", "Nanoseconds for one that is made, runs, and ends at once.", [Case("actor_create")],
                programs=[peers.OURS, *peers.ACTORS], mean=False),
        Section("CAF's programs",
                "The same program with CAF's scheduler and with ours. Nanoseconds for a message or a request; caf_handoff: a "
                "busy actor sends, computes for 1 ms, and the other worker has been idle for 100 ms, for 4 ms (parked), or "
                "for 10 µs (lingering). The lines that end in _cpu have the processor time for an operation. caf_idle: CPU "
                "time in a second of a system that waits for a message and a timer.",
                [Case(name) for name in CAF_PROGRAMS], programs=[peers.OUR_SCHEDULER, peers.CAF_SCHEDULER], mean=False),
        Section("Ports and stages",
                "Nanoseconds for a value. spsc_buffered: over a channel between two tasks; actor_channel: between two "
                "actors that were given its ends; port_message: over the ports of two actors; stages: of ten stages that "
                "add one, for each stage.",
                [Case("spsc_buffered"), Case("actor_channel"), Case("port_message"), Case("stages")], ours_alone=True),
    ]
