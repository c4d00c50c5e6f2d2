"""The book of deeds: what everybody did, written down by the soak itself, to be held against the ledger at the end."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from simulator.state import Press

BASE = 36


class Kept(StrEnum):
    """Where words are kept, once."""

    MATTER = "matter"  # a report, or joining a neighbour's
    HISTORY = "history"
    REMARK = "remark"  # on a booking whose card was answered with a question
    NOTICE = "notice"


@dataclass
class Words:
    """Words with a mark that nobody else says: `is_told` once the bot has shown that it took them."""

    mark: str
    who: int  # the speaker's Telegram id
    kept: Kept
    photos: int = 0
    is_told: bool = False


@dataclass
class Book:
    """All deeds so far."""

    words: dict[str, Words] = field(default_factory=dict)
    pressed: Counter[tuple[int, int, str]] = field(default_factory=Counter)  # (who, ticket, verb)
    said: Counter[tuple[int, str]] = field(default_factory=Counter)  # (who, words)
    answered: list[Press] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)
    troubles: Counter[str] = field(default_factory=Counter)
    gave_up: list[str] = field(default_factory=list)

    def mark(self, who: int, kept: Kept = Kept.HISTORY, *, photos: int = 0) -> str:
        """A mark for the next words: letters that read as no number, address or word."""
        mark = f"zq{_letters(len(self.words))}q"
        self.words[mark] = Words(mark, who, kept, photos)
        return mark

    def told(self, mark: str) -> None:
        """The bot has shown that it took the words."""
        self.words[mark].is_told = True

    def settled(self, press: Press) -> None:
        """A press was answered, or needed no answer because it changed its message."""
        self.answered.append(press)

    @property
    def granted(self) -> set[tuple[int, int, str]]:
        """The presses about tickets that were settled, and not by a polite no."""
        entries = {self.entry(press.person.id, press.data) for press in self.answered if not is_refused(press)}
        return {entry for entry in entries if entry is not None}

    def press(self, who: int, data: str) -> None:
        """Write a press down, when the button is about a ticket."""
        if (entry := self.entry(who, data)) is not None:
            self.pressed[entry] += 1

    @staticmethod
    def entry(who: int, data: str) -> tuple[int, int, str] | None:
        """How a press is written down; None when the button is about no ticket."""
        verb, _, rest = data.partition(":")
        try:
            return who, int(rest.partition(":")[0], BASE), verb
        except ValueError:
            return None


def is_refused(press: Press) -> bool:
    """Whether a press was answered by a polite no, which stays until it is read."""
    return press.answer is not None and bool(press.answer["show_alert"])


def _letters(number: int) -> str:
    return "".join("abcdefghij"[int(digit)] for digit in f"{number:05d}")
