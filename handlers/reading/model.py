"""What is read out of a resident's words: the values, their types and the interface that every reader offers.

A reader never guesses: what it is not sure of is marked so, and the conversation asks with buttons.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Intent(StrEnum):
    """What the resident wants from the community."""

    REPORT = "report"
    BOOK = "book"
    ORDER = "order"
    QUESTION = "question"
    SUGGESTION = "suggestion"
    SOS = "sos"
    SMALLTALK = "smalltalk"
    COMPLAINT = "complaint"
    STATUS = "status"
    CANCEL = "cancel"


class Danger(StrEnum):
    """Whether life or property is at risk now; MAYBE asks with one big button."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


KINDS = (
    "danger",
    "utilities",
    "environment",
    "public_facilities",
    "order_noise",
    "care",
    "dispute",
    "question",
    "suggestion",
)
"""The nine kinds of `docs/glossary.md`, the most urgent first: of several problems the first one counts."""

CONFIDENTIAL_KINDS = frozenset({"dispute", "care"})


@dataclass(frozen=True, slots=True)
class Address:
    """A place as residents name it, in Arabic digits ("3", "2", "1502"); what was not said is None."""

    estate: str | None = None
    building: str | None = None
    unit: str | None = None
    room: str | None = None


@dataclass(frozen=True, slots=True)
class PlaceGuess:
    """Where a responder goes first: an address, and the free words for the spot ("地库负二")."""

    address: Address | None
    spot: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """One message as it was understood; `others` are further kinds that were mentioned, the most urgent first."""

    intent: Intent
    intent_sure: bool
    kind: str | None
    kind_sure: bool
    danger: Danger
    address: Address | None
    spot: str | None
    is_confidential: bool
    is_for_other: bool
    wants_anonymity: bool
    others: tuple[str, ...]
    confidence: float


class Reader(Protocol):
    """Reads first words; pure, offline, never raises on any text."""

    def read(self, text: str) -> Reading:
        """Read one message."""
        ...
