"""The figures as TSV, as a Markdown table, and their ratios."""

import math

WITH_MEMORY = {"million_sleep", "million_sleep2"}
LATENCIES = ("handoff_", "caf_handoff", "foreign_wake", "futex_handover", "request_load", "timer_accuracy")


def unit(workload):
    """What is told of a workload where it is not nanoseconds for an operation."""
    if workload == "skynet":
        return "ms"
    if workload in WITH_MEMORY:
        return "ms over"
    return "µs" if workload.startswith(LATENCIES) else "ns"


def value(workload, figure):
    """The median in that unit; None where there is no run."""
    if not figure.runs:
        return None
    if unit(workload).startswith("ms"):
        return figure.median("seconds") * 1e3
    return figure.median("ns_per_op") / (1e3 if unit(workload) == "µs" else 1)


def number(x):
    """Three digits, and all of those before the point."""
    if x is None:
        return ""
    if x >= 100:
        return f"{x:,.0f}"
    return f"{x:.1f}" if x >= 10 else f"{x:.2f}"


HEAD = "workload\toptions\tprogram\tn\tseconds\tns_per_op\tpeak_kb\tothers\tnote"


def tsv(results, programs):
    """A line for each run, and for each program that has none."""
    lines = []
    for case, figures in results.items():
        for each in programs:
            figure = figures[each.name]
            start = f"{case.workload}\t{' '.join(case.options)}\t{each.name}\t"
            for run in figure.runs:
                lines.append(f"{start}{run.n}\t{run.seconds:.6f}\t{run.ns_per_op:.1f}\t{run.peak_kb}\t{run.others:.2f}\t")
            if figure.why:
                lines.append(f"{start}\t\t\t\t\t{figure.why}")
    return lines


def cell(case, figure, mine=None):
    """The median; behind it the ratio to `mine`, where that is given, and a mark where others disturbed a run."""
    its = value(case.workload, figure)
    if its is None:
        return "–"
    text = number(its)
    if case.workload in WITH_MEMORY:
        text += f"; {figure.median('peak_kb') / 1024:,.0f} MB"
    if mine:
        text += f" ({its / mine:.1f}×)"
    return text + (" *" if figure.disturbed else "")


def table(head, rows, left):
    """`left`: how many columns are words."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * left + "---:|" * (len(head) - left)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def with_notes(lines, results, programs):
    """Below a table: what the mark means, and why some figures are missing."""
    text = "\n".join(lines) + "\n"
    if any(figure.disturbed for figures in results.values() for figure in figures.values()):
        text += "\n\\* Others used more than a tenth of a processor during a run.\n"
    notes = {}  # by program and reason: the workloads
    for case, figures in results.items():
        for each in programs:
            if not figures[each.name].runs and not case.workload.endswith(("_p99", "_p999")):
                notes.setdefault((each.title, figures[each.name].why), []).append(case.label)
    if notes:
        text += "\n" + "\n".join(f"- {title}, {', '.join(names)}: {why}." for (title, why), names in notes.items()) + "\n"
    return text


def markdown(results, programs, mean=True):
    """A row for each case: the medians, and behind those of peers how many times ours that is; and their mean."""
    ours, *peers = programs
    rows = []
    for case, figures in results.items():
        mine = value(case.workload, figures[ours.name])
        rows.append([case.label, unit(case.workload), cell(case, figures[ours.name]),
                     *(cell(case, figures[each.name], mine) for each in peers)])
    if peers and mean:
        means = [mean_ratio(results, ours, each) for each in peers]
        rows.append(["geometric mean of the ratios", "", "", *("" if each is None else f"{each:.1f}×" for each in means)])
    lines = table(["workload", "unit", ours.title, *(each.title for each in peers)], rows, 2)
    return with_notes(lines, results, programs)


def by_threads(results, programs):
    """A row for each workload, a column for each number of workers; of the first program alone."""
    ours = programs[0]
    rows, counts = {}, []
    for case, figures in results.items():
        options = dict(zip(case.options[::2], case.options[1::2]))
        count = options.pop("--threads")
        if count not in counts:
            counts.append(count)
        rows.setdefault((case.workload, options.get("--work", "")), {})[count] = cell(case, figures[ours.name])
    lines = table(["workload", "unit", *(f"{count} workers" if count != "1" else "1 worker" for count in counts)],
                  [[f"{name} {work}".strip(), unit(name), *(row.get(count, "") for count in counts)]
                   for (name, work), row in rows.items()], 2)
    return with_notes(lines, results, programs[:1])


def mean_ratio(results, ours, peer):
    logs = []
    for case, figures in results.items():
        mine, its = value(case.workload, figures[ours.name]), value(case.workload, figures[peer.name])
        if mine and its:
            logs.append(math.log(its / mine))
    return math.exp(sum(logs) / len(logs)) if logs else None
