"""Runs the programs in turns, and keeps what they say."""

import dataclasses
import os
import re
import statistics
import subprocess

ALLOWED = 0.1  # processors that others may use during a run
ROUNDING = 0.03  # seconds: the system counts in steps of 10 ms, for each processor and kind of work
NOT_AVAILABLE = 3  # exit status of a program for a workload that it does not have


@dataclasses.dataclass(frozen=True)
class Case:
    """What is measured: a workload with its options, as the programs take them."""

    workload: str
    options: tuple = ()

    @property
    def label(self):
        """For tables: without the size, which is in results.tsv."""
        options = dict(zip(self.options[::2], self.options[1::2]))
        options.pop("--n", None)
        words = ", ".join(f"{name.strip('-')} {what}" for name, what in options.items())
        return f"{self.workload} ({words})" if words else self.workload


@dataclasses.dataclass
class Run:
    n: int
    seconds: float
    ns_per_op: float
    peak_kb: int
    others: float  # processors that somebody else used meanwhile, on average
    further: dict = dataclasses.field(default_factory=dict)  # ns_per_op of further lines, by what follows the workload


@dataclasses.dataclass
class Figure:
    """The runs of one program for one case; where there are none, `why`. `failed`: it did not do its work."""

    runs: list
    why: str = ""
    failed: bool = False

    def median(self, of):
        return statistics.median(getattr(run, of) for run in self.runs)

    @property
    def disturbed(self):
        return any(run.others > ALLOWED for run in self.runs)


def cpu_seconds():
    """What all processors have computed so far, for anybody."""
    with open("/proc/stat", encoding="ascii") as file:
        fields = [int(field) for field in file.readline().split()[1:]]
    user, nice, system, _idle, _iowait, irq, softirq, steal = fields[:8]
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


class NotDone(Exception):
    """A program did not do its work; with what it says of that."""


def run_once(command, workload, limit):
    """One run: a Run, or why there is none. Raises NotDone."""
    before, own_before = cpu_seconds(), os.times()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return f"takes more than {limit:.0f} s"
    own = os.times()
    if done.returncode == NOT_AVAILABLE:
        return last_words(done.stderr, workload) or "it does not have this workload"
    if done.returncode != 0 or not done.stdout:
        raise NotDone(f"ended with {done.returncode}: {last_words(done.stderr, workload) or 'it says nothing'}")
    used = own.children_user - own_before.children_user + own.children_system - own_before.children_system
    elapsed = max(own.elapsed - own_before.elapsed, 1e-3)
    return read(done.stdout, max(0.0, (cpu_seconds() - before - used - ROUNDING) / elapsed))


def last_words(text, workload):
    """The last line that a program has written, without its own name and that of the workload."""
    lines = text.strip().splitlines()
    return re.sub(rf"^(bench\w*: )?({workload}: )?", "", lines[-1]) if lines else ""


def read(text, others):
    """The lines of a program: one for the workload, and further ones whose names continue that one's."""
    run = None
    for line in text.splitlines():
        _program, name, n, seconds, ns_per_op, peak_kb = line.split("\t")
        if run is None:
            workload, run = name, Run(int(n), float(seconds), float(ns_per_op), int(peak_kb), others)
        elif name.startswith(workload + "_"):
            run.further[name[len(workload) + 1:]] = float(ns_per_op)
        else:
            raise NotDone(f"a line of another workload than '{workload}': {line}")
    return run


def undisturbed(command, workload, limit, allowed, attempts=3):
    """A run beside which others used little; the best of some attempts where there is none."""
    best = None
    for _ in range(attempts):
        run = run_once(command, workload, limit)
        if isinstance(run, str) or run.others <= allowed:
            return run
        if best is None or run.others < best.others:
            best = run
    return best


def measure(case, programs, runs, limit=120.0, allowed=ALLOWED, say=lambda text: None):
    """The figures of `programs` (each with `name`, `program` and `options`) for a case, by case and name: that case, and
    one for each further line that they print. They run in turns, so that what disturbs the machine hits all alike."""
    figures = {each.name: Figure([]) for each in programs}
    for number in range(1, runs + 1):
        for each in programs:
            figure = figures[each.name]
            if figure.why:
                continue  # it will not do better, and may have taken its time
            say(f"{case.label}: {each.name}, run {number} of {runs}")
            try:
                run = undisturbed([*each.program, case.workload, *each.options, *case.options], case.workload, limit,
                                  allowed)
            except NotDone as problem:
                run, figure.failed = str(problem), True
            if isinstance(run, str):
                figure.why = run
            else:
                figure.runs.append(run)
    found = {case: figures}
    for name in dict.fromkeys(name for figure in figures.values() for run in figure.runs for name in run.further):
        found[Case(f"{case.workload}_{name}", case.options)] = {
            program: Figure([dataclasses.replace(run, ns_per_op=run.further[name]) for run in figure.runs], figure.why,
                            figure.failed)
            for program, figure in figures.items()}
    return found
