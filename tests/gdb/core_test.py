"""The commands on core files."""
import subprocess

from debugger import CHANNELS, KNOWN_TASKS, NO_LIBRARY, STACK, TASKS, Case, gdb, line, main


class CoreTest(Case):
    def test_tasks_and_channels(self):
        core = self.core_of(KNOWN_TASKS, "abort")
        # Without any debug information.
        bare = str(self.folder / "bare")
        subprocess.run(["strip", "--strip-debug", "-o", bare, KNOWN_TASKS], check=True)
        text = gdb(bare, core, commands=("info tasks",))
        self.assert_lines(text, TASKS)
        text = gdb(bare, core, commands=("info tasks chained", "info tasks -v"))
        self.assert_lines(text, STACK)
        self.assertEqual(text.count("task 'chained' 0x#"), 2)
        self.assert_lines(text, ("its end is awaited by task 'parent'",
                                 "its end is awaited by a thread"))
        text = gdb(bare, core, commands=("info channels",))
        self.assert_lines(text, CHANNELS)
        self.assertNotIn("warning: a list", text)

        text = gdb(bare, core, commands=("info channels texts nobody",))
        self.assert_lines(text, ("No channel is called 'nobody', and it is no address: ~.*~",))
        text = gdb(bare, core, commands=("info channels texts", "info tasks 1 + 1"))
        self.assert_lines(text, ("channel 'texts' 0x#", "waiting to send:", "task 'full'",
                                 "No task that lives is called '1', or is at 0x#."))

        # One without symbols says so.
        subprocess.run(["strip", "-o", bare, KNOWN_TASKS], check=True)
        self.assert_lines(gdb(bare, core, commands=("info tasks",)), (
            "The program has nothing of libactors, or was stripped of its symbols: there is no actors_debugger_channels.",))

    def test_many_tasks(self):
        text = gdb(KNOWN_TASKS, self.core_of(KNOWN_TASKS, "abort", "20000"), commands=("info tasks",))
        self.assert_lines(text, ("20016 tasks, 20015 waiting", *TASKS[1:], "16 kinds, the rarest first; with -a each one is shown",
                                 "and 19999 more that wait like it: 0x#, 0x#, 0x# and 19996 more"))
        self.assertLess(text.index("'lefty'"), text.index("and 19999 more"))

    def test_many_that_are_alike(self):
        core = self.core_of(KNOWN_TASKS, "abort", "0", "300")
        text = gdb(KNOWN_TASKS, core, commands=("info tasks", "info channels"))
        reader = f"0x# 'reader 1' {line('co_await from.receive()')}, in innermost waiting: receive from channel 'of 1'"
        self.assert_lines(text, (
            "316 tasks, 315 waiting", *TASKS[1:], f"{reader} (0 of 4 values, 1 sender, 1 receiver)",
            "and 299 more that wait like it: 'reader 2' to 'reader 300'; at 299 others: 'of 2' to 'of 300'",
            "306 channels", *CHANNELS[1:], "7 kinds, the rarest first; with -a each one is shown",
            "and 299 more like it: 'of 2' to 'of 300'"))
        text = gdb(KNOWN_TASKS, core, commands=("info tasks -v",))
        self.assert_lines(text, (*STACK, "and 299 more that wait like it: 'reader 2' to 'reader 300'; at 299 others: ~.*~"))
        text = gdb(KNOWN_TASKS, core, commands=("info tasks -a", "info channels -a", "info tasks -v -a"))
        self.assertNotIn("like it", text)
        self.assertEqual(text.count("'reader "), 3 * 300)
        self.assertEqual(text.count("task 'reader 300' 0x#"), 1)
        self.assert_lines(text, (*TASKS[1:], *CHANNELS[1:], *STACK))

    def test_names_that_count(self):
        things = "[type('T', (), dict(name=f'{before}{i:02}', id=i, stack=[])) for i in numbers]"
        text = gdb(commands=("python from actors_gdb import folding",
                             f"python made = lambda before, numbers: {things}",
                             "python print(folding.ring_lines(made('p', [*range(98, 130), 8, 7, 5, 4, 3, 6])))",
                             "python print(folding.ring_lines(made('p', [1, 2, 3])))",
                             "python print(folding.list_of(made('p', [*range(8, 12), 20, 30, 31, 40, 50])))",
                             "python print(folding.list_of(made('', [1, 1])))"))
        self.assert_lines(text, (
            "[\"task 'p98' to task 'p129', which are 32\", \"task 'p08'\", \"task 'p07'\", "
            "\"task 'p05' to task 'p03', which are 3\", \"task 'p06'\"]",
            "[\"task 'p01'\", \"task 'p02'\", \"task 'p03'\"]",
            "'p08' to 'p11', 'p20', 'p30', 'p31' and 2 more", "0x#, 0x#"))

    def test_walk_through_the_channels(self):
        # Whoever walks through them has left a mark among them.
        text = gdb(KNOWN_TASKS, self.core_of(KNOWN_TASKS, "walk"), commands=("info channels",))
        self.assert_lines(text, CHANNELS)
        self.assertNotIn("damaged", text)

    def test_damaged_memory(self):
        text = gdb(KNOWN_TASKS, self.core_of(KNOWN_TASKS, "poison"),
                   commands=("info tasks", "info tasks -v", "info channels", "info channels jobs"))
        self.assert_no_accident(text)
        self.assert_lines(text, (
            "16 tasks, 15 waiting",
            "0x# 'chained' - waiting; its stack is damaged: no coroutine of this task is at 0x#",
            "0x# 'full' ~.*~ waiting: send to channel; cannot read memory at 0x#",
            "0x# 'handled' - waiting: ~.*~",
            TASKS[5].replace("'chooser'", "-") + "; no address: 0x#",
            "warning: the channel 0x# is damaged: cannot read memory at 0x#",
            # What is not damaged is there.
            *TASKS[3:5], TASKS[8], *TASKS[10:], "in spin (behind known_tasks.cpp:~\\d+~)", "5 channels",
            CHANNELS[1].replace("'chooser'", "0x# (choose)"), CHANNELS[2], *CHANNELS[4:]))

    def test_nothing_to_see(self):
        commands = ("info tasks", "info channels", "info tasks -v")
        text = gdb(KNOWN_TASKS, self.core_of(KNOWN_TASKS, "empty"), commands=commands)
        self.assert_lines(text, ("No tasks.", "No channels."))
        self.assert_no_accident(text)
        text = gdb(NO_LIBRARY, self.core_of(NO_LIBRARY), commands=commands)
        self.assert_lines(text, ("The program has nothing of libactors, or was stripped ~.*~",))
        self.assert_no_accident(text)
        text = gdb(KNOWN_TASKS, commands=commands)
        self.assert_lines(text, ("There is no process: start the program, attach to one, or open a core file.",))
        self.assert_no_accident(text)


if __name__ == "__main__":
    main()
