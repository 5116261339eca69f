"""Runs the programs in turns, and keeps what they say."""

import dataclasses
import os
import statistics
import subprocess

NOT_AVAILABLE = 3  # exit status of a program for a workload that it does not have


@dataclasses.dataclass(frozen=True)
class Case:
    """What is measured: a workload with its options, as the programs take them."""

    workload: str
    options: tuple = ()

    @property
    def label(self):
        return " ".join([self.workload, *self.options])


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
    """The runs of one program for one case; where there are none, `why`."""

    runs: list
    why: str = ""

    def median(self, of):
        return statistics.median(getattr(run, of) for run in self.runs)

    @property
    def spread(self):
        """How far the runs are apart, as a part of their median."""
        values = [run.ns_per_op for run in self.runs]
        middle = statistics.median(values)
        return (max(values) - min(values)) / middle if middle else 0.0


def cpu_seconds():
    """What all processors have computed so far, for anybody."""
    with open("/proc/stat", encoding="ascii") as file:
        fields = [int(field) for field in file.readline().split()[1:]]
    user, nice, system, _idle, _iowait, irq, softirq, steal = fields[:8]
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def run_once(command, limit):
    """One run: a Run, or why there is none. Raises RuntimeError where the work was not done."""
    before, own_before = cpu_seconds(), os.times()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return f"takes more than {limit:.0f} s"
    own = os.times()
    if done.returncode == NOT_AVAILABLE:
        lines = done.stderr.strip().splitlines()
        return lines[-1] if lines else "it does not have this workload"
    if done.returncode != 0 or not done.stdout:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    used = own.children_user - own_before.children_user + own.children_system - own_before.children_system
    elapsed = max(own.elapsed - own_before.elapsed, 1e-3)
    return read(done.stdout, max(0.0, (cpu_seconds() - before - used) / elapsed))


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
            raise RuntimeError(f"a line of another workload than '{workload}': {line}")
    return run


def undisturbed(command, limit, allowed, attempts=3):
    """A run beside which others used little; the best of some attempts where there is none."""
    best = None
    for _ in range(attempts):
        run = run_once(command, limit)
        if isinstance(run, str) or run.others <= allowed:
            return run
        if best is None or run.others < best.others:
            best = run
    return best


def measure(case, programs, runs, limit=120.0, allowed=0.1, say=lambda text: None):
    """The figures of `programs` (each with `name`, `program` and `options`) for a case, by case and name: that case, and
    one for each further line that they print. They run in turns, so that what disturbs the machine hits all alike."""
    figures = {each.name: Figure([]) for each in programs}
    for number in range(1, runs + 1):
        for each in programs:
            figure = figures[each.name]
            if figure.why:
                continue
            say(f"{case.label}: {each.name}, run {number} of {runs}")
            run = undisturbed([*each.program, case.workload, *each.options, *case.options], limit, allowed)
            if isinstance(run, str):
                figure.why = run
            else:
                figure.runs.append(run)
    found = {case: figures}
    for name in dict.fromkeys(name for figure in figures.values() for run in figure.runs for name in run.further):
        found[Case(f"{case.workload}_{name}", case.options)] = {
            program: Figure([dataclasses.replace(run, ns_per_op=run.further[name]) for run in figure.runs], figure.why)
            for program, figure in figures.items()}
    return found
