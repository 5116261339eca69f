"""What the workloads share: settings, results, checks, computing per item."""

import dataclasses
import time


class WrongUsage(Exception):
    """The options make no sense; the message says why."""


class NotDone(Exception):
    """The work was not all done."""


class NotApplicable(Exception):
    """The workload does not apply to asyncio."""


@dataclasses.dataclass(frozen=True)
class Params:
    """The settings of one run. What a workload does not know is not looked at, except work, which is refused."""

    n: int
    capacity: int
    work: int  # steps of computing per item
    nanoseconds_of_work: int  # what they take


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a workload reports: the size it really had, the seconds that count, nanoseconds of one operation.

    And further figures of that kind, by name.
    """

    n: int
    seconds: float
    ns_per_op: float
    further: dict = dataclasses.field(default_factory=dict)


def outcome(n, begin, operations):
    """The outcome of that many operations since `begin`, a time of perf_counter."""
    seconds = time.perf_counter() - begin
    return Outcome(n, seconds, seconds / operations * 1e9)


def compute(work, seed):
    """Computes that many steps, each of which depends on the one before."""
    for _ in range(work):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
    return seed


def calibrate(nanoseconds):
    """The number of steps that take that long. The fastest of several trials counts: the others were disturbed."""
    if not nanoseconds:
        return 0
    steps = 200_000

    def trial(seed):
        begin = time.perf_counter_ns()
        compute(steps, seed)
        return time.perf_counter_ns() - begin

    return max(1, nanoseconds * steps // min(trial(seed) for seed in range(10)))


def expect(what, got, want):
    if got != want:
        raise NotDone(f"{what}: got {got}, want {want}")


def sum_below(n):
    """0 + 1 + ... + n-1."""
    return n * (n - 1) // 2
