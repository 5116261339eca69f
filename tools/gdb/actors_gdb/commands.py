"""info tasks, info channels."""
import gdb

from . import cycles, folding, text
from .memory import NoLibrary, Unreadable
from .world import World


WIDEST = 64


def print_line(line=""):
    gdb.write(line + "\n")


def print_problems(world):
    shown = list(dict.fromkeys(world.problems))
    for problem in shown[:8]:
        print_line(f"warning: {problem}")
    if len(shown) > 8:
        print_line(f"warning: and {len(shown) - 8} more of the kind")


def print_table(head, rows, notes):
    """Below each row its note, where that is not empty."""
    widths = [min(max(map(len, column)), WIDEST) for column in zip(head, *rows)]
    for row, note in zip((head, *rows), ("", *notes)):
        print_line("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
        if note:
            print_line("    " + note)


class Command(gdb.Command):
    def __init__(self):
        super().__init__(self.NAME, gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        try:
            world = World()
            self.show(world, gdb.string_to_argv(argument))
            print_problems(world)
        except (NoLibrary, Unreadable) as problem:
            raise gdb.GdbError(str(problem)) from None


def address_in(value):
    """Of a number, a pointer, or a variable that refers to a task or a channel."""
    if value.type.strip_typedefs().code in (gdb.TYPE_CODE_REF, gdb.TYPE_CODE_RVALUE_REF):
        value = value.referenced_value()
    if value.type.strip_typedefs().code == gdb.TYPE_CODE_STRUCT:
        members = {field.name for field in value.type.strip_typedefs().fields()}
        if "end_" in members:
            value = value["end_"]["of_"]
        else:
            value = value["block_" if "block_" in members else "state_"]
    return int(value) & ((1 << 64) - 1)


def chosen(things, wanted, what):
    """By name, or by the address that an expression gives."""
    found = [each for each in things if each.name == wanted]
    if found:
        return found
    try:
        address = address_in(gdb.parse_and_eval(wanted))
    except (gdb.error, OverflowError) as problem:
        raise gdb.GdbError(f"No {what} is called '{wanted}', and it is no address: {problem}") from None
    found = [each for each in things if address in (each.id, each.address)]
    if not found:
        raise gdb.GdbError(f"No {what} that lives is called '{wanted}', or is at {address:#x}.")
    return found


class InfoTasks(Command):
    """The tasks of libactors that have not ended: what each one waits for, at which object, and where.
Usage: info tasks [-v] [-a] [ID | NAME]...

Without arguments one line for each task. With -v, or with the ids or names of tasks, the asynchronous stack of each:
the coroutine that waits, who awaits it, where the task was spawned, and who waits for its end.
Of more than 16 tasks those that wait in the same way at the same place are shown together, the rarest first: the first
of them, and the names of the others. With -a each one is shown by itself.
An id is an address, or an expression that gives one. Nothing is called in the program; core files will do.
A task that runs has no stack in here but where it last waited: see `thread apply all bt`."""

    NAME = "info tasks"

    def show(self, world, arguments):
        world.need_tasks()
        world.find_tasks()
        wanted = [each for each in arguments if each not in ("-v", "-a")]
        tasks = list(world.tasks.values())
        if wanted:
            tasks = [task for each in wanted for task in chosen(tasks, each, "task")]
        if not wanted:
            waiting = sum(task.waits() for task in tasks)
            print_line(f"{text.counted(len(tasks), 'task', 'tasks')}, {waiting} waiting" if tasks else "No tasks.")
        rings = cycles.find(world) if not wanted else []
        each_one = wanted or "-a" in arguments
        kinds = [[task] for task in tasks] if each_one else folding.kinds(tasks, folding.task_key(rings))
        if headline := folding.headline(tasks, kinds):
            print_line(headline)
        notes = [folding.rest_of_tasks(alike) if len(alike) > 1 else "" for alike in kinds]
        if wanted or "-v" in arguments:
            for (task, *_), note in zip(kinds, notes):
                self.show_one(world, task, note)
        elif tasks:
            print_table(("Id", "Name", "Where", "State"),
                        [(f"{task.id:#x}", f"'{task.name}'" if task.name else "-", text.where(task) or "-",
                          text.one_line(world, task)) for task, *_ in kinds], notes)
        if not wanted:
            for ring in rings:
                print_line("DEADLOCK: these tasks wait for each other, each for the next:")
                for line in folding.ring_lines(ring):
                    print_line(f"  {line}")
                print_line("  and that one for the first")

    @staticmethod
    def show_one(world, task, note):
        print_line()
        print_line(text.name_of_task(task) + (f" {task.id:#x}" if task.name else ""))
        for line in text.details(world, task):
            print_line("  " + line)
        if note:
            print_line("    " + note)


class InfoChannels(Command):
    """The channels of libactors in the process: what is in them, who has them, and who waits at them.
Usage: info channels [-a] [ID | NAME]...

One line for each channel, but one-shot channels without a name, which the library keeps no list of. With the ids or
names of channels all who wait at them. Of more than 16 channels those that are alike, as the tasks are that wait there,
are shown together, the rarest first. With -a each one is shown by itself. Nothing is called in the program; core files
will do."""

    NAME = "info channels"

    def show(self, world, arguments):
        channels = world.channels()
        world.find_tasks()
        wanted = [each for each in arguments if each != "-a"]
        if wanted:
            for channel in [one for each in wanted for one in chosen(channels, each, "channel")]:
                self.show_one(world, channel)
            return
        print_line(text.counted(len(channels), "channel", "channels") if channels else "No channels.")
        kinds = [[channel] for channel in channels] if "-a" in arguments else self.kinds(world, channels)
        if headline := folding.headline(channels, kinds):
            print_line(headline)
        if channels:
            print_table(("Id", "Type", "Name", "Made at", "State", "Waiting"),
                        [(f"{each.id:#x}", each.type, f"'{each.name}'" if each.name else "-",
                          each.made_at.path() if each.made_at is not None else "-", text.figures(each),
                          self.waiting(world, each))
                         for each, *_ in kinds],
                        [folding.rest_of_channels(alike) if len(alike) > 1 else "" for alike in kinds])

    @staticmethod
    def kinds(world, channels):
        tasks = list(world.tasks.values())
        alike = folding.kinds(tasks, folding.task_key(cycles.find(world)))
        alone = {kind[0].id for kind in alike if len(kind) == 1}
        return folding.kinds(channels, folding.channel_key(tasks, alone))

    @staticmethod
    def waiters(world, channel):
        """What they wait for, and their names, list by list."""
        by_what = {}
        try:
            for what, party, _ in world.sources.waiters(channel):
                by_what.setdefault(f"to {what}", []).append(text.name_of_party(world, party))
        except Unreadable as problem:
            by_what["but that is damaged"] = [str(problem)]
        return by_what.items()

    def waiting(self, world, channel):
        return "; ".join(f"{what}: {text.names(names)}" for what, names in self.waiters(world, channel)) or "-"

    def show_one(self, world, channel):
        print_line()
        print_line(text.name_of_source(channel) + (f" {channel.id:#x}" if channel.name else ""))
        print_line(f"  {text.figures(channel)}")
        if channel.name and channel.made_at is not None:
            print_line(f"  made at {channel.made_at.path()}, in {channel.made_at.function}")
        for what, names in self.waiters(world, channel):
            print_line(f"  waiting {what}:")
            for name in names:
                print_line(f"    {name}")


def register():
    InfoTasks()
    InfoChannels()
