"""What the tests of the support for gdb share: the programs, how they are brought to an end, and what gdb says of them."""
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import unittest

KNOWN_TASKS, NO_LIBRARY = (os.path.abspath(sys.argv.pop(1)) for _ in range(2))
HERE = pathlib.Path(__file__).resolve().parent
SCRIPT = HERE.parent.parent / "tools" / "gdb" / "actors-gdb.py"
SOURCE = (HERE / "known_tasks.cpp").read_text().split("\n")
TIME_LIMIT = 120


def line(part):
    """`known_tasks.cpp:12`, from a part of a line that no other one has."""
    found = [i for i, text in enumerate(SOURCE, 1) if part in text]
    assert len(found) == 1, f"{part}: in lines {found}"
    return f"known_tasks.cpp:{found[0]}"


def gdb(*arguments, commands=()):
    """What it prints, with `0x#` for addresses, and no folders in front of files."""
    call = ["gdb", "-nx", "-batch", "-iex", "set auto-load no", "-iex", "set debuginfod enabled off",
            "-iex", "set pagination off", "-iex", "set width 0", "-iex", "set print thread-events off",
            "-ex", f"source {SCRIPT}"]
    for each in commands:
        call += ["-ex", each]
    run = subprocess.run([*call, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         text=True, timeout=TIME_LIMIT)
    text = re.sub(r"0x[0-9a-f]+", "0x#", run.stdout)
    return re.sub(r"[\w./+-]*/(\w+\.[ch]pp:)", r"\1", text)


class Case(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        assert shutil.which("gdb"), "gdb is missing: install the Debian package gdb"
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="actors_gdb_"))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def core_of(self, program, *arguments):
        """Of a process that ends by abort. By the kernel, without a debugger, where that writes cores into the folder of the
        process; where they go elsewhere by gdb, which then must be allowed to trace."""
        where = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        subprocess.run([program, *arguments], cwd=where, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       timeout=TIME_LIMIT, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (hard, hard)))
        cores = list(where.iterdir())
        if not cores:
            text = gdb("--args", program, *arguments, commands=("run", f"generate-core-file {where}/core"))
            cores = list(where.iterdir())
            self.assertTrue(cores, "the kernel wrote no core file, and gdb could not:\n" + text)
        return str(cores[0])

    def assert_lines(self, text, expected):
        """Each one is a line of the text, blanks apart; what is between `~` is a regular expression."""
        lines = [" ".join(each.split()) for each in text.split("\n")]
        for each in expected:
            pattern = "".join(part if i % 2 else re.escape(part) for i, part in enumerate(each.split("~")))
            self.assertTrue(any(re.fullmatch(pattern, one) for one in lines), f"no line `{each}` in:\n{text[:20000]}")

    def assert_no_accident(self, text):
        for word in ("Traceback", "Python Exception", "Error occurred in Python"):
            self.assertNotIn(word, text)


JOBS = "channel 'jobs' (0 of 2 values, 1 sender, 3 receivers)"
NAMELESS = f"channel 0x# made at {line('] = channel<int>();')} (no buffer, 1 sender, 3 receivers)"
TEXTS = "channel 'texts' (3 of 3 values, 2 senders, 1 receiver)"

TASKS = (
    "16 tasks, 15 waiting",
    f"0x# 'chained' {line('co_await from.receive()')}, in innermost waiting: receive from {JOBS}",
    f"0x# 'full' {line('co_await to.send')}, in fill waiting: send to {TEXTS}",
    f"0x# 'lefty' {line('co_await second.lock()')}, in hold_and_lock waiting: lock mutex 0x#, which task 'righty' has",
    f"0x# 'righty' {line('co_await second.lock()')}, in hold_and_lock waiting: lock mutex 0x#, which task 'lefty' has",
    f"0x# 'chooser' {line('co_await select(')}, in choose waiting: select of {JOBS}, {NAMELESS}",
    f"0x# 'parent' {line('co_await with_group')}, in await_children waiting: wait for the children of a group: "
    "task 0x# (sleep_long), task 0x# (sleep_long)",
    f"0x# 'crew' {line('co_await of.run()')}, in run_team waiting: wait for event 0x#",
    f"0x# - {line('static task<> sleep_long()')}, in sleep_long waiting: sleep",
    f"0x# 'handled' {line('co_await from.receive()')}, in innermost waiting: receive from {NAMELESS}",
    f"0x# 'spinner' behind known_tasks.cpp:~\\d+~, in spin running on worker ~[01]~",
    "DEADLOCK: these tasks wait for each other, each for the next:",
)
STACK = (
    "task 'chained' 0x#",
    f"waiting: receive from {JOBS}",
    f"in innermost ({line('co_await from.receive()')})",
    f"awaited by middle ({line('co_await innermost(')})",
    f"awaited by chained ({line('co_await middle(')})",
    f"spawned at {line('on.spawn(std::move(work))')}, in start",
)
CHANNELS = (
    "6 channels",
    f"0x# channel 'jobs' {line('channel<int>(2')} 0 of 2 values, 1 sender, 3 receivers "
    "to receive: task 'chained', task 'chooser'",
    f"0x# channel - {line('] = channel<int>();')} no buffer, 1 sender, 3 receivers to receive: ~.*~",
    f"0x# channel 'texts' {line('channel<std::string>(3')} 3 of 3 values, 2 senders, 1 receiver to send: task 'full'",
    f"0x# broadcast channel 'news' {line('broadcast<int>(4')} 1 sender, 1 receiver -",
    f"0x# watch channel 'state' {line('watch<int>(1')} 1 sender, 1 receiver -",
    f"0x# one-shot channel 'answer' {line('oneshot<int>(')} 1 sender, 1 receiver -",
)


def main():
    unittest.main(module="__main__")
