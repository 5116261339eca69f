"""Bars as SVG: how long each program takes for a workload, as a multiple of the shortest."""

import html

from report import number, unit, value

WIDTH, LEFT, RIGHT, BAR, GAP, HEAD = 640, 110, 150, 16, 6, 34
STYLE = """
  text { font: 12px sans-serif; fill: #24292f; }
  .title { font-weight: bold; }
  .ours { fill: #1a7f64; }
  .peer { fill: #9aa4b1; }
  .note { fill: #6a737d; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .note { fill: #9da7b1; } .peer { fill: #57606a; } .ours { fill: #2ea98a; }
  }
"""


def bars(case, figures, programs):
    """One chart. The bars are linear from zero: one that is twice as long took twice as long. Those that are longer than
    the chart are cut, and marked."""
    rows = [(each, value(case.workload, figures[each.name])) for each in programs]
    known = [its for _, its in rows if its is not None]
    if not known:
        return None
    mine = rows[0][1] or min(known)
    full = min(max(known), 12 * mine)
    room = WIDTH - LEFT - RIGHT
    height = HEAD + len(rows) * (BAR + GAP) + 8
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
             f'viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{html.escape(case.label)}">',
             f"<style>{STYLE}</style>",
             f'<text class="title" x="8" y="20">{html.escape(case.label)}, {unit(case.workload)}</text>']
    for index, (each, its) in enumerate(rows):
        y = HEAD + index * (BAR + GAP)
        base = y + BAR - 4
        parts.append(f'<text x="{LEFT - 8}" y="{base}" text-anchor="end">{html.escape(each.title)}</text>')
        if its is None:
            parts.append(f'<text class="note" x="{LEFT}" y="{base}">not available</text>')
            continue
        length = max(1.0, room * min(its, full) / full)
        kind = "ours" if index == 0 else "peer"
        parts.append(f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}" rx="2"/>')
        cut = " … " if its > full else " "
        times = f" ({its / mine:.1f}×)" if index else ""
        parts.append(f'<text x="{LEFT + length + 4:.1f}" y="{base}">{cut}{number(its)}{times}</text>')
    parts.append("</svg>")
    return "\n".join(parts) + "\n"
