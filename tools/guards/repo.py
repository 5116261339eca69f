"""What the guards share: the files of the project, its include directives, and how a problem is reported."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "tools" / "guards"
INCLUDE_DIRS = ("channels/include", "libactors/include")
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")')


def files(*suffixes):
    """Paths relative to ROOT, committed or new, that git does not ignore; all of them without suffixes."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(
            ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    else:
        listed = [str(p.relative_to(ROOT)) for p in ROOT.rglob("*") if p.relative_to(ROOT).parts[0] not in ("build", ".cache")]
    wanted = {name for name in listed if name and (not suffixes or name.endswith(suffixes))}
    return sorted(name for name in wanted if (ROOT / name).is_file())


def lines(name):
    """(number, text) of each line; nothing for a binary file."""
    data = (ROOT / name).read_bytes()
    return [] if b"\0" in data else list(enumerate(data.decode("utf-8", "replace").splitlines(), 1))


def includes(name):
    """(line number, header, is it in angle brackets) of each include directive."""
    for number, text in lines(name):
        if found := INCLUDE.match(text):
            yield number, found[1] or found[2], bool(found[1])


def public_headers():
    return [name for name in files(".hpp") if name.startswith(INCLUDE_DIRS)]


def header_name(path):
    """`actors/x.hpp` of `channels/include/actors/x.hpp`."""
    return path.split("/include/", 1)[1]


def words_of(table):
    """The lines of a text table in tools/guards, split in words; `#` starts a comment."""
    rows = (text.split("#", 1)[0].split() for text in (HERE / table).read_text().splitlines())
    return [row for row in rows if row]


def finish(problems, note=""):
    """Prints `ok NAME` or the problems (`file:line: message`), and ends the guard."""
    name = pathlib.Path(sys.argv[0]).stem
    if not problems:
        print(f"ok {name}{' (' + note + ')' if note else ''}")
        sys.exit(0)
    print("\n".join(problems))
    print(f"FAILED {name}: {len(problems)} found")
    sys.exit(1)
