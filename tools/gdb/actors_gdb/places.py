"""Places in the source, as the library's own reports show them (src/tasks/place_text.cpp)."""
from .memory import Unreadable

OPENING, CLOSING = "(<[", ")>]"


class Place:
    def __init__(self, function, file, line):
        self.function, self.file, self.line = function, file, line

    def path(self):
        return f"{self.file}:{self.line}"


class Places:
    """The places of a process by the addresses of their records."""

    def __init__(self, memory, offsets):
        self.memory, self.offsets = memory, offsets
        self.known = {0: None}

    def at(self, record):
        """None where there is none, or the record makes no sense."""
        if record not in self.known:
            self.known[record] = self.read(record)
        return self.known[record]

    def read(self, record):
        offsets, memory = self.offsets, self.memory
        try:
            file = memory.text(memory.u64(record + offsets["place.file"]))
            function = memory.text(memory.u64(record + offsets["place.function"]))
            line = memory.u32(record + offsets["place.line"])
        except Unreadable:
            return None
        return Place(function_name(function), file, line) if file and line < 1 << 24 else None


def begin_of_group(text, end):
    """Where a scope begins that ends right before `end`; -1 where that is none."""
    depth = 0
    for i in range(end - 1, -1, -1):
        if text[i] in CLOSING:
            depth += 1
        if text[i] in OPENING:
            depth -= 1
            if depth == 0:
                return i
        if depth == 0:
            break
    return -1


def without_parameters(text):
    again = True
    while again:
        again = False
        for end in (" ", " const", " &", " &&", " noexcept"):
            if text.endswith(end):
                text, again = text[:-len(end)], True
        if not again and text.endswith("]"):
            begin = begin_of_group(text, len(text))
            if begin >= 0 and text.startswith("[with ", begin):
                text, again = text[:begin], True
    if text.endswith(")"):
        begin = begin_of_group(text, len(text))
        if begin > 0:
            text = text[:begin]
    return text


def without_result(text):
    depth = 0
    for i in range(len(text) - 1, -1, -1):
        if text[i] in CLOSING:
            depth += 1
        if text[i] in OPENING and depth:
            depth -= 1
        if depth == 0 and text[i] in " *&":
            return text[i + 1:]
    return text


def without_arguments(text):
    plain, depth = "", 0
    for c in text:
        if c in OPENING:
            depth += 1
        if depth == 0:
            plain += c
        if c in CLOSING and depth:
            depth -= 1
    return plain


def function_name(as_compiled):
    text = without_parameters(as_compiled)
    is_operator = text.endswith("::operator()")
    if is_operator:
        text = text[:-len("::operator()")]
    lambdas = [i for i in map(text.rfind, ("::<lambda", "::(anonymous class)", "::(lambda at")) if i >= 0]
    if lambdas:
        around = function_name(text[:min(lambdas)])
        if not around:
            return "lambda"
        return around if around.startswith("lambda") else f"lambda in {around}"
    name = without_arguments(without_result(text)) + ("::operator()" if is_operator else "")
    return name or as_compiled
