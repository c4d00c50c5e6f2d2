"""Ids that a decision can give to rows before they are committed: 63 bits, roughly in order of time.

41 bits of milliseconds since 2024 and 22 random bits. Two of the same millisecond that collide (about one in
four million) meet the primary key; their change set is then decided again with new ids.
"""

import secrets
from datetime import UTC, datetime

_START = datetime(2024, 1, 1, tzinfo=UTC)
_RANDOM_BITS = 22


def new_id(now: datetime) -> int:
    """Make an id for a row that is created at `now` (aware)."""
    milliseconds = int((now - _START).total_seconds() * 1000)
    return (max(milliseconds, 0) << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)


_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def to_text(number: int) -> str:
    """Write an id in base 36, as short as callback data wants it."""
    if number < 0:
        raise ValueError("ids are not negative")
    text = ""
    while number:
        number, rest = divmod(number, 36)
        text = _DIGITS[rest] + text
    return text or "0"
