"""Who earned most in a month: named only who wants to be, and without those who want no place in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from . import bookkeeping, schema
from .ledger import Row
from .plain import once
from .rules.points import Shown, ranked
from .work import Work

MOST = 10
"""So many are listed; everybody sees their own place beside."""

_account, _transfer, _posting, _person = schema.account, schema.transfer, schema.posting, schema.person
EARNED = _transfer.c.reason.in_([sa.literal_column("'earned'"), sa.literal_column("'reversed'")])
"""What counts: what was earned, without what was taken back."""
_OF_A_TIME = once(
    sa.select(
        _transfer.c.person_id,
        _person.c.name,
        _person.c.home_id,
        _account.c.ranking,
        sa.func.sum(_posting.c.amount).label("points"),
    )
    .join(_posting, _posting.c.transfer_id == _transfer.c.id)
    .join(_account, sa.and_(_account.c.id == _posting.c.account_id, _account.c.person_id == _transfer.c.person_id))
    .join(_person, _person.c.id == _transfer.c.person_id)
    .where(
        _transfer.c.at >= sa.bindparam("since", type_=schema.UtcTime),
        _transfer.c.at < sa.bindparam("until", type_=schema.UtcTime),
        EARNED,
        _person.c.erased_at.is_(sa.null()),
    )
    .group_by(_transfer.c.person_id, _person.c.name, _person.c.home_id, _account.c.ranking)
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A line of a ranking; `name` is None for who has not said that theirs may be read."""

    place: int
    name: str | None
    points: int
    is_me: bool


async def earned_between(work: Work, first: date, last: date, community_id: int | None) -> list[Row]:
    """What everybody of a community earned from one local day to another, both counted."""
    since = bookkeeping.midnight(work, first)
    until = bookkeeping.after(work, last)
    rows = await work.ledger.all(_OF_A_TIME, since=since, until=until)
    if community_id is None:
        return rows
    return [row for row in rows if _community(work, row["home_id"]) == community_id]


def _community(work: Work, home_id: int | None) -> int | None:
    found = work.directory.community_of(home_id)
    return found.id if found is not None else None


async def of_month(work: Work, year: int, month: int) -> Sequence[Standing]:
    """The first ten of a month in the community of the one who asks, and that one's own place if it comes later."""
    first = date(year, month, 1)
    last = date(year + month // 12, month % 12 + 1, 1) - date.resolution
    me = work.person
    home_id = me["home_id"] if me is not None else None
    rows = await earned_between(work, first, last, _community(work, home_id))
    shown = {row["person_id"]: row for row in rows if row["ranking"] != Shown.HIDDEN}
    found = [
        Standing(one.place, _name(shown[one.person_id]), one.points, me is not None and one.person_id == me["id"])
        for one in ranked({person_id: int(row["points"]) for person_id, row in shown.items()})
    ]
    return [*found[:MOST], *(one for one in found[MOST:] if one.is_me)]


def _name(row: Row) -> str | None:
    return str(row["name"]) if row["ranking"] == Shown.NAMED else None
