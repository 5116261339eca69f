"""docs/semantics.md and the tests: every promise has a test that names it, and tests name only what is promised."""
import re

import repo

PAGE = "docs/semantics.md"
PROMISE = re.compile(r"^- \*\*([A-Z]\d+)\*\* ")
NUMBERS = re.compile(r"//\s+((?:[A-Z]\d+)(?:, [A-Z]\d+)*)(?![\w])")

problems = []
promised = {}
for number, text in repo.lines(PAGE):
    if found := PROMISE.match(text):
        if found[1] in promised:
            problems.append(f"{PAGE}:{number}: {found[1]} is promised twice")
        promised[found[1]] = number
tested = set()
for path in repo.files(".cpp"):
    if not path.startswith("tests/"):
        continue
    for number, text in repo.lines(path):
        for found in NUMBERS.finditer(text):
            for name in found[1].split(", "):
                tested.add(name)
                if name not in promised:
                    problems.append(f"{path}:{number}: {PAGE} has no line {name}")
for name, number in promised.items():
    if name not in tested:
        problems.append(f"{PAGE}:{number}: no test names {name}")
repo.finish(problems, f"{len(promised)} promises")
