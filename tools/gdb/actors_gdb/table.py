"""Where everything is: the tables that the library has in its data (detail/debugger_entry.hpp)."""
import gdb

from .memory import NoLibrary, Unreadable

VERSION = 1
ENTRY_BYTES = 32
NAME_BYTES = 24


class Table:
    """`table["task.home"]`: an offset, a number or an address."""

    def __init__(self, memory, symbol, what):
        try:
            pointer = int(gdb.parse_and_eval(f"(unsigned long)&{symbol}"))
        except gdb.error:
            raise NoLibrary(f"The program has {what} of libactors, or was stripped of its symbols: there is no "
                            f"{symbol}.") from None
        self.entries = {}
        try:
            begin = memory.u64(pointer)
            for i in range(memory.u64(begin + NAME_BYTES)):
                line = memory.read(begin + i * ENTRY_BYTES, ENTRY_BYTES)
                name = line[:NAME_BYTES].rstrip(b"\0").decode("ascii")
                self.entries[name] = int.from_bytes(line[NAME_BYTES:], "little")
        except (Unreadable, UnicodeDecodeError) as problem:
            raise NoLibrary(f"The program's memory is damaged, or not a part of the core file: what {symbol} points to "
                            f"cannot be read ({problem}).") from None
        if self.entries.get("version") != VERSION:
            raise NoLibrary(f"This script is for another version of libactors than the program has: {symbol} has "
                            f"version {self.entries.get('version')}, expected {VERSION}.")

    def __getitem__(self, name):
        try:
            return self.entries[name]
        except KeyError:
            raise NoLibrary(f"This script is for another version of libactors than the program has: the program does "
                            f"not say where {name} is.") from None
