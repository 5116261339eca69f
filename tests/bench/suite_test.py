"""What ./dev bench makes of the programs that it runs; they are stand-ins here. usage: suite_test.py FOLDER_OF_SUITE"""

import itertools
import pathlib
import sys
import tempfile
import types
import unittest
import unittest.mock
import xml.etree.ElementTree

sys.path.insert(0, sys.argv.pop(1))

import chart  # noqa: E402
import instructions  # noqa: E402
import measure  # noqa: E402
import page  # noqa: E402
import peers  # noqa: E402
import plan  # noqa: E402
import report  # noqa: E402
from measure import Case  # noqa: E402


class programs_in_turns(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.log = pathlib.Path(self.folder.name) / "log"
        self.others = 0.0  # seconds that others compute during each run
        clock = itertools.count()
        quiet = unittest.mock.patch.object(measure, "cpu_seconds", lambda: next(clock) * self.others)
        quiet.start()
        self.addCleanup(quiet.stop)

    def program(self, name, script, options=()):
        """One that runs a piece of shell; $run is how often it ran before, $1 the workload."""
        path = pathlib.Path(self.folder.name) / name
        path.write_text(f'#!/bin/sh\nrun=$(grep -c "^{name} " {self.log} 2>/dev/null)\necho "{name} $@" >>{self.log}\n'
                        f'{script}\n', encoding="utf-8")
        path.chmod(0o755)
        return types.SimpleNamespace(name=name, title=name.title(), program=[str(path)], options=list(options))

    def line(self, figure, workload="$1"):
        return f'printf "x\\t{workload}\\t100\\t%s\\t%s\\t2048\\n" 0.5 {figure}'

    def measured(self, case, programs, runs=3, limit=10.0):
        return measure.measure(case, programs, runs, limit)

    def test_they_run_in_turns_and_with_their_options(self):
        ours = self.program("ours", self.line(10))
        peer = self.program("peer", self.line(20), ["--algorithm", "x"])
        self.measured(Case("mpsc", ("--work", "1us")), [ours, peer], runs=2)
        self.assertEqual(self.log.read_text().splitlines(),
                         ["ours mpsc --work 1us", "peer mpsc --algorithm x --work 1us"] * 2)

    def test_the_median_counts_and_the_ratio_is_to_ours(self):
        ours = self.program("ours", self.line("$((10 + 90 * (run == 1)))"))  # 10, 100, 10
        peer = self.program("peer", self.line("$((30 - 10 * run))"))  # 30, 20, 10
        results = self.measured(Case("mpsc"), [ours, peer])
        text = report.markdown(results, [ours, peer])
        self.assertIn("| mpsc | ns | 10.0 | 20.0 (2.0×) |", text)
        self.assertIn("| geometric mean of the ratios |  |  | 2.0× |", text)

    def test_further_lines_are_rows_of_their_own(self):
        both = f"{self.line(1000)}; {self.line(9000, '$1_p99')}"
        results = self.measured(Case("request_load"), [self.program("ours", both)], runs=1)
        self.assertEqual([case.workload for case in results], ["request_load", "request_load_p99"])
        self.assertIn("| request_load_p99 | µs | 9.00 |", report.markdown(results, [types.SimpleNamespace(
            name="ours", title="Ours")]))

    def test_what_a_peer_does_not_have_is_said_once_and_it_runs_once(self):
        ours = self.program("ours", self.line(10))
        peer = self.program("peer", "echo bench_peer: $1: no channels >&2; exit 3")
        results = {}
        for name in ("mpsc", "spsc_buffered"):
            results.update(self.measured(Case(name), [ours, peer]))
        text = report.markdown(results, [ours, peer])
        self.assertIn("| mpsc | ns | 10.0 | – |", text)
        self.assertIn("- Peer, mpsc, spsc_buffered: no channels.", text)
        self.assertEqual(self.log.read_text().count("peer mpsc"), 1)
        self.assertFalse(results[Case("mpsc")]["peer"].failed)

    def test_work_that_was_not_done_counts_as_failed(self):
        results = self.measured(Case("mpsc"), [self.program("ours", "echo sum: got 1, want 2 >&2; exit 1")])
        figure = results[Case("mpsc")]["ours"]
        self.assertTrue(figure.failed)
        self.assertIn("sum: got 1, want 2", figure.why)

    def test_a_line_of_another_workload_counts_as_failed(self):
        results = self.measured(Case("mpsc"), [self.program("ours", f"{self.line(1)}; {self.line(1, 'other')}")])
        self.assertTrue(results[Case("mpsc")]["ours"].failed)

    def test_what_takes_too_long_is_ended(self):
        results = self.measured(Case("mpsc"), [self.program("ours", "exec sleep 60")], limit=0.2)
        self.assertIn("takes more than", results[Case("mpsc")]["ours"].why)

    def test_a_disturbed_run_is_repeated_and_the_best_of_them_marked(self):
        ours = self.program("ours", self.line(10))
        self.others = 100.0
        results = self.measured(Case("mpsc"), [ours], runs=1)
        self.assertEqual(len(self.log.read_text().splitlines()), 3)
        text = report.markdown(results, [ours])
        self.assertIn("| 10.0 * |", text)
        self.assertIn("Others used more than a tenth", text)

    def test_one_column_for_each_number_of_workers(self):
        ours = self.program("ours", self.line("$((100 / $3))"))
        results = {}
        for count in ("1", "2", "4"):
            results.update(self.measured(Case("mpsc", ("--threads", count)), [ours], runs=1))
        text = report.by_threads(results, [ours])
        self.assertIn("| workload | unit | 1 worker | 2 workers | 4 workers |", text)
        self.assertIn("| mpsc | ns | 100 | 50.0 | 25.0 |", text)

    def test_every_run_has_a_line(self):
        ours = self.program("ours", self.line(10))
        peer = self.program("peer", "echo why >&2; exit 3")
        lines = report.tsv(self.measured(Case("mpsc", ("--n", "5")), [ours, peer]), [ours, peer])
        self.assertEqual(len(lines), 4)
        for line in [report.HEAD, *lines]:
            self.assertEqual(line.count("\t"), 8, line)
        self.assertTrue(lines[0].startswith("mpsc\t--n 5\tours\t100\t0.500000\t10.0\t2048\t"))
        self.assertTrue(lines[-1].endswith("\twhy"))

    def test_the_chart_has_a_mark_for_each_ratio_in_their_order(self):
        ours = self.program("ours", self.line(10))
        peers = [self.program(name, self.line(figure)) for name, figure in (("near", 20), ("far", 2000), ("ahead", 5))]
        peers.append(self.program("none", "exit 3"))
        programs = [ours, *peers]
        picture = xml.etree.ElementTree.fromstring(chart.ratios(self.measured(Case("mpsc"), programs, 1), programs))
        space = "{http://www.w3.org/2000/svg}"
        near, none = [float(each.get("cx")) for each in picture.iter(space + "circle") if float(each.get("cy")) > 64] + [None]
        far = [float(each.get("x")) for each in picture.iter(space + "rect")
               if each.get("class") is None and float(each.get("y")) > 64]
        line = [float(each.get("x1")) for each in picture.iter(space + "line") if each.get("class") == "ours"]
        self.assertIsNone(none)
        self.assertEqual((len(far), len(line)), (1, 1))
        self.assertLess(line[0], near)
        self.assertLess(near, far[0])


class figures(unittest.TestCase):
    def test_numbers_have_three_digits(self):
        self.assertEqual([report.number(each) for each in (None, 0.1234, 9.876, 98.76, 987.6, 12345.6)],
                         ["", "0.12", "9.88", "98.8", "988", "12,346"])

    def test_the_plan_has_every_part_of_the_pages(self):
        for sections in (plan.sections(), plan.actor_sections()):
            self.assertEqual(len({each.name for each in sections}), len(sections))
            for each in sections:
                self.assertEqual(len(set(each.cases)), len(each.cases), each.title)

    def run_of_everything(self, folder, sections, but=None):
        rows = "\n".join(f"| {name} | ns | 1,0{target:02} |" for name, target in plan.TARGETS.items())
        text = "Medians.\nA machine.\nToday.\nOurs: 1.\nTheirs: 2.\n\n"
        for each in sections:
            if each.title == but:
                continue
            text += f"## {each.title}\n\n{each.text}\n\n| workload | unit | ours |\n|---|---|---:|\n{rows}\n\n"
            if each.has_chart:
                (folder / f"{each.name}.svg").write_text(f"<svg>{each.title}</svg>", encoding="utf-8")
        (folder / "table.md").write_text(text, encoding="utf-8")

    def test_actors_are_compared_in_one_program(self):
        suite, _making, programs, _alone = plan.actor_sections()
        self.assertEqual(len({case.workload for case in suite.cases}), 18)
        self.assertEqual([(each.program, each.options) for each in suite.programs],
                         [(peers.OURS.program, []), (peers.OURS.program, ["--actors", "caf"]),
                          (peers.OURS.program, ["--actors", "caf_ours"])])
        self.assertEqual([(each.program, each.options) for each in programs.programs],
                         [(peers.OURS.program, ["--scheduler", "ours"]), (peers.OURS.program, ["--scheduler", "caf"])])

    def test_the_page_has_each_part_its_chart_and_the_targets(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            self.run_of_everything(folder, plan.sections())
            shown = folder / "benchmarks.md"
            shown.write_text(f"before\n{page.BEGIN}\nold\n{page.END}\nafter\n", encoding="utf-8")
            for _ in range(2):  # the second time it replaces what it wrote
                page.write(folder, shown, plan.sections(), "./dev bench")
                text = shown.read_text(encoding="utf-8")
                self.assertTrue(text.startswith(f"before\n{page.BEGIN}\nMedians. A machine. Today.\n\n- Ours: 1.\n- Theirs: 2.\n"))
                self.assertTrue(text.endswith(f"{page.END}\nafter\n"))
                self.assertNotIn("old", text)
                self.assertEqual([line[3:] for line in text.splitlines() if line.startswith("## ")],
                                 [plan.sections()[0].title, "Targets", *(each.title for each in plan.sections()[1:])])
                self.assertIn("| spawn_join | ns | 50 | 1,050 | 21.00× |", text)
                self.assertEqual(text.count("](benchmarks/"), 3)
            self.assertEqual((folder / "benchmarks" / "latency.svg").read_text(), "<svg>Latency</svg>")

    def test_the_page_of_actors_has_each_part_and_no_targets(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            self.run_of_everything(folder, plan.actor_sections())
            shown = folder / "benchmarks-actors.md"
            shown.write_text(f"{page.BEGIN}{page.END}", encoding="utf-8")
            page.write(folder, shown, plan.actor_sections(), "./dev bench --actors")
            text = shown.read_text(encoding="utf-8")
            self.assertEqual([line[3:] for line in text.splitlines() if line.startswith("## ")],
                             [each.title for each in plan.actor_sections()])
            self.assertIn("](benchmarks-actors/cafs-programs.svg)", text)
            self.assertEqual(sorted(each.name for each in (folder / "benchmarks-actors").iterdir()),
                             ["cafs-programs.svg", "savina.svg"])

    def test_a_part_that_was_not_measured_is_named(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            where = folder, folder / "benchmarks.md", plan.sections(), "./dev bench"
            with self.assertRaisesRegex(RuntimeError, "there is no .*table.md: measure everything with ./dev bench, then"):
                page.figures(*where)
            self.run_of_everything(folder, plan.sections(), but="Latency")
            with self.assertRaisesRegex(RuntimeError, "no part 'Latency'"):
                page.figures(*where)

    def test_the_committed_instructions_can_be_read(self):
        made, known = instructions.read_figures()
        self.assertIn("g++", made)
        self.assertGreater(min(each.instructions for each in known.values()), 1)

    def test_locked_instructions_are_counted_in_the_program_alone_and_without_what_is_called(self):
        profile = """ob=(1) /bin/bench
fn=(1) push
0x10 0 7
0x14 0 5
cob=(2) /lib/libc.so
cfn=(2) memcpy
calls=3 0x10
0x14 0 900
0x18 0 4
ob=(2)
fn=(2)
0x14 0 50
ob=(1)
fn=(3) pop
0x14 0 2
""".splitlines()
        self.assertEqual(instructions.executed_at(profile, "/bin/bench", {0x14, 0x18}), 5 + 4 + 2)


if __name__ == "__main__":
    unittest.main()
