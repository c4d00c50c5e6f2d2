"""The book of deeds: what everybody did, written down by the soak itself, to be held against the ledger at the end."""

from collections import Counter
from dataclasses import dataclass, field

BASE = 36


@dataclass
class Words:
    """Words with a mark that nobody else says: `is_told` once the bot has shown that it took them."""

    mark: str
    who: int  # the speaker's Telegram id
    is_report: bool
    photos: int = 0
    is_told: bool = False


@dataclass
class Book:
    """All deeds so far."""

    words: dict[str, Words] = field(default_factory=dict)
    pressed: Counter[tuple[int, int, str]] = field(default_factory=Counter)  # (who, ticket, verb)
    granted: Counter[tuple[int, int, str]] = field(default_factory=Counter)  # answered without a refusal
    figures: Counter[str] = field(default_factory=Counter)
    troubles: Counter[str] = field(default_factory=Counter)
    gave_up: list[str] = field(default_factory=list)

    def mark(self, who: int, *, is_report: bool = False, photos: int = 0) -> str:
        """A mark for the next words: letters that read as no number, address or word."""
        mark = f"zq{_letters(len(self.words))}q"
        self.words[mark] = Words(mark, who, is_report, photos)
        return mark

    def told(self, mark: str) -> None:
        """The bot has shown that it took the words."""
        self.words[mark].is_told = True

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


def _letters(number: int) -> str:
    return "".join("abcdefghij"[int(digit)] for digit in f"{number:05d}")
