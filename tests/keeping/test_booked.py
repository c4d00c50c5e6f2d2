"""Deletion and retention of what was booked: times come free, originals come back first, the past is cleared."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from storage import bookings, schema, slots
from storage.keeping import booked
from storage.rules.catalogue import Way
from storage.work import Work
from tests.stories.chat import go, person
from tests.stories.test_papers import books, cancels, gives_back, takes
from tests.town import Town

from .life import lived
from .marks import a_night, finish
from .test_leaving import leaves, own_file

pytestmark = pytest.mark.slow


async def rows(town: Town, table: sa.Table) -> list[dict[str, Any]]:
    return [dict(row) for row in await town.app.ledger.all(sa.select(table))]


async def test_it_frees_what_was_booked_held_and_waited_for(town: Town) -> None:
    life = await lived(town)
    assert await rows(town, schema.booking_cell)
    await leaves(town, life.rosa)
    assert (await rows(town, schema.booking_cell), await rows(town, schema.hold)) == ([], [])
    (waiting,) = await rows(town, schema.waiting)
    assert waiting["state"] == "left"
    await finish(town)
    assert (await rows(town, schema.waiting), await rows(town, schema.support)) == ([], [])
    (booking,) = await rows(town, schema.booking)
    assert (booking["note"], booking["code"], booking["starts_at"] is not None) == (None, None, True)


async def test_it_gives_a_freed_time_to_others_at_once(town: Town) -> None:
    of = await books(town)
    booking = await bookings.of(town.app.ledger, of["id"])
    assert booking is not None
    service = town.app.ledger.directory.catalogue.services[booking["service_id"]]
    day = town.app.ledger.directory.calendar.to_local(booking["starts_at"]).date()
    await leaves(town, town.rosa)
    work = Work.for_clock(town.app.ledger, town.clock.now())
    free = await slots.free(work, service, Way.AT_HOME, of["place_id"], day)
    assert booking["starts_at"] in {slot.starts_at for slot in free}


async def test_it_lets_nobody_go_whose_originals_are_out(town: Town) -> None:
    of = await books(town)
    await takes(town, town.ye, of, "身份证")
    await go(town, town.rosa.presses("对，确认"), town.rosa.says("删除我的数据"))
    assert "请先要回来" in town.rosa.last.text
    await gives_back(town, town.ye, of)
    await go(town, town.rosa.presses("对，确认"))
    await leaves(town, town.rosa)
    assert town.rosa.shows("您的数据正在删除")


async def test_it_hands_over_what_was_booked_and_why_somebody_is_registered(town: Town) -> None:
    life = await lived(town)
    await go(town, life.rosa.says("我的数据"))
    archive = own_file(town, life.rosa)
    page, data = (archive.read(name).decode() for name in ("index.html", "data.json"))
    for one in ("老年证", "蓝色的门，敲三下", "胰岛素的病历", "三花猫怕生"):
        assert one in page, one
        assert one in data, one
    assert ("自己办不了" in page, "上门办" in page) == (True, True)
    assert "小叶" not in page + data


async def test_it_clears_the_cells_of_the_past_every_night(town: Town) -> None:
    await books(town)
    await a_night(town)
    assert await rows(town, schema.booking_cell)
    await town.advance(days=3)
    await a_night(town)
    assert await rows(town, schema.booking_cell) == []


async def test_it_clears_a_hold_that_the_clock_forgot(town: Town) -> None:
    await books(town)
    me = await person(town, town.rosa)
    work = Work.for_clock(town.app.ledger, town.clock.now())
    directory = town.app.ledger.directory
    service, place_id = directory.catalogue.by_code["senior-card"], directory.by_code["jx-3-2"].id
    day = directory.calendar.to_local(town.clock.now()).date() + timedelta(days=2)
    free = await slots.free(work, service, Way.AT_HOME, place_id, day)
    await slots.hold(work, me["id"], service, free[0])
    await town.commit(work.finish())
    async with town.app.database.writing() as connection:
        await connection.execute(sa.delete(schema.reminder).where(schema.reminder.c.subject.startswith("hold:")))
    await town.advance(days=1)
    await a_night(town)
    await a_night(town)
    assert await rows(town, schema.hold) == []


async def test_it_leaves_to_the_owner_what_a_relative_waits_for_in_their_name(town: Town) -> None:
    life = await lived(town)
    (row,) = await rows(town, schema.waiting)
    daughter = await person(town, town.daughter)
    work = Work.for_clock(town.app.ledger, town.clock.now())
    work.changes.update(schema.waiting, row, person_id=daughter["id"])
    await town.commit(work.finish())
    again = Work.for_clock(town.app.ledger, town.clock.now())
    await booked.let_go(again, daughter["id"])
    await town.commit(again.finish())
    (row,) = await rows(town, schema.waiting)
    rosa = await person(town, life.rosa)
    assert row["state"] != "left"
    assert (row["person_id"], row["draft"]["wanted"]["filed_by_id"]) == (rosa["id"], rosa["id"])


async def test_it_keeps_the_receipt_for_originals_that_are_out_whatever_the_year(town: Town) -> None:
    of = await books(town)
    await takes(town, town.ye, of, "身份证")
    await go(town, town.rosa.presses("对，确认"))
    await cancels(town, of)
    await town.advance(days=366)
    await a_night(town)
    assert [row["anonymised_at"] for row in await rows(town, schema.ticket)] == [None]
    await gives_back(town, town.ye, of)
    await go(town, town.rosa.presses("对，确认"))
    await a_night(town)
    assert [row["anonymised_at"] is None for row in await rows(town, schema.ticket)] == [False]
    assert {row["items"] for row in await rows(town, schema.paper)} == {None}
