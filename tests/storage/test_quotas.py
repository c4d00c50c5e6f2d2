"""Reminders of what a quarter asks: everybody who lacks something once, page by page, and nobody else."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage import posts, quotas, reminders, schema
from storage.changes import Outcome
from storage.engine import Database
from storage.ledger import Row
from storage.rules.quarters import Quarter
from storage.work import Work
from tests.town import MONDAY, copy_of_sample

from .neighbours import Neighbours


@pytest.fixture
async def members(tmp_path: Path) -> AsyncIterator[Neighbours]:
    """Seven helpers; all but the last are at home in a unit, and nobody has done anything yet."""
    await copy_of_sample(tmp_path / "linli.sqlite3", MONDAY)
    database = await Database.open(f"sqlite:///{tmp_path}/linli.sqlite3")
    found = await Neighbours.among(tmp_path, database, helpers=7)
    unit_id = await found.organisation("h1")
    for number in range(1, 7):
        await found.alter_helper(f"h{number}", organisation_id=unit_id)
    await quotas.seed(found.ledger, MONDAY)
    yield found
    await database.close()


async def reminder(members: Neighbours) -> Row:
    (row,) = await reminders.of(members.ledger, quotas.SUBJECT)
    return row


async def fire(members: Neighbours, now: datetime) -> None:
    """As the clock does, as long as the reminder is due."""
    while (row := await reminder(members))["due_at"] <= now:
        work = Work.for_clock(members.ledger, now)
        await quotas.remind(work, row)
        reminders.fired(work, row)
        assert await members.ledger.commit([work.finish()]) == [Outcome.APPLIED]
        now += timedelta(seconds=1)


async def told(members: Neighbours) -> Counter[str]:
    person = schema.person
    query = sa.select(person.c.code).join(schema.outbox, schema.outbox.c.person_id == person.c.id)
    rows = await members.ledger.all(query.where(schema.outbox.c.message == "posts.lacking"))
    return Counter(row["code"] for row in rows)


def morning(members: Neighbours, quarter: Quarter, weeks: int) -> datetime:
    return quarter.reminds_at(weeks, members.ledger.directory.calendar.zone)


async def test_it_reminds_everybody_once_page_by_page(members: Neighbours, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "PAGE", 2)
    first = morning(members, Quarter(2026, 4), 2)
    assert (await reminder(members))["due_at"] == first
    await fire(members, first)
    assert await told(members) == {f"h{number}": 1 for number in range(1, 7)}
    assert (await reminder(members))["due_at"] == morning(members, Quarter(2027, 1), 6)


async def test_it_leaves_out_who_may_not_help_and_who_has_a_post_but_lacks_services(members: Neighbours) -> None:
    await members.alter_helper("h2", suspended_at=MONDAY)
    await members.alter_helper("h3", left_at=MONDAY)
    post_id = next(iter(members.ledger.directory.helping.posts))

    async def take(work: Work) -> Row:
        return await posts.take(work, post_id)

    await members.do("h4", take)
    await fire(members, morning(members, Quarter(2026, 4), 2))
    assert sorted(await told(members)) == ["h1", "h4", "h5", "h6"]
    rows = await members.rows(schema.outbox, schema.outbox.c.message == "posts.lacking")
    assert Counter(row["params"]["posts"] for row in rows) == {1: 3, 0: 1}


async def test_it_says_the_later_of_two_that_are_due_together(members: Neighbours) -> None:
    """The bot was down from before the one until after the other: the key of the later is used, and one is said."""
    at = morning(members, Quarter(2027, 1), 2) + timedelta(hours=3)
    await fire(members, at)
    assert set((await told(members)).values()) == {1}
    rows = await members.rows(schema.outbox, schema.outbox.c.message == "posts.lacking")
    assert {row["unique_key"].split(":")[1] for row in rows} == {"2027-1"}
    assert {row["params"]["weeks"] for row in rows} == {2}
