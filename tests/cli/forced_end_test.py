"""Runs that do not end by themselves when they are asked to, and terminals that are not like others."""
import errno
import fcntl
import os
import pathlib
import pty
import signal
import struct
import subprocess
import tempfile
import termios
import time

from program import ACTORS, TIME_LIMIT, Case, main

# Reads from a pipe into which nothing comes: its source is stuck in a call to the system that nothing can end.
STUCK = """version: 1
runtime: {shutdown_timeout: %s}
actors:
  pipe: {type: file.read, with: {path: pipe}}
  show: {type: stdout, from: pipe}
"""
SLOW = """version: 1
actors:
  a_source_with_a_long_name: {type: generate, with: {count: 70, interval: 10ms}}
  a_sink_with_a_long_name: {type: "null", from: a_source_with_a_long_name}
"""


class ForcedEnd(Case):
    def start(self, directory, text):
        """Starts the program in that directory; returns when it reads from the pipe, with the pipe's other end."""
        path = self.write(directory, "pipeline.yaml", text)
        pipe = os.path.join(directory, "pipe")
        os.mkfifo(pipe)
        run = subprocess.Popen([ACTORS, "run", str(path)], cwd=directory, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True)
        self.addCleanup(run.stderr.close)
        self.addCleanup(run.kill)
        while True:
            try:
                end = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
                break
            except OSError as fault:  # nobody has it open for reading yet
                self.assertEqual(fault.errno, errno.ENXIO)
                self.assertIsNone(run.poll())
        # It has opened the pipe, and reads from it when it does nothing any more: before, it would end when it is asked.
        before = None
        while (now := self.threads_asleep(run.pid)) is None or now != before:
            before = now
            time.sleep(0.02)
        return run, end

    def threads_asleep(self, process):
        """How often each of its threads has gone to sleep; None while one of them does not sleep."""
        switches = []
        for thread in sorted(pathlib.Path(f"/proc/{process}/task").iterdir()):
            status = dict(each.split(":", 1) for each in (thread / "status").read_text().splitlines())
            if not status["State"].strip().startswith("S"):
                return None
            switches.append((thread.name, status["voluntary_ctxt_switches"]))
        return switches

    def interrupt(self, run, answer):
        run.send_signal(signal.SIGINT)
        line = run.stderr.readline()
        self.assertIn(answer, line)
        return line

    def test_a_third_signal_ends_by_force(self):
        with tempfile.TemporaryDirectory() as directory:
            run, pipe = self.start(directory, STUCK % "1h")
            self.interrupt(run, "ending: no new input")
            self.assertIn("pipe", self.interrupt(run, "stopping at once; still running:"))
            self.assertIn("pipe", self.interrupt(run, "ended by force; these did not stop:"))
            self.assertEqual(run.wait(TIME_LIMIT), 1)
            os.close(pipe)

    def test_after_the_second_signal_patience_is_limited(self):
        with tempfile.TemporaryDirectory() as directory:
            run, pipe = self.start(directory, STUCK % "300ms")
            self.interrupt(run, "ending: no new input")
            self.interrupt(run, "stopping at once; still running:")
            self.assertIn("ended by force; these did not stop: pipe", run.stderr.readline())
            self.assertEqual(run.wait(TIME_LIMIT), 1)
            os.close(pipe)

    def test_other_signals_do_not_end_the_watch(self):
        with tempfile.TemporaryDirectory() as directory:
            run, pipe = self.start(directory, STUCK % "1h")
            run.send_signal(signal.SIGUSR2)
            self.interrupt(run, "ending: no new input")
            os.close(pipe)  # now it can end
            self.assertEqual(run.wait(TIME_LIMIT), 0)

    def on_terminal(self, text, columns, **environment):
        """What the program writes on a terminal of that width."""
        with tempfile.TemporaryDirectory() as directory:
            path = self.write(directory, "pipeline.yaml", text)
            process, terminal = pty.fork()
            if process == 0:
                fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
                os.execve(ACTORS, [ACTORS, "run", str(path)], {**os.environ, **environment})
            seen = b""
            limit = time.monotonic() + TIME_LIMIT
            while time.monotonic() < limit:
                try:
                    part = os.read(terminal, 65536)
                except OSError:  # the other side is closed
                    break
                seen += part
            os.close(terminal)
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), 0)
            return seen.decode()

    def test_the_status_line_fits_a_narrow_terminal(self):
        text = self.on_terminal(SLOW, 30, TERM="xterm")
        status = [each.removeprefix("\x1b[K") for each in text.split("\r") if each.startswith("\x1b[K")]
        self.assertTrue(any(each.startswith("a_source_with_a_long_name") for each in status), status)
        for each in status[:-1]:
            self.assertLess(len(each), 30)  # a line that wraps could not be taken away

    def test_a_dumb_terminal_gets_no_status_line(self):
        self.assertNotIn("\x1b", self.on_terminal(SLOW, 80, TERM="dumb"))


if __name__ == "__main__":
    main()
