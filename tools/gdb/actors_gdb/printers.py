"""Pretty-printers: how variables of the library's types are shown. The types come from the debug information of the
program that has the variables; what they refer to is read as everywhere here."""
import gdb
import gdb.printing

from . import text
from .memory import NoLibrary, Unreadable
from .table import Table
from .world import World


class Shared:
    """One world for all values that are printed at a stop."""
    world = None
    of = None

    @classmethod
    def get(cls):
        inferior = gdb.selected_inferior()
        of = (inferior.num, inferior.pid)
        if cls.world is None or cls.of != of:
            cls.world, cls.of = World(), of
        return cls.world

    @classmethod
    def forget(cls, _event):
        cls.world = None


class Printer:
    """`describe` says what a value refers to; what cannot be read is said in place of it."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        try:
            return self.describe(Shared.get())
        except (NoLibrary, Unreadable, gdb.error) as problem:
            return f"<{problem}>"


def task_text(world, address):
    if address == 0:
        return "empty"
    task = world.task_at(address)
    place = text.where(task)
    return f"{text.name_of_task(task)}, {text.activity(world, task)}" + (f" at {place}" if place else "")


class TaskPrinter(Printer):
    def describe(self, world):
        return task_text(world, int(self.value["block_"]))


class TaskRefPrinter(Printer):
    def describe(self, world):
        return task_text(world, int(self.value["state_"]))


class EndPrinter(Printer):
    """An endpoint of a channel."""

    def describe(self, world):
        state = self.value["end_"]["of_"]
        address = int(state)
        if address == 0:
            return "empty"
        if "channel_state<" in str(state.type.target()):
            source = world.sources.channel(address)
        else:
            source = world.sources.other_channel(address)
        waiting = {}
        for what, party, _ in world.sources.waiters(source):
            waiting.setdefault(what, []).append(text.name_of_party(world, party))
        return text.with_figures(source) + "".join(
            f"; waiting to {what}: {text.names(names)}" for what, names in waiting.items())


class MutexPrinter(Printer):
    def describe(self, world):
        world.need_tasks()
        source = world.sources.mutex(int(self.value.address), world.task_table)
        holder = source.holder
        list = int(self.value["room_"]["list"].address)
        waiting = [text.name_of_party(world, party) for party, _ in world.sources.listed(list, source.lock)]
        taken = world.memory.u64(source.id + world.task_table["mutex.holder"]) != 0
        words = ["unlocked" if not taken else f"{text.name_of_party(world, holder)} has it" if holder else "locked"]
        if waiting:
            words.append("waiting: " + text.names(waiting))
        return f"mutex {source.id:#x}, " + ", ".join(words)


def actor_text(world, cell, kind="actor"):
    offsets = Table(world.memory, "actors_debugger_actors", "no actors")
    name = world.memory.string(cell + offsets["actor_cell.name"])
    body = world.memory.u64(cell + offsets["actor_cell.body"])
    return (f"{kind} '{name}'" if name else kind) + ", " + (task_text(world, body) if body else "not started")


class ActorRefPrinter(Printer):
    def describe(self, world):
        return actor_text(world, int(self.value["cell_"]["_M_ptr"]))


class TeamPrinter(Printer):
    def describe(self, world):
        stops = int(self.value["supervisor_"]["stop_asked_"])
        state = "stopping" if stops else "started" if int(self.value["started_"]["_M_base"]["_M_i"]) else "not started"
        return f"team of {text.counted(len(self.members()), 'actor', 'actors')}, {state}"

    def members(self):
        """Addresses of all that it supervises, also of those that came while it ran."""
        memory = Shared.get().memory
        after = Table(memory, "actors_debugger_actors", "no actors")["actor_cell.after"]
        found = []
        each = int(self.value["supervisor_"]["first_"])
        while each and len(found) != 4096:
            found.append(each)
            each = memory.u64(each + after)
        return found

    def teams(self):
        """Addresses of the teams among them; std::shared_ptr begins with the pointer."""
        bounds = self.value["teams_"]["_M_impl"]
        begin, end = int(bounds["_M_start"]), int(bounds["_M_finish"])
        memory = Shared.get().memory
        return {memory.u64(each) for each in range(begin, min(end, begin + 16 * 4096), 16)}

    def children(self):
        try:
            world = Shared.get()
            teams = self.teams()
            for i, address in enumerate(self.members()):
                yield f"[{i}]", actor_text(world, address, "team" if address in teams else "actor")
        except (NoLibrary, Unreadable, gdb.error) as problem:
            yield "actors", f"<{problem}>"


PRINTERS = (
    ("task", "(task|join_handle)<.*>", TaskPrinter),
    ("task_ref", "task_ref", TaskRefPrinter),
    ("channel_end", "((oneshot_|broadcast_|watch_)?(sender|receiver)|detail::weak_end)<.*>", EndPrinter),
    ("mutex", "mutex", MutexPrinter),
    ("actor_ref", "actor_ref<.*>", ActorRefPrinter),
    ("team", "team", TeamPrinter),
)


def register():
    printers = gdb.printing.RegexpCollectionPrettyPrinter("libactors")
    for name, pattern, printer in PRINTERS:
        printers.add_printer(name, f"^actors::(v1::)?{pattern}$", printer)
    gdb.printing.register_pretty_printer(None, printers, replace=True)
    for event in ("stop", "cont", "exited", "memory_changed", "new_objfile", "clear_objfiles", "inferior_call"):
        getattr(gdb.events, event).connect(Shared.forget)
