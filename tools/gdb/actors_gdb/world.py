"""Everything that is found in a process: as src/introspection/take_snapshot.cpp, but that nothing moves meanwhile."""
from .frames import Frames
from .memory import Memory, NoLibrary, Unreadable
from .places import Places
from .sources import Sources
from .table import Table
from .tasks import PENDING, SPAWNED, Completions, Head, Stacks, Task, Workers


class World:
    """For one command: what it has read is kept. `problems`: what could not be read, as sentences."""

    def __init__(self):
        self.problems = []
        self.memory = Memory()
        self.channel_table = Table(self.memory, "actors_debugger_channels", "nothing")
        try:
            self.task_table = Table(self.memory, "actors_debugger_tasks", "no tasks")
        except NoLibrary:
            self.task_table = None  # a program with channels alone
        self.places = Places(self.memory, self.channel_table)
        self.sources = Sources(self.memory, self.channel_table, self.places)
        self.tasks = {}
        self.has_tasks = False
        self.all_channels = None
        if self.task_table is not None:
            self.frames = Frames(self.memory, self.task_table, self.problems)
            self.stacks = Stacks(self.frames, self.head_at)
            self.completions = Completions(self.memory, self.task_table)
            self.workers = Workers(self.memory, self.task_table)
            self.own_folders = [folder for folder in (self.folder_of("a_header"), self.folder_of("a_source")) if folder]

    def need_tasks(self):
        if self.task_table is None:
            Table(self.memory, "actors_debugger_tasks", "no tasks")  # says why not

    def folder_of(self, name):
        """The folder two levels above that file of the library's; None where its path is not absolute."""
        parts = self.memory.text(self.task_table[name]).rsplit("/", 2)
        return parts[0] + "/" if parts[0].startswith("/") else None

    # ---- tasks -----------------------------------------------------------------------------------------------------

    def find_tasks(self):
        """Reads all; their alternatives, and who awaits whom, with them."""
        if self.has_tasks or self.task_table is None:
            return
        self.has_tasks = True
        for address, data in self.frames.for_each_head():
            head = Head(address, data, self.channel_table, self.task_table)
            if head.is_live_part():
                self.stacks.add(head)
            elif head.is_live_task():
                self.tasks[address] = Task(head)
        for task in self.tasks.values():
            self.complete(task)
        for task in self.tasks.values():
            for party in task.awaited_by:
                if party in self.tasks:
                    self.tasks[party].awaits.append(task)
        kinds = (self.channel_table["kind.select"], self.channel_table["kind.select_set"])
        if any(each.kind in kinds for each in self.tasks.values()):
            self.find_alternatives()

    def complete(self, task):
        """What cannot be read is said in its `damage`; the rest is there."""
        steps = [lambda: self.completions.read(task)]
        if not task.head.is_call:
            steps += [lambda: self.find_spawn(task), lambda: self.find_stack(task), lambda: self.find_source(task)]
        for step in steps:
            try:
                step()
            except Unreadable as problem:
                task.damage.append(str(problem))

    def find_spawn(self, task):
        if task.head.spawn_noted:
            record = self.memory.u64(task.head.frame + self.task_table["task.spawned_at"])
            task.spawned_at = self.places.at(record)

    def find_stack(self, task):
        head = task.head
        if not head.waits:
            task.worker = self.workers.running_at(head.home).get(task.id)
        chain = self.stacks.chain_of(head)
        task.stack = [place for place in (self.places.at(each.place) for each in [*chain, head])
                      if place is not None and not self.is_of_the_library(place)]
        if head.waits:
            task.kind = (chain[0] if chain else head).kind

    def find_source(self, task):
        if task.kind and task.head.waits_under:
            task.source = self.sources.at_lock(task.kind, task.head.waits_under, self.task_table)

    def is_of_the_library(self, place):
        return any(place.file.startswith(each) for each in self.own_folders)

    def find_alternatives(self):
        for channel in self.channels():
            try:
                for _, party, by_word in self.sources.waiters(channel):
                    if by_word and party in self.tasks:
                        self.tasks[party].alternatives.append(channel)
            except Unreadable as problem:
                self.problems.append(f"who waits at channel {channel.id:#x} is not known: {problem}")

    def head_at(self, address):
        return Head(address, self.memory.read(address, self.task_table["task.bytes"]), self.channel_table,
                    self.task_table)

    def task_at(self, address):
        """Any task or coroutine of which the program has a handle, ended or not started ones, too. Without a look at all
        others: who is awaited, and where a select waits, is not in it."""
        self.need_tasks()
        if address in self.tasks:
            return self.tasks[address]
        task = Task(self.head_at(address))
        if task.head.is_live_task():
            self.complete(task)
        elif task.head.role == SPAWNED:
            self.completions.read(task)
        elif task.head.status <= PENDING:
            place = self.places.at(task.head.place)
            task.stack = [place] if place is not None else []
        return task

    # ---- channels --------------------------------------------------------------------------------------------------

    def channels(self):
        if self.all_channels is None:
            self.all_channels = self.sources.all_channels(self.problems)
        return self.all_channels
