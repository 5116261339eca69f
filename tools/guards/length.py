"""No C++ file is longer than 450 lines, but for those that long_files.txt names with a reason."""
import repo

LIMIT = 450
allowed = {row[0] for row in repo.words_of("long_files.txt")}
problems = []
for path in repo.files(".hpp", ".cpp"):
    count = len(repo.lines(path))
    if count > LIMIT and path not in allowed:
        problems.append(f"{path}:{LIMIT + 1}: {count} lines, more than {LIMIT}: is the file about one thing?")
for path in sorted(allowed - set(repo.files(".hpp", ".cpp"))):
    problems.append(f"tools/guards/long_files.txt:1: there is no {path}")
repo.finish(problems)
