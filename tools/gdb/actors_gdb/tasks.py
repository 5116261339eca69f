"""Tasks and the coroutines that they await, as src/introspection/task_peek.cpp reads them."""
import collections

import gdb

from .memory import Unreadable

UNBORN, PENDING, VALUE, ERROR, CANCELLED = range(5)  # task_status
NO_ROLE, PART, SPAWNED = range(3)                    # task_state::role
PLACE_MASK = (1 << 48) - 1
MOST_AWAITERS = 4096
DEEPEST = 1 << 20


class Head:
    """What the first 64 bytes of a task's block say."""

    def __init__(self, address, data, channels, offsets):
        def number(offset, size):
            return int.from_bytes(data[offset:offset + size], "little")

        self.address = address
        self.next = number(offsets["task.next"], 8)
        self.home = number(offsets["task.home"], 8)
        self.resume_point = number(offsets["task.resume_point"], 8)
        word = number(channels["waiter.word"], 4)
        self.filtered = number(offsets["task.marks"], 1) & 1 != 0
        nature = number(offsets["task.nature"], 1)
        self.role = nature & 3
        self.is_call = nature & 0x20 != 0
        self.spawn_noted = nature & 0x80 != 0
        self.listed = number(offsets["task.references"], 4) & offsets["task.listed"] != 0
        self.frame = address + (number(offsets["task.shape"], 2) & 0x7fff) * offsets["task.frame_unit"]
        self.status = number(offsets["task.status"], 1)
        at = number(offsets["task.at"], 8)
        self.place, self.kind = at & PLACE_MASK, at >> 56
        self.last_word = number(offsets["task.completions"], 8)  # the completions of one that was spawned, or the party
        self.waits_under = self.next & ~3 if self.next & channels["waiter.lock_note"] else 0
        self.waits = self.waits_under != 0 or word & channels["waiter.phase_mask"] != 0
        self.cancelled = word >> channels["waiter.count_shift"] != 0

    def is_live_task(self):
        return self.listed and self.role == SPAWNED and self.status == PENDING

    def is_live_part(self):
        return self.role == PART and self.status <= PENDING


class Task:
    """A task that was spawned. `damage`: why something is not known."""

    def __init__(self, head):
        self.head, self.id, self.address = head, head.address, head.address
        self.name = ""
        self.kind = 0
        self.worker = None
        self.source = self.spawned_at = None
        self.damage = []
        self.stack, self.alternatives = [], []
        self.awaits, self.awaited_by, self.awaited_by_thread = [], [], False

    def waits(self):
        return self.head.waits and not self.head.is_call


class Completions:
    """Who waits for the end of a task has an entry in its list, and so has its name."""

    def __init__(self, memory, offsets):
        self.memory, self.offsets = memory, offsets
        self.threads = {}

    def read(self, task):
        word = task.head.last_word
        if word & 2:  # closed: the task ends, or has ended
            if word & ~3:
                task.name = self.memory.string((word & ~3) + self.offsets["extras.name"])
            return
        entry, seen = word & ~3, set()
        memory, offsets = self.memory, self.offsets
        while entry and entry not in seen and len(seen) < MOST_AWAITERS:
            seen.add(entry)
            done = memory.u64(entry + offsets["completion.done"])
            if done == offsets["done.extras"]:
                task.name = memory.string(entry + offsets["extras.name"])
            elif done == offsets["done.join"]:
                self.note(task, memory.u64(entry + offsets["join.who"]))
            elif done == offsets["done.watch"]:
                owner = memory.u64(entry + offsets["watch.owner"])
                self.note(task, memory.u64(owner + offsets["watch.party"]), by_thread=True)
            elif done == offsets["done.group"]:
                self.note(task, memory.u64(memory.u64(entry + offsets["group.owner"]) + offsets["group.party"]))
            elif self.is_of_thread(done):
                task.awaited_by_thread = True
            entry = memory.u64(entry + offsets["completion.next"])

    @staticmethod
    def note(task, party, by_thread=False):
        if party:
            task.awaited_by.append(party)
        elif by_thread:
            task.awaited_by_thread = True

    def is_of_thread(self, done):
        if done not in self.threads:
            symbol = gdb.execute(f"info symbol {done:#x}", to_string=True)
            self.threads[done] = "thread_wait::on_done" in symbol or "end_of_main::on_done" in symbol
        return self.threads[done]


class Stacks:
    """Finds the coroutines that run, or wait, as parts of tasks."""

    def __init__(self, frames, head_at):
        self.frames, self.head_at = frames, head_at
        self.parts = collections.defaultdict(list)  # by task: of those that do not wait, when all heads were seen

    def add(self, head):
        self.parts[head.last_word].append(head)

    def chain_of(self, task):
        """The heads of the coroutines that the task awaits, the innermost first, without its own. Where the task runs,
        those that it awaits since its last wait are not known."""
        if task.waits:
            # Where it is filtered an awaiter, which lies in the frame of the innermost one.
            point = task.resume_point
        else:
            # The part that no other one says is awaiting it.
            own = self.parts.get(task.address, ())
            awaiting = {each.resume_point for each in own}
            point = next((each.frame for each in reversed(own) if each.frame not in awaiting), task.frame)
        chain = []
        while True:
            block = self.frames.block_around(point)
            if block == task.address:
                return chain
            part = self.head_at(block) if block is not None else None
            if part is None or not part.is_live_part() or part.last_word != task.address or len(chain) == DEEPEST:
                raise Unreadable(f"its stack is damaged: no coroutine of this task is at {point:#x}")
            chain.append(part)
            point = part.resume_point


class Workers:
    """Which tasks run, and where."""

    def __init__(self, memory, offsets):
        self.memory, self.offsets = memory, offsets
        self.known = {}
        try:
            # Behind the two words that every such table of functions begins with.
            self.functions = 16 + int(gdb.parse_and_eval(
                "(unsigned long)&'vtable for actors::v1::detail::worker_scheduler'"))
        except gdb.error:
            self.functions = None

    def running_at(self, home):
        """The tasks that the workers of this lane's scheduler run, with the numbers of the workers."""
        memory, offsets = self.memory, self.offsets
        try:
            scheduler = memory.u64(home + offsets["lane.owner"])
            if scheduler not in self.known:
                self.known[scheduler] = {}
                if memory.u64(scheduler) == self.functions:
                    self.known[scheduler] = self.read(scheduler + offsets["scheduler.workers"])
            return self.known[scheduler]
        except Unreadable:
            return {}

    def read(self, vector):
        memory, offsets = self.memory, self.offsets
        begin, end = memory.u64(vector), memory.u64(vector + 8)
        running = {}
        for i in range(min(max(end - begin, 0) // 8, 4096)):
            context = memory.u64(memory.u64(begin + 8 * i) + offsets["worker.context"])
            task = memory.u64(context + offsets["context.running"]) if context else 0
            if task:
                running[task] = i
        return running
