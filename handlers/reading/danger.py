"""Reads whether life or property is at risk now, said or implied.

A missed danger costs a life and a false alarm one question, so every doubt becomes MAYBE. What is denied, over,
hypothetical or a figure of speech is not danger. A thing that lasts, such as a hanging wire, is not over because
it happened yesterday.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from handlers.reading import lexicon
from handlers.reading.model import Danger
from handlers.reading.text import clauses, load_data

_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Finding:
    """How sure the danger is, the cues that spoke for it, and whether it happens to a person."""

    danger: Danger
    cues: tuple[str, ...] = ()
    is_personal: bool = False


@dataclass(frozen=True, slots=True)
class _Cue:
    name: str
    yes: re.Pattern[str]
    maybe: re.Pattern[str]
    over: re.Pattern[str]
    is_personal: bool
    lasts: bool


@dataclass(frozen=True, slots=True)
class _Implied:
    name: str
    every: tuple[re.Pattern[str], ...]
    none: re.Pattern[str]


class DangerLexicon:
    """The cues, guards and implications of `danger.toml`, ready to be searched."""

    def __init__(self, data: Mapping[str, Any], words: Mapping[str, str]) -> None:
        names = {**words, **lexicon.joined(data["words"])}
        self._guard = {name: lexicon.any_of(patterns, names) for name, patterns in data["guards"].items()}
        self._cues = [
            _Cue(
                name=name,
                yes=lexicon.any_of(cue["yes"], names),
                maybe=lexicon.any_of(cue["maybe"], names) if "maybe" in cue else _NEVER,
                over=lexicon.any_of([cue["over"]], names) if "over" in cue else _NEVER,
                is_personal=cue.get("is_personal", False),
                lasts=cue.get("lasts", False),
            )
            for name, cue in data["cue"].items()
        ]
        self._implied = [
            _Implied(
                name=rule["name"],
                every=tuple(lexicon.any_of([pattern], names) for pattern in rule["all"]),
                none=lexicon.any_of(rule["none"], names) if "none" in rule else _NEVER,
            )
            for rule in data["implied"]
        ]

    def find(self, text: str) -> Finding:
        """Judge a tidy text."""
        plain = self._guard["figure"].sub("□", text)
        if self._is_over(plain):
            return Finding(Danger.NO)
        pieces = "\n".join(clauses(plain))
        sure = [cue for cue in self._cues if self._stands(cue, cue.yes, pieces)]
        implied = [rule.name for rule in self._implied if self._follows(rule, plain)]
        if sure or implied:
            names = (*(cue.name for cue in sure), *implied)
            return Finding(Danger.YES, names, bool(implied) or any(cue.is_personal for cue in sure))
        doubtful = [cue for cue in self._cues if self._stands(cue, cue.maybe, pieces)]
        if doubtful:
            return Finding(Danger.MAYBE, tuple(cue.name for cue in doubtful), any(cue.is_personal for cue in doubtful))
        return Finding(Danger.NO)

    def _is_over(self, text: str) -> bool:
        return bool(self._guard["over"].search(text)) and not self._guard["not_over"].search(text)

    def _follows(self, rule: _Implied, text: str) -> bool:
        if rule.none.search(text) or not all(pattern.search(text) for pattern in rule.every):
            return False
        return not self._guard["hypothetical"].search(text)

    def _stands(self, cue: _Cue, pattern: re.Pattern[str], text: str) -> bool:
        """Whether the cue is found in `text`, a clause a line, and nothing around it takes it back."""
        if cue.over.search(text) and not self._guard["not_over"].search(text):
            return False
        return any(self._holds(cue, match, text) for match in pattern.finditer(text))

    def _holds(self, cue: _Cue, match: re.Match[str], text: str) -> bool:
        start, end = text.rfind("\n", 0, match.start()) + 1, text.find("\n", match.end())
        before = text[max(start, match.start() - 14) : match.start()]
        after = text[match.end() : match.end() + 12 if end < 0 else min(end, match.end() + 12)]
        if self._guard["denied_before"].search(before) or self._guard["denied_after"].search(after):
            return False
        if self._guard["hypothetical"].search(before) or self._guard["hypothetical"].search(after):
            return False
        if cue.lasts or self._guard["still"].search(text):
            return True
        return not self._guard["past"].search(text[start : match.end() + 3])


@cache
def danger_lexicon() -> DangerLexicon:
    """The lexicon that ships with the package, compiled once."""
    return DangerLexicon(load_data("danger"), lexicon.words())
