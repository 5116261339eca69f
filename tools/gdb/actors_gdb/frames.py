"""The memory that tasks lie in: what for_each_frame of src/runtime/frame_pool.cpp shows, and which block is where."""
import bisect

from .memory import Unreadable

MOST_REGIONS = 1 << 20  # 2 TiB
MOST_LARGE = 1 << 22


class Frames:
    """A list that makes no sense is left where it does not, and that is said in `problems`."""

    def __init__(self, memory, offsets, problems):
        self.memory, self.offsets, self.problems = memory, offsets, problems
        self.pages = {}  # by the address of their memory: (first block, bytes of a block, blocks that were handed out)
        self.large = []  # blocks, by address
        roots = offsets["roots"]
        try:
            regions = memory.u64(roots + offsets["roots.regions"]) + offsets["regions.first"]
            large = memory.u64(roots + offsets["roots.large"]) + offsets["large.first"]
            self.walk(memory.u64(regions), offsets["region.next"], MOST_REGIONS, self.add_region)
            self.walk(memory.u64(large), offsets["large.next"], MOST_LARGE,
                      lambda each: self.large.append(each + offsets["large.offset"]))
        except Unreadable as problem:
            problems.append(f"the memory of tasks was not found: {problem}")
        self.large.sort()

    def walk(self, each, next, most, visit):
        seen = set()
        while each and each not in seen and len(seen) < most:
            seen.add(each)
            try:
                visit(each)
                each = self.memory.u64(each + next)
            except Unreadable as problem:
                self.problems.append(f"a list of the memory of tasks is damaged behind its first {len(seen) - 1}, so tasks "
                                     f"may be missing: {problem}")
                break

    def add_region(self, region):
        memory, offsets = self.memory, self.offsets
        if region % offsets["region.bytes"]:
            raise Unreadable(f"{region:#x} is no region")
        count = offsets["region.page_count"]
        page_bytes = offsets["region.bytes"] // count
        free = memory.u32(region + offsets["region.free"])
        for i in range(count):
            if free >> i & 1:
                continue
            page = region + offsets["region.pages"] + i * offsets["page.bytes"]
            blocks = memory.u64(page + offsets["page.blocks"])
            used = memory.u32(page + offsets["page.handed_out"])
            each = memory.u16(page + offsets["page.block_bytes"])
            begin = region + i * page_bytes
            if used == 0:
                continue
            if each < offsets["task.bytes"] or blocks < begin or blocks + used * each > begin + page_bytes:
                self.problems.append(f"the description of a page at {begin:#x} is damaged: its tasks are missing")
                continue
            self.pages[begin] = (blocks, each, used)

    def for_each_head(self):
        """Gives (address, the bytes of the head) for each block that was ever handed out, in use or not."""
        size = self.offsets["task.bytes"]
        for blocks, each, used in self.pages.values():
            self.memory.read_ahead(blocks, used * each)
            try:
                for head in range(blocks, blocks + used * each, each):
                    yield head, self.memory.read(head, size)
            except Unreadable as problem:
                self.problems.append(f"tasks are missing: {problem}")
        for head in self.large:
            try:
                yield head, self.memory.read(head, size)
            except Unreadable as problem:
                self.problems.append(f"a task is missing: {problem}")

    def block_around(self, address):
        """The block that this address is in; None where it is in none."""
        page = self.pages.get(address & ~(self.offsets["region.bytes"] // self.offsets["region.page_count"] - 1))
        if page is not None:
            blocks, each, used = page
            index = (address - blocks) // each
            return blocks + index * each if 0 <= index < used else None
        place = bisect.bisect_right(self.large, address)
        return self.large[place - 1] if place else None
