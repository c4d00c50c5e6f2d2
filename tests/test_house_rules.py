"""Rules of the house that no linter knows. Each exception stands here with its reason."""

import ast
import re
from collections.abc import Iterator, Mapping

from tests.screens import program

READS_CHINESE = "what people write is read by it, none of it is said"
SPOKEN_ELSEWHERE: Mapping[str, str] = {
    "bot/cast.py": "names of the demo's people",
    "bot/metrics.py": "what Prometheus shows to those who watch",
    "bot/stage_helpers.py": "the name of the demo's group",
    "bot/texts/__init__.py": "names of days, beside the texts",
    "handlers/reading/": READS_CHINESE,
    "handlers/resident/": READS_CHINESE,
    "handlers/worker/danger.py": READS_CHINESE,
    "storage/drafts.py": READS_CHINESE,
    "storage/rules/days.py": READS_CHINESE,
    "storage/rules/personal.py": "lists of columns",
    "storage/rules/phones.py": READS_CHINESE,
    "storage/rules/retention.py": "the periods and their reasons, as docs/privacy.md prints them",
    "storage/rules/numbers.py": READS_CHINESE,
    "storage/rules/veil.py": READS_CHINESE,
    "storage/structure/cells.py": READS_CHINESE,
    "storage/structure/columns.py": "the names of columns are the format of a file",
    "storage/structure/helping.py": "the names of columns are the format of a file",
    "storage/structure/offered.py": "the names of columns are the format of a file",
}
MOST_READ_CHARACTERS = 4
"""In a handler that reads Chinese a word to compare with is this short; a longer one would be a sentence."""

CHINESE = re.compile("[\u3400-\u9fff]")
ENGLISH = re.compile(r"[A-Za-z][a-z']*,?( [A-Za-z][a-z']*,?){3,}")
NOT_SPOKEN = ("log", "logging", "warnings")


def _is_for_programmers(name: str) -> bool:
    return name == "Field" or name.endswith("Error")


def _unspoken(tree: ast.Module) -> set[int]:
    """Texts that only a log, a traceback or a programmer reads: in `raise`, `assert`, log calls and descriptions."""
    inside: set[int] = set()
    for node in ast.walk(tree):
        is_log = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _root(node.func) in NOT_SPOKEN
        is_note = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and _is_for_programmers(node.func.id)
        if isinstance(node, ast.Raise | ast.Assert) or is_log or is_note:
            inside |= {id(one) for one in ast.walk(node)}
    return inside


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _is_excepted(path: str, text: str) -> bool:
    reason = next((why for where, why in SPOKEN_ELSEWHERE.items() if path.startswith(where)), None)
    if reason is READS_CHINESE and path.startswith("handlers/resident/"):
        return len(text) <= MOST_READ_CHARACTERS
    return reason is not None


def sentences() -> Iterator[str]:
    for path, tree in program.modules().items():
        unspoken = _unspoken(tree)
        for node in program.strings(path):
            text = str(node.value)
            is_english = ENGLISH.search(text) is not None and id(node) not in unspoken
            if (CHINESE.search(text) or is_english) and not _is_excepted(path, text):
                yield f"{path}:{node.lineno} {text[:60]!r}"


def test_it_says_nothing_outside_the_texts() -> None:
    assert sorted(sentences()) == []


def test_it_needs_every_exception() -> None:
    said = re.compile(f"{CHINESE.pattern}|{ENGLISH.pattern}")
    spoken = [path for path in program.modules() for node in program.strings(path) if said.search(str(node.value))]
    assert [where for where in SPOKEN_ELSEWHERE if not any(path.startswith(where) for path in spoken)] == []
