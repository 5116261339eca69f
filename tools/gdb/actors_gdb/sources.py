"""What tasks wait at: channels, mutexes and the like, as src/introspection/wait_sources.cpp describes them; the register of
all channels (channels/src/channel_entry.cpp)."""
from .memory import Unreadable

CHANNEL_TYPES = ("channel", "one-shot channel", "broadcast channel", "watch channel")
OTHER_SOURCES = ("shared_mutex", "semaphore", "event", "latch", "barrier", "condition", "queue")
MOST_WAITERS = 1024
MOST_CHANNELS = 1 << 24
UNLIMITED = (1 << 63) - 1


class Source:
    """Figures are None where they are not known, or mean nothing."""

    def __init__(self, type, id, address=None):
        self.type, self.id = type, id
        self.address = id if address is None else address
        self.name = ""
        self.made_at = self.size = self.capacity = self.senders = self.receivers = None
        self.closed = False
        self.holder = 0     # of a mutex: the party that has it
        self.lists = []     # of a channel: (what is waited for, the address of the list)
        self.lock = 0


class Sources:
    def __init__(self, memory, offsets, places):
        self.memory, self.offsets, self.places = memory, offsets, places

    def wait_text(self, kind):
        offsets = self.offsets
        index = kind if kind < offsets["wait_kinds"] else 0
        return self.memory.text(self.memory.u64(offsets["wait_texts"] + 8 * index))

    def at_lock(self, kind, lock, mutex_offsets):
        """The source that a lock is a part of, from the kind of the wait under it; None where nothing can be said."""
        offsets = self.offsets
        if offsets["kind.send"] <= kind <= offsets["kind.receive_delivery"]:
            return self.channel(lock - offsets["core.lock"])
        if offsets["kind.receive_oneshot"] <= kind <= offsets["kind.desertion"]:
            return self.other_channel(lock - offsets["source.lock"])
        if kind == offsets["kind.lock_mutex"]:
            return self.mutex(lock - mutex_offsets["mutex.lock"], mutex_offsets)
        if offsets["kind.lock_shared"] <= kind <= offsets["kind.join_queue"]:
            words = self.wait_text(kind).split()
            return next((Source(type, lock) for type in OTHER_SOURCES if type in words), None)
        return None

    def mutex(self, address, offsets):
        found = Source("mutex", address)
        found.lock = address + offsets["mutex.lock"]
        holder = self.memory.u64(address + offsets["mutex.holder"])
        found.holder = 0 if holder == address else holder  # itself: somebody whose name is not known
        return found

    def channel(self, core):
        found = self.entry(core, "core")
        memory, offsets = self.memory, self.offsets
        found.size = memory.u64(core + offsets["core.used"])
        found.capacity = min(memory.u64(core + offsets["core.capacity"]), UNLIMITED)
        found.lists = [("receive", core + offsets["core.waiting_receivers"]),
                       ("send", core + offsets["core.waiting_senders"])]
        rare = memory.u64(core + offsets["core.rare"])
        if rare:
            found.lists.append(("reserve a place", rare + offsets["rare.waiting_reservers"]))
        return found

    def other_channel(self, source):
        found = self.entry(source, "source")
        found.lists = [("receive", source + self.offsets["source.waiting"]),
                       ("go on when nobody receives", source + self.offsets["source.deserted"])]
        return found

    def entry(self, address, of):
        memory, offsets = self.memory, self.offsets
        type = memory.u8(address + offsets[of + ".type"])
        if type >= len(CHANNEL_TYPES) or (type == 0) != (of == "core"):
            raise Unreadable(f"{address:#x} is no channel")
        found = Source(CHANNEL_TYPES[type], address + self.entry_of(of), address)
        name = memory.u64(address + offsets[of + ".name"])
        found.name = memory.text(name) if name else ""
        found.made_at = self.places.at(memory.u64(address + offsets[of + ".made_at"]))
        found.senders = memory.u32(address + offsets[of + ".senders"])
        found.receivers = memory.u32(address + offsets[of + ".receivers"])
        found.closed = memory.u8(address + offsets[of + ".closed"]) != 0
        found.lock = address + offsets[of + ".lock"]
        return found

    def entry_of(self, of):
        """Where in a channel its place in the register is. The address of that is its id."""
        return self.offsets[of + ".link"] - self.offsets["link.behind"]

    def any_channel(self, entry):
        if self.memory.u8(entry - self.entry_of("core") + self.offsets["core.type"]) == 0:
            return self.channel(entry - self.entry_of("core"))
        return self.other_channel(entry - self.entry_of("source"))

    def all_channels(self, problems):
        memory, offsets = self.memory, self.offsets
        found = []
        try:
            root = {name: memory.u64(offsets["roots"] + offsets["roots." + name])
                    for name in ("shards", "shard_count", "shard_bytes", "head", "marks", "mark_count")}
        except Unreadable as problem:
            problems.append(f"the register of channels was not found: {problem}")
            return found
        for i in range(min(root["shard_count"], 1024)):
            shard = root["shards"] + i * root["shard_bytes"]
            seen = set()
            try:
                marks = {memory.u64(shard + root["marks"] + 8 * k) for k in range(min(root["mark_count"], 64))}
                link = memory.u64(shard + root["head"] + offsets["link.behind"])
                while link and link not in seen and len(seen) < MOST_CHANNELS:
                    seen.add(link)
                    if link not in marks:
                        self.add(link, found, problems)
                    link = memory.u64(link + offsets["link.behind"])
            except Unreadable as problem:
                problems.append(f"a list of channels is damaged behind its first {len(seen)}: {problem}")
        return sorted(found, key=lambda each: each.id)

    def add(self, entry, to, problems):
        try:
            to.append(self.any_channel(entry))
        except Unreadable as problem:
            problems.append(f"the channel {entry:#x} is damaged: {problem}")

    def waiters(self, source):
        """Gives (what, party, whether its wait is at several sources) for each that waits there."""
        for what, list in source.lists:
            for party, by_word in self.listed(list, source.lock):
                yield what, party, by_word

    def listed(self, list, lock):
        memory, offsets = self.memory, self.offsets
        node = memory.u64(list + offsets["list.head"])
        seen = set()
        while node and node not in seen and len(seen) < MOST_WAITERS:
            seen.add(node)
            party = memory.u64(node + offsets["node.who"])
            by_word = memory.u8(node + offsets["node.by_word"]) != 0
            # One that a cancellation woke takes itself out later.
            if by_word:
                live = memory.u32(party + offsets["waiter.word"]) & offsets["waiter.phase_mask"] != 0
            else:
                live = memory.u64(party + offsets["waiter.next"]) == lock | offsets["waiter.lock_note"]
            if live:
                yield party, by_word
            node = memory.u64(node + offsets["node.next"])
