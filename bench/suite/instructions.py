"""Instructions of one item, counted by callgrind: the same on a busy machine.

usage: instructions.py compare WITH WITHOUT [WORKLOAD...]   two bench programs beside each other, as a Markdown table
       instructions.py check PROGRAM [--update]             a bench program and the figures in bench/instructions.tsv

The instructions of one item are those of many less those of a third of them, divided by the difference; on one worker,
and with nothing that depends on how long turns take, so that the figures are the same each time. Exit status: 0, 1 where an operation takes more than is written there (or less,
so that the file has to follow), 2 where that cannot be told."""

import argparse
import datetime
import os
import pathlib
import platform
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

FIGURES = pathlib.Path(__file__).resolve().parents[1] / "instructions.tsv"
MANY = 60_000
# Operations of few instructions, of which so many take less than what the beginning of a program differs by.
MORE = {name: 600_000 for name in ["task_await", "generator", "mutex", "semaphore", "event"]}
# Two counts of one program differ by 0.6 % at most.
TOLERANCE = 0.02

COMPARED = ["spsc_buffered", "pingpong_unbuffered", "select", "mutex_contended", "event", "spawn_join", "task_await",
            "generator"]


def instructions(program, workload, items):
    with tempfile.NamedTemporaryFile() as out:
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out.name}", program, workload, "--threads", "1",
                   "--patience", "1000000ms", "--n", str(items)]
        done = subprocess.run(command, capture_output=True, text=True)
    found = re.search(r"^==\d+== Collected : (\d+)$", done.stderr, re.MULTILINE)
    if done.returncode != 0 or found is None:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    printed_n = int(done.stdout.split("\t")[2])
    return int(found[1]), printed_n


def of_one(program, workload):
    items = MORE.get(workload, MANY)
    few, few_items = instructions(program, workload, items // 3)
    many, many_items = instructions(program, workload, items)
    return (many - few) / (many_items - few_items)


def of_all(programs, workloads):
    """For each workload the figures of the programs."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        pending = {name: [pool.submit(of_one, program, name) for program in programs] for name in workloads}
        return {name: [each.result() for each in figures] for name, figures in pending.items()}


def first_line(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]


def made_with():
    return f"{platform.machine()}, g++ {first_line('g++', '-dumpfullversion')}, {first_line('valgrind', '--version')}"


def compare(given):
    names = given.workload or COMPARED
    found = of_all([given.noted, given.plain], names)
    print(f"Instructions of one item, one worker. {datetime.date.today()}, {made_with()}.\n")
    print("| workload | noted | not noted | difference |\n|---|---:|---:|---:|")
    for name, (noted, plain) in found.items():
        print(f"| {name} | {noted:.1f} | {plain:.1f} | {(noted / plain - 1) * 100:+.1f} % |")
    return 0


def read_figures():
    """What they were made with, and the figures by workload."""
    made, *lines = FIGURES.read_text(encoding="utf-8").splitlines()
    figures = {}
    for line in lines:
        name, figure = line.split("\t")
        figures[name] = float(figure)
    return made.removeprefix("# "), figures


def check(given):
    made, known = read_figures()
    here = made_with()
    if not given.update and here != made:
        print(f"bench --check: {FIGURES.name} was made with {made}; here is {here}. Such figures do not compare. "
              "Use those versions, or write new figures with --check --update.", file=sys.stderr)
        return 2
    found = {name: figures[0] for name, figures in of_all([given.program], known).items()}
    worse, better = [], []
    print("workload\tinstructions\tbefore\tdifference")
    for name, now in found.items():
        change = now / known[name] - 1
        print(f"{name}\t{now:.1f}\t{known[name]:.1f}\t{change * 100:+.1f} %")
        if abs(change) > TOLERANCE:
            (worse if change > 0 else better).append(name)
    if given.update:
        FIGURES.write_text("\n".join([f"# {here}", *(f"{name}\t{now:.1f}" for name, now in found.items())]) + "\n",
                           encoding="utf-8")
        return 0
    if worse:
        print(f"bench --check: {', '.join(worse)}: an operation takes over {TOLERANCE:.0%} more instructions than before. "
              "Take back what it was, or, where it is worth that, say why in the commit and write the new figures with "
              "./dev bench --check --update.", file=sys.stderr)
    if better:
        print(f"bench --check: {', '.join(better)}: over {TOLERANCE:.0%} fewer than before. Keep it: "
              "./dev bench --check --update writes the new figures.", file=sys.stderr)
    return 1 if worse or better else 0


def main():
    parser = argparse.ArgumentParser(prog="instructions.py")
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("compare")
    one.add_argument("noted")
    one.add_argument("plain")
    one.add_argument("workload", nargs="*")
    one.set_defaults(run=compare)
    one = commands.add_parser("check")
    one.add_argument("program")
    one.add_argument("--update", action="store_true")
    one.set_defaults(run=check)
    given = parser.parse_args()
    try:
        return given.run(given)
    except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
