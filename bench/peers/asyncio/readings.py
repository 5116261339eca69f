"""Latencies that one workload has measured, and what is told of them."""

import sys

from measure import Outcome, expect

# A machine shared with others delays some wake-ups by itself: how many it were tells whether a run can show a tail.
LATE_FROM = 0.001


def percentile(latencies, of_thousand):
    """The nearest rank, of sorted figures."""
    return latencies[max(1, (len(latencies) * of_thousand + 999) // 1000) - 1]


def finish(name, n, seconds, latencies):
    """The median, as the figure of an operation, and further the 99th and the 99.9th percentile.

    Prints what the lines on stdout do not say. The latencies are in seconds; there has to be one for each of n.
    """
    expect("latencies measured", len(latencies), n)
    taken = sorted(latencies)
    p50, p90, p99, p999, longest = (percentile(taken, rank) for rank in (500, 900, 990, 999, 1000))
    ranks = {"p50": p50, "p90": p90, "p99": p99, "p99.9": p999, "max": longest}
    figures = ", ".join(f"{rank} {figure * 1e6:.1f} us" for rank, figure in ranks.items())
    print(f"{name}: {figures}; {sum(each > LATE_FROM for each in taken)} over 1 ms", file=sys.stderr)
    return Outcome(n, seconds, p50 * 1e9, {"p99": p99 * 1e9, "p999": p999 * 1e9})
