"""Weighs a message against the lists in `lexicon.toml`: a score for every intent and kind, and the flags."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from handlers.reading.text import load_data

_REFERENCE = re.compile(r"<(\w+)>")
_MAX_HITS = 3
"""A message that says the same sort of thing again and again does not become surer for it."""


def expand(pattern: str, words: Mapping[str, str]) -> str:
    """Put the named word lists into a pattern, also those that name others."""
    while (opened := _REFERENCE.sub(lambda m: words.get(m[1], m[0]), pattern)) != pattern:
        pattern = opened
    return pattern


def any_of(patterns: Iterable[str], words: Mapping[str, str]) -> re.Pattern[str]:
    """One expression that finds any of `patterns`."""
    return re.compile("|".join(f"(?:{expand(pattern, words)})" for pattern in patterns), re.DOTALL | re.MULTILINE)


class Scorer:
    """Scores the labels of one section of the lexicon; every different hit counts, at most three a weight."""

    def __init__(self, section: Mapping[str, Mapping[str, list[str]]], words: Mapping[str, str]) -> None:
        self._groups = [
            (label, float(weight), any_of(patterns, words))
            for label, by_weight in section.items()
            for weight, patterns in by_weight.items()
        ]
        self._labels = tuple(section)

    def scores(self, text: str) -> dict[str, float]:
        """Points per label; 0 where no word of it stands in the tidy text."""
        points = dict.fromkeys(self._labels, 0.0)
        for label, weight, pattern in self._groups:
            hits = {match.group() for match in pattern.finditer(text)}
            points[label] += weight * sum(0.6**n for n in range(min(len(hits), _MAX_HITS)))
        return points


def joined(lists: Mapping[str, list[str]]) -> dict[str, str]:
    """Each list of words as one alternative."""
    return {name: f"(?:{'|'.join(members)})" for name, members in lists.items()}


@cache
def _data() -> dict[str, Any]:
    return load_data("lexicon")


def words() -> dict[str, str]:
    """The named word lists, for other tables that use them."""
    return joined(_data()["words"])


@cache
def scorer(section: str) -> Scorer:
    """The scorer of "intent" or "kind"."""
    return Scorer(_data()[section], words())


@cache
def flag(name: str) -> re.Pattern[str]:
    """The expression behind "anonymity", "confidential" or "other"."""
    return any_of(_data()["flags"][name], words())
