"""The commands, and how variables are shown, in a process that gdb runs. gdb must be allowed to trace processes."""
from debugger import CHANNELS, JOBS, KNOWN_TASKS, NAMELESS, TASKS, TEXTS, Case, gdb, line, main


class LiveTest(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.text = gdb("--args", KNOWN_TASKS, "stop", commands=(
            "break look_here", "run", "info tasks", "info channels", "set print pretty on", "print things",
            "info tasks things.handle", "info channels things.from", "continue", "info tasks"))

    def test_stops(self):
        self.assertIn("Breakpoint 1, ", self.text)
        self.assert_no_accident(self.text)

    def test_commands(self):
        self.assert_lines(self.text, (*TASKS, *CHANNELS))

    def test_variables(self):
        handled = f"receive from {NAMELESS} at {line('co_await from.receive()')}, in innermost"
        self.assert_lines(self.text, (
            f"reference = task 'chained', waiting: receive from {JOBS} at {line('co_await from.receive()')}, in innermost,",
            f"handle = task 'handled', waiting: {handled},",
            f"unstarted = task 0x# (sleep_long), not started at {line('static task<> sleep_long()')}, in sleep_long,",
            f"to = {JOBS}; waiting to receive: task 'chained', task 'chooser',",
            f"from = {TEXTS}; waiting to send: task 'full',",
            f"weak = {JOBS}; waiting to receive: task 'chained', task 'chooser',",
            "answer = one-shot channel 'answer' (1 sender, 1 receiver),",
            "news = broadcast channel 'news' (1 sender, 1 receiver),",
            "state = watch channel 'state' (1 sender, 1 receiver),",
            "left = mutex 0x#, task 'lefty' has it, waiting: task 'righty',",
            "crew = team of 3 actors, started = {",
            "~\\[0\\]~ = actor 'idler', task 'idler', waiting: sleep at ~.*~",
            "~\\[1\\]~ = team 'inner', task ~.*~",
            "~\\[2\\]~ = actor 'visitor', task 'visitor', waiting: sleep at ~.*~",
            "member = actor 'idler', task 'idler', ~.*~",
            "nothing = empty"))

    def test_arguments(self):
        self.assert_lines(self.text, ("task 'handled' 0x#", "channel 'texts' 0x#"))
        self.assert_lines(self.text, (f"waiting: receive from {NAMELESS}", "its end is awaited by a thread", "waiting to send:"))

    def test_after_its_end(self):
        self.assert_lines(self.text, ("There is no process: start the program, attach to one, or open a core file.",))


if __name__ == "__main__":
    main()
