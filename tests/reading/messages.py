"""The labelled messages and how well a reader does on them.

`tuned.csv` and `alarms.csv` (danger alone, and what only sounds like it) were looked at while the word lists were
written. `held_out.csv` was written when the lists were finished and must not be looked at while changing them: whoever
does so moves it into `tuned.csv` and has another one written. Danger counts as found when the reader says yes or asks.
"""

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from handlers.reading import Address, Danger, Reader, Reading


@dataclass(frozen=True)
class Message:
    """A message and how a person reads it; `place` is building/unit/room, empty without an address."""

    text: str
    intent: str
    kind: str
    is_danger: bool
    place: str


@dataclass(frozen=True)
class Figures:
    """Shares from 0 to 1; `sure` is how often intent and kind are right where the reader says it is sure."""

    intent: float
    kind_f1: float
    danger_recall: float
    danger_precision: float
    place: float
    sure: float


def load(name: str) -> list[Message]:
    """The messages of `name`.csv beside this module."""
    with Path(__file__).with_name(f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return [
            Message(row["text"], row["intent"], row["kind"], row["danger"] == "yes", row["place"])
            for row in csv.DictReader(lines)
        ]


def load_alarms() -> list[tuple[str, bool]]:
    """Texts and whether they tell of danger, from `alarms.csv`."""
    with Path(__file__).with_name("alarms.csv").open(encoding="utf-8", newline="") as lines:
        return [(row["text"], row["danger"] == "yes") for row in csv.DictReader(lines)]


def place_of(address: Address | None) -> str:
    """The address as the tables write it."""
    if address is None:
        return ""
    return "/".join(part or "" for part in (address.building, address.unit, address.room))


def measure(reader: Reader, messages: list[Message]) -> Figures:
    """Read every message and compare."""
    pairs = [(message, reader.read(message.text)) for message in messages]
    found = [(m.is_danger, r.danger is not Danger.NO) for m, r in pairs]
    sure = [(m, r) for m, r in pairs if r.intent_sure and r.kind_sure]
    hits = sum(is_danger and is_found for is_danger, is_found in found)
    return Figures(
        intent=_share(m.intent == r.intent for m, r in pairs),
        kind_f1=_macro_f1(pairs),
        danger_recall=hits / sum(is_danger for is_danger, _ in found),
        danger_precision=hits / sum(is_found for _, is_found in found),
        place=_share(m.place == place_of(r.address) for m, r in pairs),
        sure=_share(m.intent == r.intent and m.kind == (r.kind or "") for m, r in sure),
    )


def _share(rights: Iterable[bool]) -> float:
    values = list(rights)
    return sum(values) / len(values)


def _macro_f1(pairs: list[tuple[Message, Reading]]) -> float:
    wanted = Counter(m.kind for m, _ in pairs)
    given = Counter(r.kind or "" for _, r in pairs)
    right = Counter(m.kind for m, r in pairs if m.kind == (r.kind or ""))
    kinds = [kind for kind in wanted if kind]
    return sum(2 * right[kind] / (wanted[kind] + given[kind]) for kind in kinds) / len(kinds)
