"""The figures as TSV, as a Markdown table, and their ratios."""

import math

# Where the figure of a workload is not nanoseconds for one operation: the unit, and what makes it of a Run.
UNITS = {
    "skynet": ("ms", lambda figure: figure.median("seconds") * 1e3),
    "million_sleep": ("ms over", lambda figure: figure.median("seconds") * 1e3),
    "million_sleep2": ("ms over", lambda figure: figure.median("seconds") * 1e3),
}
WITH_MEMORY = {"million_sleep", "million_sleep2"}


def unit(workload):
    return UNITS.get(workload, ("ns", None))[0]


def value(workload, figure):
    """What is told of a figure, and compared; None where there is none."""
    if not figure.runs:
        return None
    _, of = UNITS.get(workload, ("ns", None))
    return of(figure) if of else figure.median("ns_per_op")


def number(x):
    """Three digits, and all of those before the point."""
    if x is None:
        return ""
    if x >= 100:
        return f"{x:,.0f}"
    return f"{x:.1f}" if x >= 10 else f"{x:.2f}"


def tsv(results, programs):
    """One line for each run."""
    lines = ["workload\toptions\tprogram\tn\tseconds\tns_per_op\tpeak_kb\tothers\tnote"]
    for case, figures in results.items():
        for each in programs:
            figure = figures[each.name]
            start = f"{case.workload}\t{' '.join(case.options)}\t{each.name}\t"
            for run in figure.runs:
                lines.append(f"{start}{run.n}\t{run.seconds:.6f}\t{run.ns_per_op:.1f}\t{run.peak_kb}\t{run.others:.2f}\t")
            if figure.why:
                lines.append(f"{start}\t\t\t\t\t{figure.why}")
    return "\n".join(lines) + "\n"


def markdown(results, programs):
    """A row for each case: the medians, and behind those of peers how many times ours that is. Below it why some are
    missing, and which runs were disturbed."""
    ours, *peers = programs
    head = ["workload", "unit", ours.title, *(each.title for each in peers)]
    lines = ["| " + " | ".join(head) + " |", "|---|---|" + "---:|" * len(programs)]
    notes = []
    for case, figures in results.items():
        mine = value(case.workload, figures[ours.name])
        cells = [case.label, unit(case.workload)]
        for each in programs:
            figure = figures[each.name]
            its = value(case.workload, figure)
            cell = number(its)
            if its is not None and case.workload in WITH_MEMORY:
                cell += f"; {figure.median('peak_kb') / 1024:,.0f} MB"
            if its is not None and each is not ours and mine:
                cell += f" ({its / mine:.1f}×)"
            if its is None:
                cell = "–"
                notes.append(f"{case.label}, {each.title}: {figure.why}.")
            elif any(run.others > 0.1 for run in figure.runs):
                cell += " *"
            cells.append(cell)
        lines.append("| " + " | ".join(cells) + " |")
    means = ["geometric mean of the ratios", "", ""]
    for each in peers:
        ratio = mean_ratio(results, ours, each)
        means.append("" if ratio is None else f"{ratio:.1f}×")
    if peers:
        lines.append("| " + " | ".join(means) + " |")
    text = "\n".join(lines) + "\n"
    if "*" in text:
        text += "\n\\* Others used more than a tenth of a processor during a run.\n"
    if notes:
        text += "\n" + "\n".join(f"- {note}" for note in notes) + "\n"
    return text


def mean_ratio(results, ours, peer):
    logs = []
    for case, figures in results.items():
        mine, its = value(case.workload, figures[ours.name]), value(case.workload, figures[peer.name])
        if mine and its:
            logs.append(math.log(its / mine))
    return math.exp(sum(logs) / len(logs)) if logs else None
