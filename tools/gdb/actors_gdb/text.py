"""What is said of tasks and channels: in the words of src/introspection/snapshot_text.cpp."""
from .memory import Unreadable
from .sources import UNLIMITED
from .tasks import CANCELLED, ERROR, NO_ROLE, PART, PENDING, SPAWNED, UNBORN, VALUE

MOST_NAMES = 8


def counted(count, one, many):
    return f"{count} {one if count == 1 else many}"


def name_of_source(source):
    """"channel 'jobs'", "channel 0x55d0 made at main.cpp:12", "mutex 0x7ffe"."""
    if source.name:
        return f"{source.type} '{source.name}'"
    made = f" made at {source.made_at.path()}" if source.made_at is not None else ""
    return f"{source.type} {source.id:#x}{made}"


def figures(source):
    words = ["closed"] if source.closed else []
    if source.size is not None:
        if source.capacity == 0:
            words.append("no buffer")
        elif source.capacity == UNLIMITED:
            words.append(f"{source.size} values")
        else:
            words.append(f"{source.size} of {source.capacity} values")
    if source.senders is not None:
        words.append(counted(source.senders, "sender", "senders"))
    if source.receivers is not None:
        words.append(counted(source.receivers, "receiver", "receivers"))
    return ", ".join(words)


def with_figures(source):
    words = figures(source)
    return name_of_source(source) + (f" ({words})" if words else "")


def name_of_task(task):
    if task.name:
        return f"task '{task.name}'"
    return f"task {task.id:#x}" + (f" ({task.stack[-1].function})" if task.stack else "")


def name_of_party(world, party):
    """Of what waits somewhere: a task, or a plain thread."""
    if world.has_tasks:
        return name_of_task(world.tasks[party]) if party in world.tasks else "a thread"
    if world.task_table is None:
        return f"a party at {party:#x}"
    try:
        if world.frames.block_around(party) == party:
            return name_of_task(world.task_at(party))
        return "a thread"
    except Unreadable:
        return f"something unreadable at {party:#x}"


def state(task):
    head = task.head
    if head.role == NO_ROLE and head.status <= PENDING:
        return "not started"
    if head.role == PART and head.status <= PENDING:
        return f"awaited by task {head.last_word:#x}"
    if head.status in (VALUE, ERROR, CANCELLED):
        return {VALUE: "ended with a value", ERROR: "ended with an error", CANCELLED: "cancelled"}[head.status]
    if head.role != SPAWNED or head.status not in (UNBORN, PENDING):
        return "no task, or a damaged one"
    if head.is_call:
        return "running"
    if head.waits:
        return "waiting"
    return "ready" if task.worker is None else f"running on worker {task.worker}"


def activity(world, task):
    text = state(task)
    if task.waits() and text == "waiting":
        if task.kind:
            text += ": " + world.sources.wait_text(task.kind)
        if task.source is not None:
            # What it waits for ends with the type of the object.
            if text.endswith(task.source.type):
                text = text[:-len(task.source.type)]
            if not text.endswith(" "):
                text += ", "
            text += with_figures(task.source)
            if task.source.holder:
                text += f", which {name_of_party(world, task.source.holder)} has"
        text += "".join((" of " if i == 0 else ", ") + with_figures(each) for i, each in enumerate(task.alternatives))
    text += "".join(f"; {each}" for each in task.damage)
    if task.head.cancelled and task.head.status == PENDING:
        text += "; asked to stop"
    return text


def one_line(world, task):
    """As `activity`, and for whose end it waits."""
    text = activity(world, task)
    if not task.awaits:
        return text
    awaited = names([name_of_task(each) for each in task.awaits])
    return text[:-len("task")] + awaited if text.endswith("end of task") else f"{text}: {awaited}"


def where(task):
    """Where its innermost coroutine is; of one that runs, where it last waited."""
    if not task.stack:
        return ""
    behind = "" if task.head.waits or task.head.role == NO_ROLE else "behind "
    return f"{behind}{task.stack[0].path()}, in {task.stack[0].function}"


def names(texts):
    more = f" and {len(texts) - MOST_NAMES} more" if len(texts) > MOST_NAMES else ""
    return ", ".join(texts[:MOST_NAMES]) + more


def details(world, task):
    """Lines, the first of which is what it does."""
    lines = [activity(world, task)]
    for i, place in enumerate(task.stack):
        behind = "behind " if i == 0 and not task.head.waits else ""
        lines.append(f"  {'awaited by' if i else 'in'} {place.function} ({behind}{place.path()})")
    if task.spawned_at is not None:
        lines.append(f"  spawned at {task.spawned_at.path()}, in {task.spawned_at.function}")
    if task.awaits:
        lines.append("  awaits " + names([name_of_task(each) for each in task.awaits]))
    if task.awaited_by:
        lines.append("  its end is awaited by " + names([name_of_party(world, each) for each in task.awaited_by]))
    if task.awaited_by_thread:
        lines.append("  its end is awaited by a thread")
    return lines
