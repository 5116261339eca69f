"""Support for libactors in gdb: `source` this file. See docs/debugging.md."""
import os
import sys

for name in [name for name in sys.modules if name.partition(".")[0] == "actors_gdb"]:
    del sys.modules[name]  # sourced again: as it is now
before = sys.dont_write_bytecode
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(os.path.expanduser(__file__))))
try:
    import actors_gdb.commands
    import actors_gdb.printers
finally:
    sys.path.pop(0)
    sys.dont_write_bytecode = before

actors_gdb.commands.register()
actors_gdb.printers.register()
