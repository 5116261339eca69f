"""Tasks and channels of libactors, found in the memory of a process or a core file. Nothing is called in it."""
