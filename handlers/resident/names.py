"""What people are called: as they wish, without what could turn a screen upside down."""

import unicodedata

NAME_LIMIT = 64
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""Control characters, marks that turn the direction of writing, halves of pairs, breaks."""


def tidy_name(name: str) -> str:
    """A name on one line, without invisible characters, at most 64 long; empty when nothing is left."""
    shown = "".join(" " if unicodedata.category(one) in _HIDDEN else one for one in name)
    return " ".join(shown.split())[:NAME_LIMIT].strip()
