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
        plain = "\n".join(clauses(self._guard["figure"].sub("□", text)))
        levels = {cue.name: self._level(cue, cue.yes, plain) for cue in self._cues}
        sure = [cue for cue in self._cues if levels[cue.name] is Danger.YES]
        implied = [rule.name for rule in self._implied if self._follows(rule, plain)]
        if sure or implied:
            names = (*(cue.name for cue in sure), *implied)
            return Finding(Danger.YES, names, bool(implied) or any(cue.is_personal for cue in sure))
        doubtful = [
            cue
            for cue in self._cues
            if levels[cue.name] is Danger.MAYBE or self._level(cue, cue.maybe, plain) is not Danger.NO
        ]
        if doubtful:
            return Finding(Danger.MAYBE, tuple(cue.name for cue in doubtful), any(cue.is_personal for cue in doubtful))
        return Finding(Danger.NO)

    def _follows(self, rule: _Implied, text: str) -> bool:
        found = [pattern.search(text) for pattern in rule.every]
        if rule.none.search(text) or self._guard["hypothetical"].search(text):
            return False
        return all(match is not None and not self._is_over(text, match) for match in found)

    def _is_over(self, text: str, match: re.Match[str], over: re.Pattern[str] = _NEVER) -> bool:
        """Whether what was said at `match` or after it says that the danger has passed."""
        if self._guard["not_over"].search(text):
            return False
        ends = [found.end() for pattern in (self._guard["over"], over) for found in pattern.finditer(text)]
        return bool(ends) and max(ends) > match.start()

    def _level(self, cue: _Cue, pattern: re.Pattern[str], text: str) -> Danger:
        """What the cue says in `text`, a clause a line, when all that stands around it is heard."""
        found = [self._holds(cue, match, text) for match in pattern.finditer(text)]
        return next((level for level in (Danger.YES, Danger.MAYBE) if level in found), Danger.NO)

    def _holds(self, cue: _Cue, match: re.Match[str], text: str) -> Danger:
        start, end = text.rfind("\n", 0, match.start()) + 1, (text + "\n").find("\n", match.end())
        before = text[max(start, match.start() - 14) : match.start()]
        after = text[match.end() : min(end, match.end() + 12)]
        guard = self._guard
        if guard["denied_before"].search(before) or guard["denied_after"].search(after):
            return Danger.NO
        if guard["hypothetical"].search(before) or guard["hypothetical"].search(after):
            return Danger.NO
        if self._is_over(text, match, cue.over):
            return Danger.NO
        clause = text[start : min(end, match.end() + 3)]
        is_past = bool(guard["past"].search(clause)) and not guard["now"].search(clause)
        if is_past and not cue.lasts and not guard["still"].search(text):
            return Danger.NO
        around = text[max(0, match.start() - 14) : match.start()]
        is_doubtful = guard["doubtful"].search(around) or guard["doubtful"].search(after)
        return Danger.MAYBE if is_doubtful else Danger.YES


@cache
def danger_lexicon() -> DangerLexicon:
    """The lexicon that ships with the package, compiled once."""
    return DangerLexicon(load_data("danger"), lexicon.words())
