"""Who is on duty by the rows: rules of the structure, agreed changes, absences, the personal switch; and races."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from storage import gaps, people, roster, schema, shifts, swaps
from storage.changes import ChangeSet, Outcome
from storage.duty_rules import number_of
from storage.ids import new_id
from storage.ledger import Row
from storage.rules.rights import Role
from storage.rules.roster import Shift
from storage.work import Work
from tests.town import MONDAY, Town

TUESDAY, NEXT_DAY = date(2026, 12, 1), date(2026, 12, 2)  # the evenings of 小魏 and of 小赵


def local(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour - 8, minutes=minute)


async def by_code(town: Town, code: str) -> Row:
    row = await town.app.ledger.one(schema.person.select().where(schema.person.c.code == code))
    assert row is not None
    return row


async def desk(town: Town, code: str | None = None, at: datetime = MONDAY) -> Work:
    """A desk at which somebody sits, or nobody."""
    work = Work.for_clock(town.app.ledger, at, ChangeSet())
    if code is not None:
        work.person = await by_code(town, code)
        work.grants = await people.grants_of(town.app.ledger, [work.person["id"]])
    return work


async def keep(town: Town, work: Work) -> Outcome:
    (outcome,) = await town.app.ledger.commit([work.finish()])
    return outcome


async def evening(work: Work, day: date, holder: Row) -> tuple[shifts.Around, Shift]:
    rule = next(one for one in work.directory.duty_rules if one.code == "gw-evening")
    found = await swaps.look(work, rule.id)
    shift = found.find(rule.id, day, holder["id"])
    assert shift is not None
    return found, shift


async def absent(town: Town, code: str, begins_at: datetime, ends_at: datetime, **more: Any) -> None:
    row = await by_code(town, code)
    values = {"id": new_id(MONDAY), "person_id": row["id"], "told_by": row["id"], "reason": "ill", "created_at": MONDAY}
    async with town.app.database.writing() as connection:
        span = {"begins_at": begins_at, "ends_at": ends_at}
        await connection.execute(schema.absence.insert().values(**values, **span, **more))


async def on_duty(town: Town, code: str, at: datetime, role: Role = Role.GRID_WORKER) -> bool:
    work = await desk(town, at=at)
    row = await by_code(town, code)
    (grant,) = [one for one in await people.grants_of(town.app.ledger, [row["id"]]) if one["role"] == role]
    return (await roster.duty_at(work, at)).is_on({**row, "role": role, "place_id": grant["place_id"]}, at)


async def test_it_knows_who_is_on_duty_by_the_rules(any_town: Town) -> None:
    assert await on_duty(any_town, "wei", local(TUESDAY, 9))
    assert not await on_duty(any_town, "wei", local(TUESDAY, 13))
    assert await on_duty(any_town, "wei", local(TUESDAY, 20, 59))
    assert not await on_duty(any_town, "wei", local(TUESDAY, 21))
    assert not await on_duty(any_town, "zhao", local(TUESDAY, 20))


async def test_it_goes_by_working_time_for_whom_no_rule_names(town: Town) -> None:
    assert await on_duty(town, "laoli", local(TUESDAY, 9), Role.BUILDING_HEAD)
    assert not await on_duty(town, "laoli", local(TUESDAY, 20), Role.BUILDING_HEAD)


async def test_it_lets_the_personal_switch_count_first(town: Town) -> None:
    row = {
        **await by_code(town, "wei"),
        "role": "grid_worker",
        "place_id": town.app.ledger.directory.by_code["grid-1"].id,
    }
    duty = await roster.duty_at(await desk(town), local(TUESDAY, 3))
    assert duty.is_on({**row, "on_duty": True}, local(TUESDAY, 3))
    assert not duty.is_on({**row, "on_duty": False}, local(TUESDAY, 9))


async def test_it_knows_who_is_absent_and_who_took_that_back(any_town: Town) -> None:
    await absent(any_town, "wei", local(TUESDAY, 8), local(TUESDAY, 12))
    await absent(any_town, "zhao", local(TUESDAY, 8), local(TUESDAY, 12), ended_at=MONDAY)
    assert not await on_duty(any_town, "wei", local(TUESDAY, 9))
    assert await on_duty(any_town, "wei", local(TUESDAY, 15))
    assert await on_duty(any_town, "zhao", local(TUESDAY, 9))


async def test_it_tells_when_agents_can_be_booked(any_town: Town) -> None:
    agent, wei = await by_code(any_town, "agent"), await by_code(any_town, "wei")
    ledger = any_town.app.ledger
    await absent(any_town, "agent", local(TUESDAY, 9), local(TUESDAY, 10))
    found = await roster.when(ledger, ledger.directory, [agent["id"], wei["id"]], TUESDAY, TUESDAY)
    hours = [(local(TUESDAY, 8, 30), local(TUESDAY, 12)), (local(TUESDAY, 14), local(TUESDAY, 18))]
    assert found[agent["id"]] == roster.Availability(tuple(hours), ((local(TUESDAY, 9), local(TUESDAY, 10)),))
    assert found[wei["id"]] == roster.Availability(None, ())  # no agent: the usual hours


async def test_it_tells_the_next_shift_of_whoever_is_off(town: Town) -> None:
    work = await desk(town, at=local(TUESDAY, 22))
    secretaries = await roster.secretaries(work, town.app.ledger.directory.by_code["jx-3-2"].id)
    assert [(row["code"], at) for row, at in secretaries] == [("dan", local(NEXT_DAY, 8, 30))]


async def agree(town: Town, taker: str = "zhao", holder: str = "wei", day: date = TUESDAY) -> int:
    work = await desk(town, holder)
    found, shift = await evening(work, day, await by_code(town, holder))
    row = await swaps.ask(work, found, shift, (await by_code(town, taker))["id"])
    assert await keep(town, work) is Outcome.APPLIED
    work = await desk(town, taker)
    await swaps.answer(work, row["id"], is_agreed=True)
    assert await keep(town, work) is Outcome.APPLIED
    return int(row["id"])


async def test_it_has_whoever_took_a_shift_on_duty_until_somebody_objects(any_town: Town) -> None:
    change = await agree(any_town)
    assert await on_duty(any_town, "zhao", local(TUESDAY, 20))
    assert not await on_duty(any_town, "wei", local(TUESDAY, 20))
    work = await desk(any_town, "dan")
    await swaps.object_to(work, change, "short")
    assert await keep(any_town, work) is Outcome.APPLIED
    assert await on_duty(any_town, "wei", local(TUESDAY, 20))
    assert not await on_duty(any_town, "zhao", local(TUESDAY, 20))


async def test_it_lets_one_of_two_changes_of_a_rule_wait_for_the_other(any_town: Town) -> None:
    """Both were decided on what was there before; the second has to be decided anew."""
    wei, zhao = await by_code(any_town, "wei"), await by_code(any_town, "zhao")
    works = []
    for holder, taker, day in ((wei, zhao, TUESDAY), (zhao, wei, NEXT_DAY)):
        work = await desk(any_town, holder["code"])
        found, shift = await evening(work, day, holder)
        await swaps.ask(work, found, shift, taker["id"])
        works.append(work.finish())
    assert await any_town.app.ledger.commit(works) == [Outcome.APPLIED, Outcome.STALE]


async def test_it_tells_a_gap_once_however_often_it_looks(any_town: Town) -> None:
    await any_town.advance(seconds=1)
    await absent(any_town, "wei", local(TUESDAY, 0), local(TUESDAY, 23))
    for day in (1, 1, 2):
        work = await desk(any_town, at=MONDAY + timedelta(days=day))
        (reminder,) = await any_town.app.ledger.all(schema.reminder.select().where(schema.reminder.c.kind == gaps.KIND))
        await gaps.look(work, reminder)
        assert await keep(any_town, work) is Outcome.APPLIED
    told = schema.outbox.select().where(schema.outbox.c.message == "duty.gaps")
    (row,) = await any_town.app.ledger.all(told)
    assert [line["name"] for line in row["params"]["lines"]] == ["小魏"]


async def test_it_calls_it_a_gap_when_the_holder_lost_the_role(town: Town) -> None:
    wei = await by_code(town, "wei")
    async with town.app.database.writing() as connection:
        mine = schema.role_grant.c.person_id == wei["id"]
        await connection.execute(schema.role_grant.update().where(mine).values(revoked_at=MONDAY))
    work = await desk(town, at=local(TUESDAY, 9))
    assert (TUESDAY, wei["id"]) in {(one.day, one.holder_id) for one in await gaps.of_the_week(work)}


async def test_it_keeps_days_as_numbers() -> None:
    assert number_of(TUESDAY) == 20261201
