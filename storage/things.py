"""What a report is about, by words kept as data: enough to tell that two neighbours speak of the same thing."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

_DATA = Path(__file__).with_suffix(".toml")


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads(_DATA.read_text(encoding="utf-8"))


def things_in(words: str) -> frozenset[str]:
    """The things that words speak of ("lamp", "lift"); none when they name nothing known."""
    text = words.lower()
    return frozenset(thing for thing, pattern in _patterns().items() if pattern.search(text))


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    named: Mapping[str, list[str]] = _data()["things"]
    return {thing: re.compile("|".join(_form(form) for form in forms)) for thing, forms in named.items()}


def _form(form: str) -> str:
    """An English word counts only from its beginning: a cat is not in a location."""
    return rf"\b{re.escape(form)}" if form.isascii() else re.escape(form)


def whole_building() -> frozenset[str]:
    """The things that a whole building feels at once."""
    return frozenset(_data()["scope"]["whole_building"])
