"""Quotas: six and two weeks before the end of a quarter, members who lack a post or services are reminded, once each.

One reminder, which never fires for good: it waits for the next of these mornings, then for its next slice, and
remembers where it stands, in the very change set that tells, so that nobody is told twice and nobody is left out.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from . import people, reminders, schema, service_record
from .changes import ChangeSet
from .ledger import Ledger, Row
from .rules.press import press
from .rules.quarters import Quarter, Standing, next_reminder_at, reminder_of
from .work import Button, Priority, Work

SUBJECT, KIND, OCCURRENCE = "quotas", "quotas", "quarterly"
PAGE = 100
PAUSE = timedelta(seconds=1)
WEEK = timedelta(weeks=1)


async def seed(ledger: Ledger, now: datetime) -> None:
    """Have members reminded from now on; nothing when that is so already."""
    row = await ledger.one(sa.select(schema.reminder.c.id).where(schema.reminder.c.subject == SUBJECT))
    if row is None:
        work = Work.for_clock(ledger, now, ChangeSet())
        zone = work.directory.calendar.zone
        reminders.schedule(work, SUBJECT, KIND, OCCURRENCE, next_reminder_at(now, zone), {})
        await ledger.commit([work.finish()])


async def remind(work: Work, reminder: Row) -> None:
    """The next page of members; after the last one the next of these mornings is waited for."""
    zone, params = work.directory.calendar.zone, reminder["params"] or {}
    found = _under_way(params) or reminder_of(work.now, zone)
    rows = await _members(work.ledger, params.get("after", 0)) if found is not None else []
    if found is not None:
        await _tell(work, rows, *found)
    if found is not None and len(rows) == PAGE:
        going = {"quarter": str(found[0]), "weeks": found[1], "after": rows[-1]["id"]}
        reminders.move_on(work, reminder, work.now + PAUSE, going)
    else:
        reminders.move_on(work, reminder, next_reminder_at(work.now, zone), {})


def _under_way(params: Mapping[str, Any]) -> tuple[Quarter, int] | None:
    return (Quarter.parse(params["quarter"]), params["weeks"]) if "quarter" in params else None


async def _members(ledger: Ledger, after: int) -> list[Row]:
    """Helpers who are at home in a unit and may help, a page of them by their ids."""
    helper, unit = schema.helper, schema.organisation
    query = sa.select(helper.c.id, helper.c.person_id).join(unit, unit.c.id == helper.c.organisation_id)
    query = query.where(
        unit.c.retired_at.is_(None),
        helper.c.left_at.is_(None),
        helper.c.suspended_at.is_(None),
        helper.c.id > after,
    )
    return await ledger.all(query.order_by(helper.c.id).limit(PAGE))


async def _tell(work: Work, rows: list[Row], quarter: Quarter, weeks: int) -> None:
    ids = [row["person_id"] for row in rows]
    found = await service_record.standing(work.ledger, ids, quarter)
    lacking = [one for one in ids if not found[one].is_met]
    left = -((work.now - quarter.ends_at(work.directory.calendar.zone)) // WEEK)
    for person in (await people.by_ids(work.ledger, lacking)).values():
        if person["retired_at"] is None:
            _remind(work, person, found[person["id"]], left, f"quota:{quarter}:{weeks}:{person['id']}")


def _remind(work: Work, person: Row, standing: Standing, weeks: int, key: str) -> None:
    buttons: list[list[Button]] = []
    if standing.posts_missing:
        buttons.append([("post_find", press("post_list"))])
    if standing.services_missing:
        buttons.append([("helper_list", press("helplist", 0))])
    buttons.append([("me_posts", press("posts"))])
    work.notify(
        person,
        "posts.lacking",
        buttons,
        priority=Priority.REMINDER,
        key=key,
        weeks=weeks,
        posts=standing.posts_missing,
        services=standing.services_missing,
    )
