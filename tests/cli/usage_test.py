"""How the program is called: what it takes, what it refuses, and what it says then."""
import os
import tempfile

from program import FIXTURES, WORD_COUNT, Case, actors, main


class Usage(Case):
    def refused(self, *arguments, said):
        done = actors(*arguments)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertTrue(done.stderr.startswith("actors: "), done.stderr)
        self.assertIn(said, done.stderr)

    def test_refusals_say_what_is_expected(self):
        self.refused("rum", said="there is no command 'rum'; the commands are run, check, explain, list, version")
        self.refused(said="subcommand is required")
        self.refused("run", said="FILE is required")
        self.refused("run", "a.yaml", "b.yaml", said="not expected: b.yaml")
        self.refused("run", WORD_COUNT, "--threads", "1025", said="not in range 1 to 1024")
        self.refused("run", WORD_COUNT, "--log-level", "verbose", said="--log-level: must be one of trace, debug, info, "
                     "warning, error, off, found 'verbose'")
        self.refused("run", WORD_COUNT, "--log-format", "xml", said="--log-format: must be one of text, json, found 'xml'")
        self.refused("run", WORD_COUNT, "--log-level", said="--log-level: 1 required LEVEL missing")
        self.refused("check", WORD_COUNT, "--format", "xml", said="--format: must be one of text, json, found 'xml'")
        self.refused("explain", "E999", said="the codes are E001")

    def test_version(self):
        plain = actors("version")
        self.assertRegex(plain.stdout, r"^actors [0-9]+\.[0-9]+\.[0-9]+\n$")
        self.assertEqual(actors("--version").stdout, plain.stdout)

    def test_help(self):
        for arguments in (("--help",), ("run", "--help"), ("check", "-h")):
            done = actors(*arguments)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("Usage: actors", done.stdout)

    def test_list_names_the_components_of_the_documentation(self):
        done = actors("list")
        for name in ("file.read", "generate", "words", "filter", "count_by", "top_k", "stdout", "null"):
            self.assertRegex(done.stdout, rf"(?m)^  {name.replace('.', '[.]')} +\S")

    def test_explain(self):
        done = actors("explain", "e007")
        self.assertEqual(done.returncode, 0)
        self.assertTrue(done.stdout.startswith("E007: "))

    def test_output_that_cannot_be_written(self):
        for arguments in (("list",), ("version",), ("explain", "E001"), ("check", WORD_COUNT)):
            with self.subTest(arguments=arguments), open("/dev/full", "w") as full:
                done = actors(*arguments, stdout=full)
                self.assertEqual(done.returncode, 1)
                self.assertIn("cannot write to the standard output", done.stderr)

    def test_check_of_directories(self):
        with tempfile.TemporaryDirectory() as directory:
            done = actors("check", directory)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn("there is no .yaml or .yml file in the directory", done.stderr)
            self.write(directory, "one.yaml", WORD_COUNT.read_bytes())
            self.write(directory, "two.yml", WORD_COUNT.read_bytes())
            self.write(directory, "note.txt", "no pipeline")
            done = actors("check", directory)
            self.assertEqual((done.returncode, done.stdout), (0, "2 files are in order\n"))

    def test_check_counts_warnings_as_errors_on_request(self):
        with tempfile.TemporaryDirectory() as directory:
            path = self.write(directory, "p.yaml", "version: 1\nactors:\n  g: {type: generate}\n")
            self.assertEqual(actors("check", path).returncode, 0)
            self.assertEqual(actors("check", path, "--strict").returncode, 2)

    def test_relative_patterns(self):
        for pattern in ("*.h", "**/*.h", "./*.h"):
            with self.subTest(pattern=pattern):
                done = actors("run", WORD_COUNT, "--set", f"path={pattern}", cwd=FIXTURES)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertRegex(done.stdout, r"\nfiles +1\n")

    def test_closed_descriptors_are_not_taken_by_files(self):
        # Without a precaution the first file that is opened becomes the standard output.
        with tempfile.TemporaryDirectory() as directory:
            path = self.write(directory, "p.yaml", "version: 1\nactors:\n"
                              "  f: {type: file.read, with: {path: data.txt}}\n  s: {type: stdout, from: f}\n")
            data = self.write(directory, "data.txt", "line\n" * 1000)
            done = actors("run", path, cwd=directory, stdout=None, preexec_fn=lambda: [os.close(n) for n in (0, 1)])
            self.assertEqual(done.returncode, 1)
            self.assertIn("cannot write to the standard output", done.stderr)
            self.assertEqual(data.read_text(), "line\n" * 1000)


if __name__ == "__main__":
    main()
