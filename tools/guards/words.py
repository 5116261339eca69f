"""Words that no file of the project may hold: paths of one machine, open ends without a condition, switched-off tests."""
import re

import repo

# Written with [x] here and there so that this file does not hold the words itself.
RULES = (
    (re.compile(r"(?<![\w.~})$-])/(?:work|root|home)/"), "", "a path of one machine"),
    (re.compile(r"\bTO[D]O\b(?!\(when )|\bFIX[M]E\b(?!\(when )"), "", "an open end without a condition: write TO" "DO(when CONDITION)"),
    (re.compile(r"\bGTEST_[S]KIP\b|\bDIS[A]BLED_"), "", "a test that is skipped or switched off"),
    (re.compile(r"\bthis_thread::sleep_(?:for|until)\b"), "tests/", "waiting by time: wait for the thing, or use virtual time"),
)

problems = []
for path in repo.files():
    for number, text in repo.lines(path):
        for pattern, folder, message in RULES:
            if path.startswith(folder) and pattern.search(text):
                problems.append(f"{path}:{number}: {message}: {text.strip()[:100]}")
repo.finish(problems)
