"""Coroutines that g++ 12 translates into nothing: functions that declare nothing and await in a condition.

Rule 4 of docs/compilers.md. The search is by pattern, over functions that return a task; lambdas are translated rightly.
"""
import re

import repo

FUNCTION = re.compile(r"^[ \t]*(?:[\w:]+[ \t]+)*(?:\w+::)*task<[^;{}()]*>\s+[\w:]+\([^;{}]*\)\s*(?:(?:const|noexcept|override|final)\s*)*\{",
                      re.MULTILINE)
LAMBDA = re.compile(r"\[[^\[\]]*\]\s*(?:\([^()]*(?:\([^()]*\)[^()]*)*\))?\s*(?:(?:mutable|noexcept)\s*)*(?:->\s*[\w:<>,\s]*)?\{")
CONDITION = re.compile(r"\b(?:if|while|switch)\s*\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)")
STATEMENT_WORDS = r"(?!(?:return|co_return|co_await|co_yield|throw|else|delete|new|case|goto|using\s+namespace)\b)"
DECLARATION = re.compile(r"[;{}(]\s*" + STATEMENT_WORDS + r"(?:(?:static|const|constexpr|volatile|typename)\s+)*"
                         r"[A-Za-z_][\w:]*(?:<[^;{}]*>)?(?:\s+const)?[&*\s]\s*[&*]*(?:\[[\w, ]+\]|[A-Za-z_]\w*)\s*[=;{(:]")
QUIET = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*')


def end_of(text, opening):
    """The place of the brace that closes the one at `opening`."""
    depth = 0
    for place in range(opening, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return place
    return len(text) - 1


def without_lambdas(body):
    while found := LAMBDA.search(body):
        body = body[:found.start()] + "lambda" + body[end_of(body, found.end() - 1) + 1:]
    return body


problems = []
for path in repo.files(".cpp", ".hpp"):
    if path.startswith("tests/probe/"):
        continue
    text = QUIET.sub(lambda found: '""' if found[0][0] == '"' else "", (repo.ROOT / path).read_text())
    for found in FUNCTION.finditer(text):
        body = without_lambdas(text[found.end() - 1:end_of(text, found.end() - 1) + 1])
        awaits = any("co_await" in condition[1] for condition in CONDITION.finditer(body))
        if awaits and not DECLARATION.search(body):
            line = text.count("\n", 0, found.end()) + 1
            problems.append(f"{path}:{line}: g++ 12 drops this body: it awaits in a condition and declares nothing; "
                            "put the awaited value into a local")
repo.finish(problems)
