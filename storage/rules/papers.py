"""Sheets that go with a matter: which there are, and which originals are still out of their owner's hands."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

MOST_ITEMS = 20
ITEM_LIMIT = 40
"""Characters of one original as it is written down."""


class PaperKind(StrEnum):
    """What a sheet is."""

    MANDATE = "mandate"  # 委托书: this agent may hand in this one matter
    TAKEN = "taken"  # 交接单: originals that the agent took along
    RETURNED = "returned"  # 交接单: originals that were given back


class Original(StrEnum):
    """Originals that are asked for most; every other one is written in words."""

    ID_CARD = "id_card"
    HOUSEHOLD = "household"
    INSURANCE = "insurance"
    DISABILITY = "disability"
    MARRIAGE = "marriage"
    PROPERTY = "property"
    PHOTOS = "photos"
    RECORDS = "records"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What counts of a sheet."""

    kind: PaperKind
    items: tuple[str, ...]
    is_confirmed: bool = False
    is_refused: bool = False


def lines(text: str | None) -> tuple[str, ...]:
    """The originals of a sheet, one a line; codes of `Original`, or words."""
    return tuple(line.strip() for line in (text or "").splitlines() if line.strip())


def written(text: str) -> tuple[str, ...]:
    """Originals out of what somebody wrote: a line, a comma or a semicolon stands between two."""
    for mark in "，,、；;":
        text = text.replace(mark, "\n")
    return tuple(line[:ITEM_LIMIT] for line in lines(text))[:MOST_ITEMS]


def outstanding(sheets: Iterable[Sheet]) -> tuple[str, ...]:
    """The originals that are not back, in the order in which they were taken.

    What was taken counts from the moment the agent says so, what was given back from the moment it is confirmed.
    """
    found = list(sheets)
    taken = [item for one in found if one.kind is PaperKind.TAKEN and not one.is_refused for item in one.items]
    back = Counter(item for one in found if one.kind is PaperKind.RETURNED and one.is_confirmed for item in one.items)
    out = []
    for item in taken:
        if back[item]:
            back[item] -= 1
        else:
            out.append(item)
    return tuple(out)
