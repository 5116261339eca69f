"""The memory of the process, or core file, that gdb looks at."""
import struct

import gdb


class Unreadable(Exception):
    """There is no memory at an address that was to be read."""


class NoLibrary(Exception):
    """There is nothing to look at: no process, or none with the library. The text says which."""


class Memory:
    """Reads through a cache, so it is good for one command only. Everything else gets its bytes here: a pointer that
    leads nowhere is `Unreadable`, never an error of gdb's."""

    PAGE = 4096
    LONGEST_TEXT = 64 * 1024

    def __init__(self):
        self.inferior = gdb.selected_inferior()
        if self.inferior.pid == 0:
            raise NoLibrary("There is no process: start the program, attach to one, or open a core file.")
        self.pages = {}
        self.texts = {}

    def page(self, number):
        found = self.pages.get(number)
        if found is None:
            try:
                found = bytes(self.inferior.read_memory(number * self.PAGE, self.PAGE))
            except (gdb.error, OverflowError):  # gdb.MemoryError is one
                found = b""
            self.pages[number] = found
        if not found:
            raise Unreadable(f"cannot read memory at {number * self.PAGE:#x}")
        return found

    def read_ahead(self, address, size):
        """Whole pages at once, where they can be had."""
        first, last = address // self.PAGE, (address + size - 1) // self.PAGE
        try:
            block = bytes(self.inferior.read_memory(first * self.PAGE, (last + 1 - first) * self.PAGE))
        except (gdb.error, OverflowError):
            return  # page by page, then
        for number in range(first, last + 1):
            begin = (number - first) * self.PAGE
            self.pages[number] = block[begin:begin + self.PAGE]

    def read(self, address, size):
        if address < 0 or address >> 64 or size > self.LONGEST_TEXT * 16:
            raise Unreadable(f"no address: {address:#x}")
        begin = address % self.PAGE
        page = self.page(address // self.PAGE)
        if begin + size <= self.PAGE:
            return page[begin:begin + size]
        return page[begin:] + self.read(address + self.PAGE - begin, size - (self.PAGE - begin))

    def u8(self, address):
        return self.read(address, 1)[0]

    def u16(self, address):
        return struct.unpack("<H", self.read(address, 2))[0]

    def u32(self, address):
        return struct.unpack("<I", self.read(address, 4))[0]

    def u64(self, address):
        return struct.unpack("<Q", self.read(address, 8))[0]

    def text(self, address):
        """A text that ends with a zero; kept, as places share theirs."""
        found = self.texts.get(address)
        if found is None:
            parts = []
            at = address
            while at < address + self.LONGEST_TEXT:
                piece = self.page(at // self.PAGE)[at % self.PAGE:]
                end = piece.find(b"\0")
                parts.append(piece if end < 0 else piece[:end])
                at += len(piece)
                if end >= 0:
                    break
            else:
                raise Unreadable(f"no text at {address:#x}")
            found = self.texts[address] = readable(b"".join(parts))
        return found

    def string(self, address):
        """A std::string of libstdc++."""
        begin, size = self.u64(address), self.u64(address + 8)
        if size > self.LONGEST_TEXT:
            raise Unreadable(f"no string at {address:#x}")
        return readable(self.read(begin, size)) if size else ""


def readable(text):
    """What is no UTF-8, or would do something to a terminal, is escaped."""
    return "".join(c if c.isprintable() else repr(c)[1:-1]
                   for c in text.decode("utf-8", errors="backslashreplace"))
