"""How runs end: by a signal, at a closed output, on a terminal."""
import os
import pathlib
import pty
import select
import signal
import subprocess
import tempfile
import time

from program import ACTORS, FIXTURES, TIME_LIMIT, WORD_COUNT, Case, main, word_count

ENDLESS = """version: 1
actors:
  numbers: {type: generate, with: {interval: 1ms}}
  show: {type: stdout, from: numbers, with: {format: json}}
"""
TO_NOBODY = """version: 1
actors:
  numbers: {type: generate}
"""


class Ending(Case):
    def start(self, directory, text, **options):
        path = self.write(directory, "pipeline.yaml", text)
        return subprocess.Popen([ACTORS, "run", str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                **options)

    def test_interrupt_drains(self):
        with tempfile.TemporaryDirectory() as directory:
            run = self.start(directory, ENDLESS)
            # Not readline(): communicate() would not see what it took from the pipe beyond the line.
            first = os.read(run.stdout.fileno(), 65536).decode()
            run.send_signal(signal.SIGINT)
            rest, errors = run.communicate(timeout=TIME_LIMIT)
            self.assertEqual(run.returncode, 0, errors)
            lines = (first + rest).splitlines()
            self.assertEqual(lines, ['{"n":%d}' % n for n in range(len(lines))])
            self.assertIn("ending: no new input", errors)

    def test_interrupt_of_a_source_that_never_waits(self):
        with tempfile.TemporaryDirectory() as directory:
            run = self.start(directory, TO_NOBODY)
            while "nothing was started" not in (line := run.stderr.readline()) and "explain" not in line:
                self.assertIsNone(run.poll())
            # The handlers are set before the workers start: a signal that comes too early would end the program.
            tasks = pathlib.Path(f"/proc/{run.pid}/task")
            while not any("actors-0" in (task / "comm").read_text() for task in tasks.iterdir()):
                self.assertIsNone(run.poll())
            run.send_signal(signal.SIGTERM)
            _, errors = run.communicate(timeout=TIME_LIMIT)
            self.assertEqual(run.returncode, 0, errors)

    def test_reader_that_leaves(self):
        done = subprocess.run(f"'{ACTORS}' run '{WORD_COUNT}' --set path='{FIXTURES}' | head -n 1", shell=True,
                              capture_output=True, text=True, timeout=TIME_LIMIT)
        self.assertEqual(done.stdout.split(), ["word", "count"])

    def test_full_device(self):
        with open("/dev/full", "w") as full:
            done = word_count(FIXTURES, stdout=full)
        self.assertEqual(done.returncode, 1)
        self.assertIn("No space left on device", done.stderr)

    def test_closed_output(self):
        done = subprocess.run(["bash", "-c", 'exec "$0" run "$1" --set path="$2" >&-', ACTORS, str(WORD_COUNT),
                               str(FIXTURES)], stderr=subprocess.PIPE, text=True, timeout=TIME_LIMIT)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot write to the standard output", done.stderr)

    def test_progress_on_a_terminal(self):
        with tempfile.TemporaryDirectory() as directory:
            path = self.write(directory, "slow.yaml", ENDLESS.replace("interval: 1ms", "interval: 5ms, count: 200")
                              .replace("json", "table"))
            process, terminal = pty.fork()
            if process == 0:
                os.execv(ACTORS, [ACTORS, "run", str(path)])
            seen = b""
            limit = time.monotonic() + TIME_LIMIT
            while time.monotonic() < limit and select.select([terminal], [], [], TIME_LIMIT)[0]:
                try:
                    part = os.read(terminal, 65536)
                except OSError:  # the other side is closed
                    break
                if not part:
                    break
                seen += part
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), 0)
            text = seen.decode()
            self.assertIn("\r\x1b[Krecords ", text)  # the status line
            table = text[text.index("  n\r\n"):]
            self.assertNotIn("\x1b", table)  # taken away before the table, and never back
            self.assertEqual(text[:text.index("  n\r\n")].rsplit("\r", 1)[1], "\x1b[K")


if __name__ == "__main__":
    main()
