"""The rules of the Prometheus text exposition format 0.0.4, as its documentation states them."""
import math
import re

METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
TYPES = ("counter", "gauge", "histogram", "summary", "untyped")


class Broken(Exception):
    """A rule that a line breaks."""


def unescape(text, allowed):
    out, rest = [], iter(text)
    for c in rest:
        if c == "\\":
            c = next(rest, None)
            if c not in allowed:
                raise Broken(f"escape \\{c}")
            c = "\n" if c == "n" else c
        out.append(c)
    return "".join(out)


def labels_of(text):
    """`{a="b",c="d"} rest`: the labels, and what follows them."""
    labels, at = {}, 1
    while text[at] != "}":
        name = LABEL.match(text, at)
        if not name or text[name.end():name.end() + 2] != '="':
            raise Broken(f"label in {text!r}")
        end = start = name.end() + 2
        while text[end] != '"':
            end += 2 if text[end] == "\\" else 1
        if name[0] in labels:
            raise Broken(f"label {name[0]} twice")
        labels[name[0]] = unescape(text[start:end], '\\"n')
        at = end + 1
        if text[at] == ",":
            at += 1
        elif text[at] != "}":
            raise Broken(f"expected , or }} in {text!r}")
    return labels, text[at + 1:]


def number_of(text):
    if text in ("NaN", "+Inf", "-Inf"):
        return float(text)
    if not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", text):
        raise Broken(f"number {text!r}")
    return float(text)


def sample_of(line):
    name = METRIC.match(line)
    if not name:
        raise Broken(f"name in {line!r}")
    labels, rest = {}, line[name.end():]
    if rest.startswith("{"):
        labels, rest = labels_of(rest)
    found = re.fullmatch(r" (\S+)( -?\d+)?", rest)
    if not found:
        raise Broken(f"value in {line!r}")
    return name[0], labels, number_of(found[1])


def family_of(name, families):
    for suffix in ("_bucket", "_sum", "_count"):
        base = name.removesuffix(suffix)
        if base != name and families.get(base, {}).get("type") == "histogram":
            return base
    return name


def check_histogram(name, samples):
    """All samples of the family, grouped by their labels without `le`."""
    groups = {}
    for sample, labels, value in samples:
        rest = tuple(sorted((k, v) for k, v in labels.items() if k != "le"))
        group = groups.setdefault(rest, {"buckets": []})
        if sample == name + "_bucket":
            group["buckets"].append((number_of(labels["le"]), value))
        else:
            group[sample.removeprefix(name)] = value
    for rest, group in groups.items():
        buckets = group["buckets"]
        bounds, counts = [b for b, _ in buckets], [c for _, c in buckets]
        if not bounds or not math.isinf(bounds[-1]):
            raise Broken(f"{name}{rest}: no bucket +Inf at the end")
        if any(a >= b for a, b in zip(bounds, bounds[1:])) or any(a > b for a, b in zip(counts, counts[1:])):
            raise Broken(f"{name}{rest}: bounds and counts grow")
        if "_sum" not in group or group.get("_count") != counts[-1]:
            raise Broken(f"{name}{rest}: _count is the bucket +Inf, and there is a _sum")


def check(page):
    """Families by their names; raises Broken."""
    text = page.decode("utf-8")
    if not text.endswith("\n"):
        raise Broken("the last line has no end")
    families, seen, last = {}, set(), None
    for line in text.split("\n")[:-1]:
        if not line:
            continue
        if line.startswith("#"):
            word, name, *rest = line[1:].split(" ", 3)[1:] if line.startswith("# ") else [None, None]
            if word not in ("HELP", "TYPE"):
                continue
            if not METRIC.fullmatch(name):
                raise Broken(f"name in {line!r}")
            if name != last and name in families:
                raise Broken(f"{name} is in two groups")
            last = name
            family = families.setdefault(name, {"samples": []})
            if word.lower() in family or family["samples"]:
                raise Broken(f"{word} of {name} twice, or behind its samples")
            family[word.lower()] = unescape(rest[0], "\\n") if word == "HELP" else rest[0]
            if word == "TYPE" and rest[0] not in TYPES:
                raise Broken(f"type in {line!r}")
            continue
        name, labels, value = sample_of(line)
        base = family_of(name, families)
        if base != last and base in families:
            raise Broken(f"{base} is in two groups")
        last = base
        key = (name, tuple(sorted(labels.items())))
        if key in seen:
            raise Broken(f"{key} twice")
        seen.add(key)
        families.setdefault(base, {"samples": []})["samples"].append((name, labels, value))
        if families[base].get("type") == "counter" and not value >= 0:
            raise Broken(f"counter {line!r}")
    for name, family in families.items():
        if family.get("type") == "histogram":
            check_histogram(name, family["samples"])
    return families
