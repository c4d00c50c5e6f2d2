"""The program as a reader of its source sees it: which texts it says, with which parameters, and what else it says."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
ROOMS = ("bot", "handlers", "scheduler", "storage")


@cache
def modules() -> Mapping[str, ast.Module]:
    """Every module of the four rooms, by its path."""
    paths = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


@cache
def docstrings(path: str) -> frozenset[int]:
    """The constants that stand alone as statements (docstrings), by identity."""
    nodes = ast.walk(modules()[path])
    return frozenset(id(node.value) for node in nodes if isinstance(node, ast.Expr))


def strings(path: str) -> Iterator[ast.Constant]:
    """Every text of a module that is no docstring."""
    for node in ast.walk(modules()[path]):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings(path):
            yield node


@cache
def constants() -> frozenset[str]:
    """Every whole text in the rooms, without the pieces of f-strings."""
    trees = modules().values()
    pieces = {
        id(one) for tree in trees for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for one in node.values
    }
    return frozenset(str(node.value) for path in modules() for node in strings(path) if id(node) not in pieces)


@cache
def patterns() -> tuple[re.Pattern[str], ...]:
    """What f-strings can come to, as far as they look like the name of a text: "refused.{…}", "decline_{…}"."""
    found = []
    for tree in modules().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr) and _is_like_a_name(node):
                parts = [re.escape(str(one.value)) if isinstance(one, ast.Constant) else r"\w+" for one in node.values]
                found.append(re.compile("".join(parts)))
    return tuple(found)


def _is_like_a_name(node: ast.JoinedStr) -> bool:
    words = [str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values]
    return re.fullmatch(r"[a-z][\w.]*[._]\{\}|\{\}_[a-z]\w*", "".join(words)) is not None


def is_said(key: str) -> bool:
    """Whether the program names a text: in full, or by its last part where it composes "subject.{…}"."""
    subject, _, name = key.partition(".")
    is_composed = any(pattern.pattern == rf"{subject}\.\w+" for pattern in patterns())
    names = {key, name} if is_composed else {key}
    exact = [pattern for pattern in patterns() if not pattern.pattern.endswith(r"\.\w+")]
    return bool(names & constants()) or any(pattern.fullmatch(one) for pattern in exact for one in names)


@dataclass(frozen=True)
class Call:
    """A call that hands a text its parameters."""

    where: str
    method: str
    key: str
    params: frozenset[str]
    is_open: bool  # there is a **mapping too


def calls(keys: frozenset[str]) -> Iterator[Call]:
    """Every call with one of `keys` as an argument."""
    for path, tree in modules().items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            method = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            params = frozenset(one.arg for one in node.keywords if one.arg is not None)
            for key in _keys_among(node.args, keys):
                is_open = any(one.arg is None for one in node.keywords)
                yield Call(f"{path}:{node.lineno}", method, key, params, is_open)


def _keys_among(arguments: list[ast.expr], keys: frozenset[str]) -> Iterator[str]:
    for one in arguments:
        for choice in (one.body, one.orelse) if isinstance(one, ast.IfExp) else (one,):
            if isinstance(choice, ast.Constant) and choice.value in keys:
                yield str(choice.value)


def buttons() -> Iterator[tuple[str, ast.expr, ast.expr]]:
    """Every button as the program writes it, ("label", press(…)[, params]): where, its label, its data."""
    for path, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Tuple) and len(node.elts) in {2, 3} and _is_press(node.elts[1]):
                yield f"{path}:{node.lineno}", node.elts[0], node.elts[1]


def _is_press(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in {
        "press",
        "_press",
    }


def presses() -> Iterator[tuple[str, ast.Call]]:
    """Every call that composes what a button carries, with where it stands."""
    for path, tree in modules().items():
        if path == "storage/rules/press.py":
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.expr) and _is_press(node):
                assert isinstance(node, ast.Call)
                yield f"{path}:{node.lineno}", node
