"""A picture of a section as SVG: for each workload how many times as long as the library each peer takes."""

import html
import math

from report import value

WIDTH, LEFT, RIGHT, ROW, HEAD, FOOT = 860, 210, 24, 26, 64, 40
# Colours that people with any kind of colour vision can tell apart (Okabe and Ito, "Color universal design", 2008), and
# shapes for those that are alike in print.
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#7a7a7a", "#8a5a2b", "#5d3fa0"]
STYLE = """
  text { font: 12px sans-serif; fill: #24292f; }
  .title { font-weight: bold; font-size: 14px; }
  .faint { fill: #6a737d; }
  .line { stroke: #d0d7de; } .ours { stroke: #24292f; stroke-width: 2; } .row { fill: #f6f8fa; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .faint { fill: #9da7b1; } .line { stroke: #3d444d; } .ours { stroke: #e6edf3; }
    .row { fill: #151b23; }
  }
"""


def mark(index, x, y):
    """One of the shapes: a circle, a square, a triangle, in turns."""
    colour = COLOURS[index % len(COLOURS)]
    if index % 3 == 0:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour}"/>'
    if index % 3 == 1:
        return f'<rect x="{x - 4.5:.1f}" y="{y - 4.5:.1f}" width="9" height="9" fill="{colour}"/>'
    return f'<path d="M{x:.1f},{y - 6:.1f} l6,10 h-12 z" fill="{colour}"/>'


def ticks(least, most):
    """1, 2, 5, 10, ... and their like below one, from below `least` to above `most`."""
    steps = [digit * 10.0 ** power for power in range(-6, 8) for digit in (1, 2, 5)]
    first = max(step for step in steps if step <= least)
    last = min(step for step in steps if step >= most)
    return [step for step in steps if first <= step <= last]


def ratios(results, programs):
    """Dots on a logarithmic scale; left of the line at 1 a peer is the quicker one."""
    ours, *others = programs
    rows = []
    for case, figures in results.items():
        mine = value(case.workload, figures[ours.name])
        if not mine:
            continue
        found = [(index, value(case.workload, figures[each.name])) for index, each in enumerate(others)]
        rows.append((case.label, [(index, its / mine) for index, its in found if its]))
    known = [ratio for _, dots in rows for _, ratio in dots] + [1.0]
    scale = ticks(min(known), max(known))
    if len(scale) == 1:
        scale = [0.5, 1.0, 2.0]
    low, high = math.log(scale[0]), math.log(scale[-1])
    height = HEAD + len(rows) * ROW + FOOT

    def across(ratio):
        return LEFT + (WIDTH - LEFT - RIGHT) * (math.log(ratio) - low) / (high - low)

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
             f'viewBox="0 0 {WIDTH} {height}" role="img" aria-label="Times as long as {html.escape(ours.title)}">',
             f"<style>{STYLE}</style>",
             f'<text class="title" x="8" y="20">Times as long as {html.escape(ours.title)}, from the medians</text>']
    x = 8.0
    for index, each in enumerate(others):
        parts += [mark(index, x + 6, 42), f'<text x="{x + 16:.0f}" y="46">{html.escape(each.title)}</text>']
        x += 30 + 6.6 * len(each.title)
    bottom = HEAD + len(rows) * ROW
    for row in range(0, len(rows), 2):
        parts.append(f'<rect class="row" x="0" y="{HEAD + row * ROW}" width="{WIDTH}" height="{ROW}"/>')
    for step in scale:
        kind = "ours" if step == 1 else "line"
        at = across(step)
        parts += [f'<line class="{kind}" x1="{at:.1f}" y1="{HEAD}" x2="{at:.1f}" y2="{bottom}"/>',
                  f'<text class="faint" x="{at:.1f}" y="{bottom + 16}" text-anchor="middle">{step:g}×</text>']
    for row, (label, dots) in enumerate(rows):
        y = HEAD + row * ROW + ROW / 2
        parts.append(f'<text x="{LEFT - 10}" y="{y + 4:.0f}" text-anchor="end">{html.escape(label)}</text>')
        parts += [mark(index, across(ratio), y) for index, ratio in dots]
    parts.append(f'<text class="faint" x="{LEFT}" y="{height - 8}">left of 1× the peer is quicker; '
                 "a workload that a peer does not have has no mark</text>")
    parts.append("</svg>")
    return "\n".join(parts) + "\n"
