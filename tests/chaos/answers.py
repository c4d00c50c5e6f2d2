"""How people tell from the bot's words that something was taken, or refused: its texts, with anything in the blanks."""

import re
import tomllib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from tests.faults.process import ROOT

TEXTS = ROOT / "bot" / "texts" / "zh-CN"
_BLANK = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|<.*?>")
_TAKEN = {
    "worker": ("asked", "progressed", "finished"),
    "my": ("added", "withdrawn"),
    "done": ("thanks", "passed_on"),
    "danger": ("passed_on",),
}

_NOT_BOOKED = ("too_late", "hall_shut")


class Answers:
    """What is recognised."""

    def __init__(self, folder: Path = TEXTS) -> None:
        said = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.toml")}
        self._taken = _any_of(said[name][key] for name, keys in _TAKEN.items() for key in keys)
        refused = (*said["refused"].values(), said["points"]["code_unknown"])
        self._refused = _any_of((*refused, *(_beginning(said["book"][key]) for key in _NOT_BOOKED)))

    def take(self, text: str) -> bool:
        """Whether the bot says that words were taken."""
        return _is_like(self._taken, text)

    def refuse(self, text: str) -> bool:
        """Whether the bot says that this cannot be done."""
        return _is_like(self._refused, text)


@lru_cache(maxsize=10_000)
def _is_like(known: re.Pattern[str], text: str) -> bool:
    """Everybody reads what stands on their screen again with whatever happens anywhere."""
    return known.fullmatch(text) is not None


def _beginning(template: str) -> str:
    """What is said before the first condition, with anything behind it."""
    return template.partition("{%")[0].strip() + "{{ }}"


def _any_of(templates: Iterable[str]) -> re.Pattern[str]:
    known = (".*?".join(re.escape(part) for part in _BLANK.split(one.strip())) for one in templates)
    return re.compile("|".join(known), re.DOTALL)
