"""Instructions of one item, and how many of them are locked, counted by callgrind: the same on a busy machine.

usage: instructions.py compare WITH WITHOUT [WORKLOAD...]   two bench programs beside each other, as a Markdown table
       instructions.py check PROGRAM [--update]             a bench program and the figures in bench/instructions.tsv

The instructions of one item are those of many less those of a third of them, divided by the difference; on one worker,
and with nothing that depends on how long turns take, so that the figures are the same each time. Exit status: 0, 1 where an operation takes more than is written there (or less,
so that the file has to follow), 2 where that cannot be told."""

import argparse
import dataclasses
import datetime
import functools
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
LOCKED_TOLERANCE = 0.05

COMPARED = ["spsc_buffered", "pingpong_unbuffered", "select", "mutex_contended", "event", "spawn_join", "task_await",
            "generator"]


@dataclasses.dataclass
class Counts:
    instructions: float
    locked: float  # of them: atomic read-modify-writes and exchanges, twenty cycles and more each

    def for_each(self, before, items):
        return Counts((self.instructions - before.instructions) / items, (self.locked - before.locked) / items)


@functools.cache
def locked_instructions(program):
    """The addresses of those in a program."""
    text = subprocess.run(["objdump", "-d", "--no-show-raw-insn", program], capture_output=True, text=True, check=True).stdout
    # An exchange with memory locks without saying so.
    return {int(address, 16) for address in
            re.findall(r"^ +([0-9a-f]+):\t(?:lock |xchg .*\(|mfence)", text, re.MULTILINE)}


def executed_at(profile, program, addresses):
    """How often the instructions of a program at some addresses were executed, as callgrind has written it down: the
    address, the line of source and the count, after the object that it lies in; what was called has a line of its own."""
    objects, here, sum_of_call, found = {}, None, False, 0
    for line in profile:
        if line.startswith("ob="):
            number, _, name = line[3:].strip().partition(" ")
            objects.setdefault(number, name)
            here = objects[number]
        elif line.startswith("cob="):
            number, _, name = line[4:].strip().partition(" ")
            objects.setdefault(number, name)
        elif line.startswith("calls="):
            sum_of_call = True
        elif line.startswith("0x"):
            if not sum_of_call and here == program:
                address, _, count = line.split()
                if int(address, 16) in addresses:
                    found += int(count)
            sum_of_call = False
    return found


def count(program, workload, items):
    """Of a run, and how many items it really had."""
    program = os.path.realpath(program)
    with tempfile.NamedTemporaryFile("r") as out:
        command = ["valgrind", "--tool=callgrind", "--dump-instr=yes", "--compress-pos=no",
                   f"--callgrind-out-file={out.name}", program, workload, "--threads", "1", "--patience", "1000000ms",
                   "--n", str(items)]
        done = subprocess.run(command, capture_output=True, text=True)
        total = re.search(r"^==\d+== Collected : (\d+)$", done.stderr, re.MULTILINE)
        if done.returncode != 0 or total is None:
            raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
        locked = executed_at(out, program, locked_instructions(program))
    return Counts(int(total[1]), locked), int(done.stdout.split("\t")[2])


def of_one(program, workload):
    items = MORE.get(workload, MANY)
    few, few_items = count(program, workload, items // 3)
    many, many_items = count(program, workload, items)
    return many.for_each(few, many_items - few_items)


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
        change = noted.instructions / plain.instructions - 1
        print(f"| {name} | {noted.instructions:.1f} | {plain.instructions:.1f} | {change * 100:+.1f} % |")
    return 0


def read_figures():
    """What they were made with, and the counts by workload."""
    made, _, *lines = FIGURES.read_text(encoding="utf-8").splitlines()
    figures = {}
    for line in lines:
        name, instructions, locked = line.split("\t")
        figures[name] = Counts(float(instructions), float(locked))
    return made.removeprefix("# "), figures


def write_figures(made, figures):
    lines = [f"# {made}", "workload\tinstructions\tlocked"]
    lines += [f"{name}\t{each.instructions:.1f}\t{each.locked:.2f}" for name, each in figures.items()]
    FIGURES.write_text("\n".join(lines) + "\n", encoding="utf-8")


def check(given):
    made, known = read_figures()
    here = made_with()
    if not given.update and here != made:
        print(f"bench --check: {FIGURES.name} was made with {made}; here is {here}. Such figures do not compare. "
              "Use those versions, or write new figures with --check --update.", file=sys.stderr)
        return 2
    found = {name: figures[0] for name, figures in of_all([given.program], known).items()}
    if given.update:
        write_figures(here, found)
    worse, better = [], []
    print("workload\tinstructions\tbefore\tlocked\tbefore")
    for name, now in found.items():
        before = known[name]
        print(f"{name}\t{now.instructions:.1f}\t{before.instructions:.1f}\t{now.locked:.2f}\t{before.locked:.2f}")
        change = now.instructions / before.instructions - 1
        more_locked = now.locked - before.locked
        if change > TOLERANCE or more_locked > LOCKED_TOLERANCE:
            worse.append(name)
        elif change < -TOLERANCE or more_locked < -LOCKED_TOLERANCE:
            better.append(name)
    if given.update:
        return 0
    if worse:
        print(f"bench --check: {', '.join(worse)}: an operation takes over {TOLERANCE:.0%} more instructions than before, or "
              "more locked ones. Take back what it was, or, where it is worth that, say why in the commit and write the new "
              "figures with ./dev bench --check --update.", file=sys.stderr)
    if better:
        print(f"bench --check: {', '.join(better)}: fewer than before. Keep it: ./dev bench --check --update writes the new "
              "figures.", file=sys.stderr)
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
