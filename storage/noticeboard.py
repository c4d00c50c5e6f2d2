"""What can be seen of notices: the list of those that concern somebody's places, and how far each has come.

Numbers first: whoever may write notices sees how many have it and how many have read it, for their own places. Names of
those who have not are for the grid worker of these homes alone, who can knock at the door.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from . import notices, recipients, schema
from .directory import Directory
from .ledger import Ledger, Row
from .recipients import Counts
from .rules.errors import NotYours, Stale
from .rules.notices import State, can_remind, is_official
from .rules.place_rights import NoticeAction, may_at, roles_for
from .rules.press import press
from .rules.rights import Actor
from .work import Button, Work

MOST_NAMES = 60

_STEPS: dict[State, tuple[str, ...]] = {
    State.SCHEDULED: ("notice_stop",),
    State.GOING: ("notice_pause", "notice_stop"),
    State.PAUSED: ("notice_go", "notice_stop"),
}


def _seats(actor: Actor, action: NoticeAction = NoticeAction.WRITE) -> set[int]:
    roles = roles_for(action)
    return {grant.place_id for grant in actor.grants if grant.role in roles}


def reach(directory: Directory, actor: Actor, action: NoticeAction = NoticeAction.WRITE) -> frozenset[int]:
    """Every place for which somebody is entitled to that."""
    return frozenset().union(*(directory.below(seat) for seat in _seats(actor, action) if seat in directory.places))


def may_see(directory: Directory, notice: Row, actor: Actor) -> bool:
    """Whether a notice is for one of somebody's places, or for a place around them."""
    around = frozenset().union(*(directory.scope(seat) for seat in _seats(actor)))
    return notice["place_id"] in around or notice["place_id"] in reach(directory, actor)


async def visible(work: Work, limit: int, offset: int) -> list[Row]:
    """The notices that the one who asks may see, the newest first."""
    me, table = notices.actor(work), schema.notice
    places = reach(work.directory, me).union(*(work.directory.scope(seat) for seat in _seats(me)))
    query = sa.select(table).where(table.c.place_id.in_(places)).order_by(table.c.id.desc())
    return await work.ledger.all(query.limit(limit).offset(offset))


async def open_one(work: Work, notice_id: int | None) -> Row:
    """One of them. Raises Stale when there is none of that id, NotYours when it is no business of theirs."""
    notice = await notices.by_id(work.ledger, notice_id)
    if notice is None:
        raise Stale
    if not may_see(work.directory, notice, notices.actor(work)):
        raise NotYours
    return notice


async def counts(ledger: Ledger, notice: Row, actor: Actor) -> Counts:
    """How far a notice has come, as far as it is somebody's business: at their own places."""
    within = reach(ledger.directory, actor)
    if notice["place_id"] in within:
        return await recipients.counts(ledger, notice["id"])
    rows = await recipients.by_home(ledger, notice["id"])
    return recipients.tally([row for row in rows if row["home_id"] in within])


async def by_building(work: Work, notice: Row) -> list[tuple[str | None, Counts]]:
    """The same for each building, by name; None is for those who do not live here."""
    directory, within = work.directory, reach(work.directory, notices.actor(work))
    groups: dict[int | None, list[Row]] = defaultdict(list)
    for row in await recipients.by_home(work.ledger, notice["id"]):
        if row["home_id"] in within or (row["home_id"] is None and notice["place_id"] in within):
            groups[_building(directory, row["home_id"])].append(row)
    named = [(directory.name(one, work.language) if one else None, rows) for one, rows in _sorted(directory, groups)]
    return [(name, recipients.tally(rows)) for name, rows in named]


def _building(directory: Directory, home_id: int | None) -> int | None:
    return next((place.id for place in directory.ancestors(home_id) if place.level == "building"), home_id)


def _sorted(directory: Directory, groups: dict[int | None, list[Row]]) -> list[tuple[int | None, list[Row]]]:
    """In the order of the numbers on the doors; those from elsewhere last."""

    def place_of(one: int | None) -> tuple[bool, str, int, str]:
        place = directory.places.get(one or 0)
        if place is None:
            return (True, "", 0, "")
        number = place.number or ""
        return (False, str(place.parent_id), int(number) if number.isdigit() else 0, place.code)

    return sorted(groups.items(), key=lambda group: place_of(group[0]))


async def unread(work: Work, notice: Row) -> list[dict[str, Any]]:
    """Who has not read it among those whom the one who asks may visit. Raises NotYours."""
    homes = reach(work.directory, notices.actor(work), NoticeAction.SEE_NAMES)
    if not homes or not notice["has_receipt"]:
        raise NotYours
    rows = await recipients.unread(work.ledger, notice["id"], homes, MOST_NAMES)
    return [{**row, "place": work.directory.name(row["home_id"], work.language)} for row in rows]


def said(directory: Directory, notice: Row, language: str, *, round_: int = 1) -> dict[str, Any]:
    """What a recipient reads, with the buttons under it; a later round says that it was said before."""
    community = directory.community_of(notice["place_id"])
    buttons: list[list[Button]] = []
    if notice["has_receipt"]:
        buttons.append([("notice_got", press("notice_got", notice["id"]))])
    if not is_official(notice["kind"]):
        buttons.append([("activities_off", press("activities_off"))])
    return {
        "kind": notice["kind"],
        "words": notice["words"],
        "place": directory.name(community.id if community else notice["place_id"], language),
        "is_again": round_ > 1,
        "photo": notice["photo"],
        "has_no_preview": True,
        "buttons": buttons,
    }


async def board(
    ledger: Ledger, notice: Row, actor: Actor, language: str, now: datetime
) -> tuple[dict[str, Any], list[Sequence[Button]]]:
    """What the board of a notice says to somebody, and its buttons."""
    directory = ledger.directory
    found = await counts(ledger, notice, actor)
    shown = ("state", "kind", "audience", "words", "has_receipt", "is_urgent", "due_at", "round")
    numbers = ("total", "sent", "waiting", "unreachable", "suppressed", "unknown", "read", "unread")
    params = {name: notice[name] for name in shown} | {name: getattr(found, name) for name in numbers}
    params["place"] = directory.name(notice["place_id"], language)
    params["is_night"] = not notice["is_urgent"] and directory.calendar.quiet_until(now) is not None
    scope, own = directory.scope(notice["place_id"]), notice["author_id"]
    may_steer = may_at(actor, NoticeAction.STEER, scope, own)
    rows: list[Sequence[Button]] = []
    if may_steer and (steps := _STEPS.get(State(notice["state"]))):
        rows.append([(label, press(label, notice["id"])) for label in steps])
    if may_steer and found.unread and notice["has_receipt"] and can_remind(notice["state"], notice["spoke_at"], now):
        rows.append([("notice_again", press("notice_again", notice["id"]), {"count": found.unread})])
    if notice["state"] != State.SCHEDULED:
        rows.append([("notice_where", press("notice_where", notice["id"]))])
        if notice["has_receipt"] and _seats(actor, NoticeAction.SEE_NAMES):
            rows.append([("notice_who", press("notice_who", notice["id"]))])
    rows.append([("notice_look", press("notice_look", notice["id"])), ("notice_list", press("notices", 0))])
    return params, rows
