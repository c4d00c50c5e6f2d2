"""The day's list: at eight in the morning everybody who has visits reads them, ordered by building and time.

One reminder, which never fires for good: it waits for the morning, then for its next slice, and remembers where it
stands, so that after a crash nobody is told twice and nobody is left out.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from . import people, reminders, schema
from .ledger import Ledger, Row
from .plain import once
from .rules.lifecycle import State
from .rules.press import press
from .states import IN_HAND, any_of
from .work import Button, Priority, Work

SUBJECT, KIND, OCCURRENCE = "visits", "visit_lists", "daily"
AT = time(8)
FEW = 20
"""How many people are told in one slice."""
PAUSE = timedelta(seconds=1)
LATE = timedelta(hours=4)
"""When the bot was down so long in the morning, the list is not said any more: it stands in /tasks."""

_booking, _ticket = schema.booking, schema.ticket
_FROM: sa.BindParameter[datetime] = sa.bindparam("since", type_=schema.UtcTime)
_UNTIL: sa.BindParameter[datetime] = sa.bindparam("until", type_=schema.UtcTime)
# The first says in the words of the index what is in hand, so that the list of one person is found by it.
_ON_THE_WAY = sa.and_(any_of(_ticket.c.state, IN_HAND), any_of(_ticket.c.state, {State.ACCEPTED, State.ON_SITE}))
_OF_PERSON = once(
    sa.select(_booking, _ticket.c.number, _ticket.c.place_id, _ticket.c.room, _ticket.c.state)
    .join(_ticket, _ticket.c.id == _booking.c.id)
    .where(
        _ticket.c.assignee_id == sa.bindparam("person"),
        _ON_THE_WAY,
        _booking.c.starts_at >= _FROM,
        _booking.c.starts_at < _UNTIL,
    )
)
_VISITORS = once(
    sa.select(_ticket.c.assignee_id)
    .join(_booking, _booking.c.id == _ticket.c.id)
    .where(
        _ticket.c.assignee_id > sa.bindparam("after"),
        _ON_THE_WAY,
        _booking.c.starts_at >= _FROM,
        _booking.c.starts_at < _UNTIL,
    )
    .distinct()
    .order_by(_ticket.c.assignee_id)
    .limit(FEW)
)


async def of_day(work: Work, person_id: int, day: date) -> list[Row]:
    """Somebody's visits of a local day, by building and time."""
    since, until = _bounds(work, day)
    rows = await work.ledger.all(_OF_PERSON, person=person_id, since=since, until=until)
    return sorted(rows, key=lambda row: (_building(work, row["place_id"]), row["starts_at"], row["id"]))


def _building(work: Work, place_id: int | None) -> tuple[str, int, str]:
    """Where a visit is, in the order in which one walks: the estate, then the number of the building."""
    line = work.directory.ancestors(place_id)
    building = next((place for place in line if place.level == "building"), None)
    if building is None:
        return ("", 0, "")
    above = work.directory.places.get(building.parent_id or 0)
    number = int(building.number) if building.number and building.number.isdigit() else 0
    return (above.code if above else "", number, building.code)


def shown(work: Work, rows: Sequence[Row], language: str) -> tuple[list[dict[str, Any]], list[list[Button]]]:
    """The lines of a list and a button for each visit, in a reader's language."""
    services = work.directory.catalogue.services
    lines: list[dict[str, Any]] = []
    buttons: list[list[Button]] = []
    for row in rows:
        service = services.get(row["service_id"])
        name = service.name_in(language) if service else ""
        at_home = row["way"] == "at_home"
        place = work.directory.name(row["place_id"], language, above="estate") if at_home and row["place_id"] else ""
        lines.append({"at": row["starts_at"].isoformat(), "service": name, "place": place, "state": row["state"]})
        label = {"at": row["starts_at"].isoformat(), "service": name, "place": place}
        buttons.append([("visit_line", press("open", row["id"]), label)])
    return lines, buttons


async def seed(ledger: Ledger, now: datetime) -> None:
    """Have the lists sent from now on; nothing when that is so already."""
    if await ledger.one(sa.select(schema.reminder.c.id).where(schema.reminder.c.subject == SUBJECT)) is None:
        work = Work.for_clock(ledger, now)
        today_at = _at(work, today(work))
        due_at = today_at if today_at >= now else _next(work)
        reminders.schedule(work, SUBJECT, KIND, OCCURRENCE, due_at, {})
        await ledger.commit([work.finish()])


async def send(work: Work, reminder: Row) -> None:
    """Tell the next few people of their day; then the rest, then tomorrow."""
    params = reminder["params"] or {}
    day = date.fromisoformat(params["day"]) if "day" in params else today(work)
    since, until = _bounds(work, day)
    after = params.get("after", 0)
    is_too_late = work.now - _at(work, day) > LATE
    rows = [] if is_too_late else await work.ledger.all(_VISITORS, after=after, since=since, until=until)
    found = await people.by_ids(work.ledger, [row["assignee_id"] for row in rows])
    for person in found.values():
        lines, buttons = shown(work, await of_day(work, person["id"], day), person["language"])
        key = f"day:{day:%Y%m%d}:{person['id']}"
        work.notify(person, "visit.day", buttons, priority=Priority.REMINDER, key=key, lines=lines)
    if len(rows) == FEW:
        last = rows[-1]["assignee_id"]
        reminders.move_on(work, reminder, work.now + PAUSE, {"day": day.isoformat(), "after": last})
    else:
        reminders.move_on(work, reminder, _next(work), {})


def today(work: Work) -> date:
    """The local date."""
    return work.directory.calendar.to_local(work.now).date()


def _at(work: Work, day: date) -> datetime:
    return datetime.combine(day, AT, work.directory.calendar.zone)


def _next(work: Work) -> datetime:
    day = today(work)
    due = _at(work, day)
    return due if due > work.now else _at(work, day + timedelta(days=1))


def _bounds(work: Work, day: date) -> tuple[datetime, datetime]:
    zone = work.directory.calendar.zone
    return datetime.combine(day, time(), zone), datetime.combine(day + timedelta(days=1), time(), zone)
