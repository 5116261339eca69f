"""Which tasks, and which channels, are alike: by the rules of src/introspection/snapshot_kinds.cpp; and many names in a
few words (src/introspection/name_ranges.cpp)."""
import re

from . import text

FEW = 16         # so many are shown one by one
MOST_KINDS = 60  # where there are more, names may differ in anything
MOST_RANGES = 3
NUMBER = re.compile("([0-9]+)")


def kinds(things, key):
    """Lists of those with the same key, the smallest first; each one by itself where there are few."""
    if len(things) <= FEW:
        return [[each] for each in things]
    for name_key in (pattern, bool):
        found = {}
        for each in things:
            found.setdefault(key(each, name_key), []).append(each)
        if len(found) <= MOST_KINDS:
            break
    for alike in found.values():
        alike.sort(key=lambda each: natural(each.name))
    return sorted(found.values(), key=len)


def natural(name):
    """To sort names: `worker 9` stands before `worker 10`."""
    return [(len(part), part) if i % 2 else part for i, part in enumerate(NUMBER.split(name))]


def pattern(name):
    return NUMBER.sub("#", name)


def class_of(source, name_key):
    return (source.type, name_key(source.name), source.made_at and source.made_at.path(),
            source.capacity, source.closed)


def task_key(rings):
    """Those of rings, and what is damaged, are shown one by one."""
    in_ring = {task.id for ring in rings for task in ring}

    def key(task, name_key):
        if task.damage or task.id in in_ring and len(in_ring) <= FEW:
            return task.id
        return (text.state(task).split(" on ")[0], task.kind, name_key(task.name), task.head.cancelled,
                bool(task.awaits), task.awaited_by_thread, task.id in in_ring,
                tuple(place.function + place.path() for place in task.stack),
                task.spawned_at and task.spawned_at.path(), task.source and class_of(task.source, name_key),
                tuple(sorted(str(class_of(each, name_key)) for each in task.alternatives)))
    return key


def channel_key(tasks, alone):
    """`alone`: the tasks that are shown one by one. The channels at which these wait are, too."""
    by_one, by_many = set(), set()
    for task in tasks:
        for each in sources_of(task):
            (by_one if task.id in alone else by_many).add(each.id)

    def key(channel, name_key):
        if channel.id in by_one:
            return channel.id
        fullness = 0 if not channel.size else 1 if channel.size < channel.capacity else 2
        return (class_of(channel, name_key), fullness, channel.id in by_many)
    return key


def follows(a, b):
    """Whether `b` is `a` with a last number that is larger by one."""
    one, next = (re.fullmatch("(.*?)([0-9]+)([^0-9]*)", each, re.DOTALL) for each in (a, b))
    if one is None or next is None or one[1] != next[1] or one[3] != next[3]:
        return False
    return str(int(one[2]) + 1).zfill(len(one[2])) == next[2]


def ranges(names):
    found = []
    for each in sorted(names, key=natural):
        if found and follows(found[-1][1], each):
            found[-1][1:] = [each, found[-1][2] + 1]
        else:
            found.append([each, each, 1])
    return found


def ring_lines(ring):
    """In a large one names that count up or down are one line."""
    runs, direction = [], 0
    for task in ring:
        step = 0
        if runs and runs[-1][-1].name and task.name:
            last = runs[-1][-1].name
            step = 1 if follows(last, task.name) else -1 if follows(task.name, last) else 0
        if step and direction in (0, step):
            runs[-1].append(task)
            direction = step
        else:
            runs.append([task])
            direction = 0
    lines = []
    for run in runs:
        if len(ring) > FEW and len(run) > 2:
            lines.append(f"{text.name_of_task(run[0])} to {text.name_of_task(run[-1])}, which are {len(run)}")
        else:
            lines += [text.name_of_task(task) for task in run]
    return lines


def list_of(things):
    """"'jobs 1' to 'jobs 99'"; the ids of those that have no names of their own."""
    names = {each.name for each in things} - {""}
    if len(names) != len(things):
        found = [(f"{each.id:#x}", 1) for each in things]
    else:
        found = [(f"'{first}'" + ("" if count == 1 else f", '{last}'" if count == 2 else f" to '{last}'"), count)
                 for first, last, count in ranges(names)]
    left = sum(count for _, count in found[MOST_RANGES:])
    return ", ".join(words for words, _ in found[:MOST_RANGES]) + (f" and {left} more" if left else "")


def others_than(first, of_others):
    """Of lists of things those that are not in the first one, each once."""
    known, found = {each.id for each in first}, []
    for each in of_others:
        if each.id not in known:
            known.add(each.id)
            found.append(each)
    return found


def sources_of(task):
    return ([task.source] if task.source is not None else []) + task.alternatives


def rest_of_tasks(alike):
    """What is said of all but the first, which has been told."""
    first, others = alike[0], alike[1:]
    line = f"and {len(others)} more {'that wait ' if first.waits() else ''}like it: {list_of(others)}"
    sources = others_than(sources_of(first), (each for task in others for each in sources_of(task)))
    if sources:
        line += f"; at {text.counted(len(sources), 'other', 'others')}: {list_of(sources)}"
    awaited = others_than(first.awaits, (each for task in others for each in task.awaits))
    if awaited:
        line += f"; for {text.counted(len(awaited), 'other task', 'other tasks')}: {list_of(awaited)}"
    return line


def rest_of_channels(alike):
    return f"and {len(alike) - 1} more like it: {list_of(alike[1:])}"


def headline(things, folded):
    """Empty where each is shown by itself."""
    if len(folded) == len(things):
        return ""
    return f"{text.counted(len(folded), 'kind', 'kinds')}, the rarest first; with -a each one is shown"
