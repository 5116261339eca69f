"""What a run says on the standard error: its form, and which of it."""
import json
import os
import re
import signal
import subprocess
import tempfile

from program import ACTORS, FIXTURES, TIME_LIMIT, Case, main, word_count

EMPTY = FIXTURES / "empty.txt"
NOTE = f"files: '{EMPTY}' is empty: there was nothing to read"
TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
ENDLESS = """version: 1
actors:
  numbers: {type: generate, with: {interval: 1ms}}
  show: {type: stdout, from: numbers, with: {format: json}}
"""


class Messages(Case):
    def test_lines_for_people(self):
        for arguments in ((), ("--log-format", "text"), ("--log-level", "warning")):
            with self.subTest(arguments=arguments):
                done = word_count(EMPTY, *arguments)
                self.assertEqual(done.returncode, 0)
                self.assertRegex(done.stderr, rf"^{TIME} [0-9:]{{8}}\.[0-9]{{3}} warning {re.escape(NOTE)}\n$")

    def test_lines_for_programs(self):
        done = word_count(EMPTY, "--log-format", "json")
        self.assertEqual(done.returncode, 0)
        message = json.loads(done.stderr)
        self.assertRegex(message.pop("time"), rf"^{TIME}T[0-9:]{{8}}\.[0-9]{{3}}Z$")
        self.assertEqual(message, {"level": "warning", "event": "note", "text": NOTE, "fields": {"actor": "files"}})

    def test_a_failure(self):
        done = word_count("/no/such/dir/*", "--log-format", "json")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("error[E", done.stderr)  # what is wrong with a file is no message
        with open("/dev/full", "w") as full:
            done = word_count(FIXTURES, "--log-format", "json", stdout=full)
        self.assertEqual(done.returncode, 1)
        message = json.loads(done.stderr)
        self.assertEqual((message["level"], message["event"]), ("error", "run_failed"))
        self.assertIn("No space left on device", message["text"])

    def test_what_is_no_text_is_still_json(self):
        with tempfile.TemporaryDirectory() as directory:
            with open(os.path.join(os.fsencode(directory), b"quote\" and \xff.txt"), "wb"):
                pass
            done = word_count(directory, "--log-format", "json")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("quote\" and \ufffd.txt", json.loads(done.stderr)["text"])

    def test_levels(self):
        for level in ("error", "off"):
            with self.subTest(level=level):
                done = word_count(EMPTY, "--log-level", level)
                self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_how_a_run_ends(self):
        for level, events in (("trace", ["ending", "run_ended"]), ("info", ["ending", "run_ended"]), ("warning", [])):
            with self.subTest(level=level), tempfile.TemporaryDirectory() as directory:
                path = self.write(directory, "pipeline.yaml", ENDLESS)
                run = subprocess.Popen([ACTORS, "run", str(path), "--log-format", "json", "--log-level", level],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                os.read(run.stdout.fileno(), 1)  # it runs
                run.send_signal(signal.SIGINT)
                _, errors = run.communicate(timeout=TIME_LIMIT)
                self.assertEqual(run.returncode, 0, errors)
                messages = [json.loads(line) for line in errors.splitlines()]
                self.assertEqual([each["event"] for each in messages], events)
                if events:
                    fields = messages[-1]["fields"]
                    self.assertEqual(sorted(fields), ["records", "time"])
                    self.assertIsInstance(fields["records"], int)
                    self.assertIsInstance(fields["time"], float)


if __name__ == "__main__":
    main()
