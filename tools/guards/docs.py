"""Markdown files: links lead somewhere, README names only files that exist, and code blocks that are marked as copies of an
example are identical to it. `<!-- from examples/x.cpp -->` before a block means the whole file, `<!-- from examples/x.cpp [name] -->`
the region between `// [name]` and `// [/name]` (in YAML and shell files `# [name]`), without its common indentation."""
import posixpath
import re
import textwrap

import repo

LINK = re.compile(r"\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
MARK = re.compile(r"^\s*<!--\s*from\s+(\S+?)(?:\s+\[([^\]/]+)\])?\s*-->\s*$")
FENCE = re.compile(r"^\s*(```+|~~~+)")
ALL = repo.files()
TOP = sorted({name.split("/", 1)[0] for name in ALL if "/" in name}, key=len, reverse=True)
NAMED = re.compile(r"(?<![\w/.<>$~-])(?:\./)?((?:" + "|".join(map(re.escape, TOP)) + r")/[\w./+-]*[\w+])(?![\w*{<}])")


def exists(name):
    return not name or (repo.ROOT / name).exists()


def region_of(name, region):
    """The text that a block must have, or a message that begins with `!`."""
    if name not in ALL:
        return f"!there is no {name}"
    text = (repo.ROOT / name).read_text()
    if not region:
        return text.strip("\n")
    marker = re.compile(r"^\s*(?://|#) \[(/?)" + re.escape(region) + r"\]\s*$")
    rows = text.split("\n")
    at = [(bool(found[1]), i) for i, row in enumerate(rows) if (found := marker.match(row))]
    if [closing for closing, _ in at] != [False, True]:
        return f"!{name} must have `[{region}]` and then `[/{region}]`, once each, in comments of their own lines"
    return textwrap.dedent("\n".join(rows[at[0][1] + 1:at[1][1]])).strip("\n")


def check_copy(path, number, mark, rest):
    """rest: (number, text) of the lines after the mark."""
    while rest and not rest[0][1].strip():
        rest = rest[1:]
    fence = FENCE.match(rest[0][1]) if rest else None
    if not fence:
        return [f"{path}:{number}: no code block after this mark"]
    block = []
    for _, text in rest[1:]:
        if text.strip() == fence[1]:
            break
        block.append(text)
    wanted = region_of(mark[1], mark[2])
    if wanted.startswith("!"):
        return [f"{path}:{number}: {wanted[1:]}"]
    wanted = wanted.split("\n")
    while block and not block[-1]:
        block.pop()
    for i in range(max(len(block), len(wanted))):
        found, expected = (rows[i] if i < len(rows) else "<end>" for rows in (block, wanted))
        if found != expected:
            return [f"{path}:{rest[0][0] + 1 + i}: differs from {mark[1]}: expected `{expected}`, found `{found}`"]
    return []


problems = []
for path in (name for name in ALL if name.endswith(".md")):
    content = repo.lines(path)
    fence = ""
    for i, (number, text) in enumerate(content):
        if posixpath.basename(path) == "README.md":
            problems += [f"{path}:{number}: names {name}, which does not exist"
                         for name in NAMED.findall(text) if not exists(name) and not exists(posixpath.join(posixpath.dirname(path), name))]
        if found := FENCE.match(text):
            if not fence:
                fence = found[1]
            elif text.strip() == fence:
                fence = ""
            continue
        if fence:
            continue
        if mark := MARK.match(text):
            problems += check_copy(path, number, mark, content[i + 1:])
        for target in LINK.findall(re.sub(r"`[^`]*`", "", text)):
            target = target.split("#", 1)[0]
            if "://" in target or target.startswith("mailto:"):
                continue
            place = target.lstrip("/") if target.startswith("/") else posixpath.join(posixpath.dirname(path), target)
            if not exists(posixpath.normpath(place) if target else ""):
                problems.append(f"{path}:{number}: the link to {target} leads nowhere")
repo.finish(problems)
