"""Bad input: a message that says where and what to do, the right exit code, and nothing half-written."""
import os
import pathlib
import subprocess
import tempfile

from program import ACTORS, FIXTURES, HERE, WORD_COUNT, Case, actors, main, word_count


class BadInput(Case):
    def refused(self, done, code, *parts):
        """Ended with that code, wrote nothing, and said all of that."""
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stdout, "")
        for part in parts:
            self.assertIn(part, done.stderr)

    def test_missing_file(self):
        self.refused(word_count("/no/such/file.txt"), 2, "wordcount.yaml:", "'/no/such/file.txt' does not exist",
                     "nothing was started")

    def test_pattern_that_matches_nothing(self):
        self.refused(word_count("/no/such/*.txt"), 2, "wordcount.yaml:", "'/no/such/*.txt' matches no file")

    def test_directory_without_files(self):
        with tempfile.TemporaryDirectory() as directory:
            self.refused(word_count(directory), 2, f"there is no file below '{directory}'")

    def test_binary_file(self):
        with tempfile.TemporaryDirectory() as directory:
            self.write(directory, "a.txt", "text first\n" * 1000)
            path = self.write(directory, "b.bin", b"head\0tail")
            self.refused(word_count(directory), 1, "actor 'files' failed", f"'{path}' is a binary file",
                         "offset 4", "binary: skip")

    def test_binary_file_left_out(self):
        with tempfile.TemporaryDirectory() as directory:
            self.write(directory, "a.txt", "one two\n")
            self.write(directory, "b.bin", b"head\0tail")
            done = word_count(directory, "--set", "actors.files.with.binary=skip")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("left out binary files", done.stderr)
            self.assertRegex(done.stdout, r"\nwords +2\n")

    def test_empty_file(self):
        done = word_count(FIXTURES / "empty.txt")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("is empty: there was nothing to read", done.stderr)
        self.assertIn("words", done.stdout)

    def test_unreadable(self):
        # A program that somebody else may not reach cannot be run as somebody else: a copy where all may.
        with tempfile.TemporaryDirectory() as directory:
            os.chmod(directory, 0o755)
            file = self.write(directory, "in/readable.txt", "one\n")
            secret = self.write(directory, "in/secret.txt", "two\n")
            closed = os.path.join(directory, "in/zz_closed")
            os.mkdir(closed)
            os.chmod(file.parent, 0o755)
            program = self.write(directory, "actors", pathlib.Path(ACTORS).read_bytes())
            os.chmod(program, 0o755)
            pipeline = self.write(directory, "wordcount.yaml", WORD_COUNT.read_bytes())
            os.chmod(pipeline, 0o644)
            drop = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []

            def run(*arguments):
                return subprocess.run([*drop, str(program), "run", str(pipeline), "--set", f"path={file.parent}",
                                       *arguments], capture_output=True, text=True, timeout=120)
            os.chmod(secret, 0)
            self.refused(run(), 1, f"cannot read '{secret}': Permission denied", "unreadable: skip")
            os.chmod(secret, 0o644)
            os.chmod(closed, 0)
            self.refused(run(), 1, f"cannot read '{closed}': Permission denied")
            done = run("--set", "actors.files.with.unreadable=skip")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(f"left out what cannot be read: '{closed}'", done.stderr)
            os.chmod(closed, 0o755)

    def test_missing_pipeline(self):
        self.refused(actors("run", "/no/such.yaml"), 2, "/no/such.yaml", "there is no such file")

    def test_every_bad_file(self):
        bad = HERE.parent / "bad"
        files = sorted(bad.glob("*.yaml"))
        self.assertGreater(len(files), 50)
        for file in files:
            with self.subTest(file=file.name):
                expected = file.with_suffix(".expected").read_text()
                done = actors("check", file.name, cwd=bad)
                self.assertEqual(done.stdout, expected)
                self.assertEqual(done.returncode, 2 if "error[" in expected else 0)
                if "error[" in expected:
                    run = actors("run", file.name, cwd=bad)
                    self.assertEqual((run.returncode, run.stdout, run.stderr), (2, "", expected))

    def test_usage(self):
        for arguments in ((), ("bogus",), ("run",), ("run", "a", "b"), ("run", WORD_COUNT, "--threads", "0"),
                          ("check", WORD_COUNT, "--format", "xml"), ("explain", "E999")):
            with self.subTest(arguments=arguments):
                done = actors(*arguments)
                self.assertEqual(done.returncode, 2)
                self.assertNotEqual(done.stderr, "")

    def test_check_of_good_files(self):
        done = actors("check", WORD_COUNT)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "1 file is in order\n", ""))


if __name__ == "__main__":
    main()
