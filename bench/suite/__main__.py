"""Measures this library and its peers in turns: python3 bench/suite [--workloads A,B] [--peers X,Y] [--runs N] ...

Writes results.tsv, table.md and charts into build/bench (of --actors build/bench-actors), and prints the table. Where no workloads, numbers of workers or
times of computing are named it measures all that the page of docs shows. Exit status: 0, 1 where a program did not do
its work or does not build, 2 for wrong usage."""

import argparse
import os
import pathlib
import sys

import chart
import machine
import measure
import page
import peers
import plan
import report


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
    parser.add_argument("--parts", type=words, default=None,
                        help=f"of {', '.join(each.name for each in plan.sections())}; all where no workloads are named")
    parser.add_argument("--n", type=int, default=None, help="size of the workloads; by default each has its own")
    parser.add_argument("--limit", type=float, default=120.0, help="of one run, in seconds")
    parser.add_argument("--actors", action="store_true",
                        help="what is measured of actors, beside CAF: docs/benchmarks-actors.md; parts "
                             f"{', '.join(each.name for each in plan.actor_sections())}; or the workloads that are named")
    parser.add_argument("--page", action="store_true",
                        help="only write docs/benchmarks.md, with --actors docs/benchmarks-actors.md, from the last run of "
                             "everything")
    parser.add_argument("--packages", action="store_true", help="only print what Debian packages the peers need")
    parser.add_argument("--out", type=pathlib.Path, help="build/bench, of --actors build/bench-actors")
    given = parser.parse_intermixed_args()
    if given.runs < 1:
        parser.error("--runs: expected 1 at least")
    given.sections = plan.actor_sections() if given.actors else plan.sections()
    known = [each.name for each in given.sections]
    for name in given.parts or []:
        if name not in known:
            parser.error(f"there is no part '{name}'; there are: {', '.join(known)}")
    if given.workload:
        given.workloads = (given.workloads or []) + given.workload
    given.page_name = "benchmarks-actors" if given.actors else "benchmarks"
    given.out = given.out or peers.ROOT / "build" / ("bench-actors" if given.actors else "bench")
    if given.actors:
        given.peers = peers.ACTORS if given.peers is None else [each for each in peers.ACTORS if each.name in given.peers]
        return given
    try:
        given.peers = peers.PEERS if given.peers is None else peers.named(given.peers)
    except ValueError as error:
        parser.error(str(error))
    return given


def say(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def main():
    given = arguments()
    if given.packages:
        print(*sorted({package for each in given.peers for package in each.packages}))
        return
    if given.page:
        page.write(given.out, peers.ROOT / "docs" / f"{given.page_name}.md", given.sections,
                   "./dev bench --actors" if given.actors else "./dev bench")
        return
    programs = [peers.OURS, *given.peers]
    for each in programs:
        say(f"building {each.name}")
        each.make()
    everything = given.workloads is None and given.work is None and given.threads == [""] and given.n is None
    sections = given.sections if everything else [plan.asked_for(given)]
    if given.parts is not None:
        sections = [each for each in given.sections if each.name in given.parts]

    given.out.mkdir(parents=True, exist_ok=True)
    kept = "One run of each" if given.runs == 1 else f"Medians of {given.runs} runs in turns"
    head = "\n".join([f"{kept}; behind the figures of peers how many times ours that is.",
                      *machine.description(),
                      *(f"{each.title}: {each.version()}." for each in programs)]) + "\n"
    text, lines, failures = [head], [report.HEAD], []
    for section in sections:
        taking_part = programs[:1] if section.ours_alone else section.programs or programs
        results = {}
        for case in section.cases:
            results.update(measure.measure(case, taking_part, section.runs or given.runs, given.limit, say=say))
            # What there is so far: a run of all takes about an hour.
            (given.out / "results.tsv").write_text("\n".join(lines + report.tsv(results, taking_part)) + "\n",
                                                   encoding="utf-8")
        lines += report.tsv(results, taking_part)
        failures += [f"{each.name}: {case.label}: {figures[each.name].why}"
                     for case, figures in results.items() for each in taking_part if figures[each.name].failed]
        table = (report.by_threads(results, taking_part) if section.by_threads else
                 report.markdown(results, taking_part, section.mean))
        text.append((f"## {section.title}\n\n{section.text}\n\n" if section.title else "") + table)
        if section.has_chart and len(taking_part) > 1:
            (given.out / f"{section.name or 'ratios'}.svg").write_text(chart.ratios(results, taking_part), encoding="utf-8")
    say("")
    (given.out / "table.md").write_text("\n".join(text), encoding="utf-8")
    print("\n".join(text), end="")
    print(f"\nwritten into {os.path.relpath(given.out)}: results.tsv, table.md and charts", file=sys.stderr)
    if failures:
        raise RuntimeError("some programs did not do their work:\n  " + "\n  ".join(failures))


if __name__ == "__main__":
    try:
        main()
    except RuntimeError as error:
        say("")
        print(f"bench: {error}", file=sys.stderr)
        sys.exit(1)
