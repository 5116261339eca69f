"""The word count of examples/pipelines agrees exactly with coreutils."""
import pathlib
import random
import subprocess
import tempfile

from program import FIXTURES, Case, main, word_count


def coreutils(directory):
    """The words below a directory with their counts, most frequent first, by tr, sort and uniq."""
    # A line end after each file, so that a last word does not run on into the next file.
    script = """find "$1" -type f -print0 | while IFS= read -r -d '' file; do cat "$file"; echo; done |
                tr -cs 'A-Za-z0-9_' '\\n' | grep . | LC_ALL=C sort | uniq -c | LC_ALL=C sort -k1,1nr -k2,2"""
    done = subprocess.run(["bash", "-c", script, "bash", str(directory)], capture_output=True, check=True)
    return [(word, int(count)) for count, word in (line.split() for line in done.stdout.decode().splitlines())]


def table(output):
    """The rows of the table, and the numbers of the summary below it."""
    rows, _, numbers = output.partition("\n\n")
    head, *rows = rows.splitlines()
    assert head.split() == ["word", "count"], head
    summary = dict(line.split(None, 1) for line in numbers.splitlines())
    return [(word, int(count)) for word, count in (row.split() for row in rows)], summary


def random_tree(directory, seed):
    """About 5 MB in 300 files: frequent and rare words, long lines, line ends of both kinds, none at the end."""
    dice = random.Random(seed)
    words = ["w%x" % int(dice.expovariate(0.02)) for _ in range(20000)] + ["_", "__init__", "9", "MixedCase", "a" * 300]
    for i in range(300):
        parts = []
        for _ in range(dice.randrange(6000) if i % 50 else 60000):
            parts.append(dice.choice(words))
            parts.append(dice.choice([" "] * 8 + ["\n", "\r\n", ", ", "-", "(", "\u00e9", "\t", "--\n\n"]))
        if i % 3 == 0:
            parts.append("end")
        path = pathlib.Path(directory) / f"d{i % 7}" / f"f{i}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(parts), newline="")


class WordCount(Case):
    def check(self, directory, *arguments):
        done = word_count(directory, "--set", "top=1000000", *arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        rows, summary = table(done.stdout)
        want = coreutils(directory)
        self.assertEqual(rows, want)
        files = [each for each in pathlib.Path(directory).rglob("*") if each.is_file()]
        number = {name: int(text.replace(",", "")) for name, text in summary.items() if name not in ("time", "rate")}
        self.assertEqual(number, {"files": len(files), "bytes": sum(each.stat().st_size for each in files),
                                  "words": sum(count for _, count in want)})

    def test_fixtures(self):
        for counters in (1, 2, 4):
            with self.subTest(counters=counters):
                self.check(FIXTURES, "--set", f"counters={counters}")

    def test_tree(self):
        with tempfile.TemporaryDirectory() as directory:
            random_tree(directory, 1)
            for counters, threads in ((1, 1), (2, 2), (4, 2), (3, 4)):
                with self.subTest(counters=counters, threads=threads):
                    self.check(directory, "--set", f"counters={counters}", "--threads", threads)

    def test_top(self):
        done = word_count(FIXTURES, "--set", "top=3")
        self.assertEqual(table(done.stdout)[0], coreutils(FIXTURES)[:3])

    def test_pattern(self):
        done = word_count(FIXTURES / "*.h")
        self.assertEqual(table(done.stdout)[1]["files"], "1")

    def test_redirected_output_is_clean(self):
        done = word_count(FIXTURES)
        self.assertNotIn("\x1b", done.stdout)
        self.assertNotIn("\r", done.stdout)
        self.assertEqual(done.stderr, "")

    def test_words_are_not_cut_where_parts_of_a_file_meet(self):
        with tempfile.TemporaryDirectory() as directory:
            for size in (256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 3 * 1024 * 1024):
                self.write(directory, f"one_line_{size}.txt", ("word " * (size // 5 + 1))[:size])
                self.write(directory, f"one_word_{size}.txt", "x" * size)
            self.check(directory)


if __name__ == "__main__":
    main()
