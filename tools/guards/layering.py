"""Include directives only point downwards through the layers of the library."""
import posixpath

import repo

RANK = {layer: rank for rank, row in enumerate((
    ("channels",),
    ("runtime",),
    ("tasks", "sync", "io", "blocking", "simulation", "introspection"),
    ("actor", "caf"),
    ("pipeline", "config", "components", "stages"),
    ("umbrella",),
    ("outside",))) for layer in row}
TABLE = {row[0]: row[-1] for row in repo.words_of("layers.txt") if row[-1] in RANK}
KNOWN = set(repo.files(".hpp", ".cpp", ".ipp"))


def layer_of(path):
    """The layer of a file of the project; None for a header that neither its folder nor the table places."""
    if path.startswith("channels/"):
        return "channels"
    if path.startswith("libactors/src/"):
        below = path.removeprefix("libactors/src/")
    elif path.startswith("libactors/include/actors/"):
        below = path.removeprefix("libactors/include/actors/")
    else:
        return "outside"
    folder, _, rest = below.partition("/")
    if rest and folder in RANK:
        return folder
    return TABLE.get(below)


def resolve(path, header, angled):
    """The file of the project that this directive names, or None for a header from elsewhere."""
    places = [] if angled else [posixpath.dirname(path)]
    places += ["channels/include", "libactors/include", "libactors/src", "channels/src", ""]
    for place in places:
        candidate = posixpath.normpath(posixpath.join(place, header))
        if candidate in KNOWN:
            return candidate
    return None


problems = []
for number, text in repo.lines("tools/guards/layers.txt"):
    row = text.split("#", 1)[0].split()
    place = f"tools/guards/layers.txt:{number}"
    if row and (len(row) != 2 or row[1] not in RANK):
        problems.append(f"{place}: expected `header layer` with a layer of {', '.join(RANK)}, found `{' '.join(row)}`")
    elif row and not {f"libactors/include/actors/{row[0]}", f"libactors/src/{row[0]}"} & KNOWN:
        problems.append(f"{place}: there is no {row[0]}")

for path in sorted(name for name in KNOWN if name.startswith(("channels/", "libactors/"))):
    layer = layer_of(path)
    if layer is None:
        problems.append(f"{path}:1: unknown layer; say in tools/guards/layers.txt which layer it belongs to")
        continue
    for number, header, angled in repo.includes(path):
        if header.startswith("caf/") and RANK[layer] < RANK["actor"]:
            problems.append(f"{path}:{number}: {layer} must not include CAF (<{header}>)")
        elif header.startswith(("boost/", "yaml-cpp/")) and layer == "channels":
            problems.append(f"{path}:{number}: channels must not include <{header}>")
        target = resolve(path, header, angled)
        if target is None:
            if header.startswith("actors/"):
                problems.append(f"{path}:{number}: no such header: {header}")
            continue
        below = layer_of(target)
        if below is not None and RANK[below] > RANK[layer]:
            problems.append(f"{path}:{number}: {layer} must not include {header}, which belongs to {below} above it")
repo.finish(problems)
