"""Ids that a decision can give to rows before they are committed: 63 bits, growing with time.

41 bits of milliseconds since 2024, then 21 random bits that count on within one millisecond, and while the clock
stands behind where it once was, so that what one process says keeps its order. Two processes that collide (about one in
two million per shared millisecond) meet the primary key; that change set is then decided again with new ids.
"""

import secrets
from datetime import UTC, datetime

_START = datetime(2024, 1, 1, tzinfo=UTC)
_LOW_BITS = 22
_last = [0]


def new_id(now: datetime) -> int:
    """Make an id for a row that is created at `now` (aware). Ids of one process always grow."""
    made = first_id(now) | secrets.randbits(_LOW_BITS - 1)
    if made >> _LOW_BITS <= _last[0] >> _LOW_BITS:
        made = _last[0] + 1
    _last[0] = made
    return made


def new_ids(now: datetime, count: int) -> int:
    """Make `count` ids (one or more) that follow each other, for rows that the database itself makes; the first one."""
    first = new_id(now)
    _last[0] = first + count - 1
    return first


def first_id(at: datetime) -> int:
    """No id that was made from `at` (aware) on is smaller, as long as the clock did not jump back."""
    return max(int((at - _START).total_seconds() * 1000), 0) << _LOW_BITS
