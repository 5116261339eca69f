"""Measures this library and its peers in turns: python3 bench/suite [--workloads A,B] [--peers X,Y] [--runs N] ...

Writes results.tsv, table.md and a chart for each workload into build/bench, and prints the table. Exit status: 0, 1
where a program did not do its work or does not build, 2 for wrong usage."""

import argparse
import os
import pathlib
import sys

import chart
import machine
import measure
import peers
import report

USUAL = ["pingpong_unbuffered", "spsc_buffered", "mpsc", "mpmc", "select", "ring", "spawn_join", "skynet",
         "million_sleep2", "pipeline", "blocking", "fib"]
WITH_WORK = ["spsc_buffered", "mpsc", "mpmc", "select", "pipeline", "spawn_join"]


def words(text):
    return [word for word in text.split(",") if word]


def arguments():
    parser = argparse.ArgumentParser(prog="./dev bench", description="Measures the library and its peers in turns.")
    parser.add_argument("--workloads", type=words, default=None, help="the usual ones where none are named")
    parser.add_argument("--peers", type=words, default=None,
                        help=f"of {', '.join(each.name for each in peers.PEERS)}, none for an empty text; all by default")
    parser.add_argument("workload", nargs="*", help="as --workloads")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=words, default=[""], help="numbers of workers, each a case: 1,2,4")
    parser.add_argument("--work", type=words, default=None,
                        help="times of computing for each item, each a case: 0,1us,10us")
    parser.add_argument("--limit", type=float, default=120.0, help="of one run, in seconds")
    parser.add_argument("--packages", action="store_true", help="only print what Debian packages the peers need")
    parser.add_argument("--out", type=pathlib.Path, default=peers.ROOT / "build" / "bench")
    given = parser.parse_intermixed_args()
    if given.runs < 1:
        parser.error("--runs: expected 1 at least")
    if given.workload:
        given.workloads = (given.workloads or []) + given.workload
    try:
        given.peers = peers.PEERS if given.peers is None else peers.named(given.peers)
    except ValueError as error:
        parser.error(str(error))
    return given


def cases(given):
    """By default the usual workloads without computing, and those that can with 1 us of it."""
    if given.workloads is None and given.work is None and given.threads == [""]:
        return [measure.Case(name) for name in USUAL] + [measure.Case(name, ("--work", "1us")) for name in WITH_WORK]
    found = []
    for name in given.workloads or USUAL:
        for work in given.work or ["0"]:
            if work != "0" and name not in WITH_WORK:
                continue
            for threads in given.threads:
                options = ("--threads", threads) if threads else ()
                found.append(measure.Case(name, options + (("--work", work) if work != "0" else ())))
    return found


def say(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def main():
    given = arguments()
    if given.packages:
        print(*sorted({package for each in given.peers for package in each.packages}))
        return
    programs = [peers.OURS, *given.peers]
    for each in programs:
        say(f"building {each.name}")
        each.make()
    results = {}
    for case in cases(given):
        results.update(measure.measure(case, programs, given.runs, given.limit, say=say))
    say("")

    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "results.tsv").write_text(report.tsv(results, programs), encoding="utf-8")
    text = "\n".join([f"Medians of {given.runs} runs in turns; behind those of peers how many times ours that is.",
                      *machine.description(),
                      *(f"{each.title}: {each.version()}." for each in programs)]) + "\n\n"
    text += report.markdown(results, programs)
    (given.out / "table.md").write_text(text, encoding="utf-8")
    for case, figures in results.items():
        picture = chart.bars(case, figures, programs)
        if picture is not None:
            name = "-".join([case.workload, *(word.strip("-") for word in case.options)])
            (given.out / f"{name}.svg").write_text(picture, encoding="utf-8")
    print(text, end="")
    print(f"\nwritten into {os.path.relpath(given.out)}: results.tsv, table.md and the charts", file=sys.stderr)


if __name__ == "__main__":
    try:
        main()
    except RuntimeError as error:
        say("")
        print(f"bench: {error}", file=sys.stderr)
        sys.exit(1)
