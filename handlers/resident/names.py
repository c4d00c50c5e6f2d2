"""What people are called: as they wish, without what could turn a screen upside down."""

import unicodedata

from handlers.reading.moment import is_moment
from handlers.resident.short import says

NAME_LIMIT = 64
LONGEST_CALLED = 30
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""Control characters, marks that turn the direction of writing, halves of pairs, breaks."""


def tidy_name(name: str) -> str:
    """A name on one line, without invisible characters, at most 64 long; empty when nothing is left."""
    shown = "".join(" " if unicodedata.category(one) in _HIDDEN else one for one in name)
    return " ".join(shown.split())[:NAME_LIMIT].strip()


def called(text: str) -> str | None:
    """What somebody else is called, at most 30 long; None for what names nobody: a day, a yes or no, signs alone."""
    name = tidy_name(text)[:LONGEST_CALLED].strip()
    is_name = any(one.isalpha() for one in name) and not is_moment(name) and not says(name, "yes", "no")
    return name if is_name else None
