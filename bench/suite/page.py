"""Puts the tables and charts of the last run of everything into a page of docs."""

import pathlib
import re
import shutil

import plan
import report

BEGIN, END = "<!-- figures -->", "<!-- /figures -->"


def parts_of(table):
    """What the run says of itself, and for each title of a part what stands below it."""
    head, *parts = re.split(r"^## ", table, flags=re.MULTILINE)
    return head.strip().splitlines(), {title: text.strip() for title, text in (part.split("\n", 1) for part in parts)}


def targets(rows):
    """Beside each target of plan.TARGETS what was measured, by the rows of the table."""
    lines = []
    for name, target in plan.TARGETS.items():
        unit, here = rows[name]
        measured = float(here.split(";")[0].replace(",", "").rstrip(" *"))
        lines.append([name, unit, str(target), here, f"{measured / target:.2f}×"])
    return "\n".join(report.table(["workload", "unit", "target", "libactors", "of the target"], lines, 2))


def figures(folder, page, sections, command):
    """The text between the marks, and the charts that it shows. `command`: what measures all of it."""
    table = folder / "table.md"
    if not table.exists():
        raise RuntimeError(f"there is no {table}: measure everything with {command}, then write the page")
    said, parts = parts_of(table.read_text(encoding="utf-8"))
    missing = [section.title for section in sections if section.title not in parts]
    if missing:
        raise RuntimeError(f"the last run has no part '{missing[0]}', and the page shows all of them: measure everything "
                           f"with {command}, then write the page")
    text, charts = [" ".join(said[:3]) + "\n\n" + "\n".join(f"- {line}" for line in said[3:])], []
    for section in sections:
        chart = folder / f"{section.name}.svg"
        what, rest = parts[section.title].split("\n\n", 1)
        if section.has_chart:
            charts.append(chart)
            rest = f"![Times as long as libactors: {section.title.lower()}]({page.stem}/{chart.name})\n\n{rest}"
        text.append(f"## {section.title}\n\n{what}\n\n{rest}")
    if not set(plan.TARGETS).issubset(case.workload for case in sections[0].cases):
        return "\n\n".join(text), charts
    rows = {row[0]: row[1:] for row in re.findall(r"^\| (\w+) \| ([^|]*) \| ([^|]*) \|", parts[sections[0].title],
                                                  re.MULTILINE)}
    text.insert(2, f"## Targets\n\nWhat was aimed at, of the figures above.\n\n{targets(rows)}")
    return "\n\n".join(text), charts


def write(folder, page, sections, command):
    """`folder`: where the run was written."""
    text, charts = figures(folder, page, sections, command)
    before, rest = page.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
    shown = page.parent / page.stem
    shown.mkdir(exist_ok=True)
    for chart in charts:
        shutil.copy(chart, shown / chart.name)
