"""What the tests of the command line share: the program, and how it is run."""
import os
import pathlib
import subprocess
import sys
import unittest

ACTORS = os.path.abspath(sys.argv.pop(1))
HERE = pathlib.Path(__file__).resolve().parent
FIXTURES = HERE / "fixtures"
WORD_COUNT = HERE.parent.parent / "examples" / "pipelines" / "wordcount.yaml"
TIME_LIMIT = 120


def actors(*arguments, **options):
    """Runs the program; its output as text."""
    options.setdefault("stdout", subprocess.PIPE)
    return subprocess.run([ACTORS, *map(str, arguments)], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          text=True, timeout=TIME_LIMIT, **options)


def word_count(path, *arguments, **options):
    return actors("run", WORD_COUNT, "--set", f"path={path}", *arguments, **options)


class Case(unittest.TestCase):
    maxDiff = None

    def write(self, directory, name, content):
        path = pathlib.Path(directory) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path


def main():
    unittest.main(module="__main__")
