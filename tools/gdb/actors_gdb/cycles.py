"""Tasks that wait for each other in a ring (src/introspection/wait_cycles.cpp)."""

# Waits that do not end before all that they are for has happened, by their texts.
FOR_ALL = ("wait for the end of task", "gather: wait for the end of task", "wait for the children of a group",
           "shield: wait for the end of task")


def find(world):
    """Lists of tasks; each task is in one at most."""
    on_way, done, told, found = {}, set(), set(), []
    for first in world.tasks.values():
        way = []

        def enter(task):
            on_way[task.id] = len(way)
            way.append((task, iter(targets(world, task))))

        if first.id not in done:
            enter(first)
        while way:
            task, rest = way[-1]
            target = next(rest, None)
            if target is None:
                way.pop()
                del on_way[task.id]
                done.add(task.id)
            elif target.id in on_way:
                ring = [each for each, _ in way[on_way[target.id]:]]
                if not any(each.id in told for each in ring):
                    told.update(each.id for each in ring)
                    found.append(ring)
            elif target.id not in done:
                enter(target)
    return found


def targets(world, task):
    if not task.waits():
        return ()
    if task.kind == world.channel_table["kind.lock_mutex"]:
        holder = world.tasks.get(task.source.holder) if task.source is not None else None
        return () if holder is None else (holder,)
    return task.awaits if world.sources.wait_text(task.kind) in FOR_ALL else ()
