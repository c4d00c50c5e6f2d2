"""Change sets: whole or not at all, guarded by versions, many in one commit; on SQLite and on PostgreSQL."""

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa

from storage import schema
from storage.changes import ChangeSet, Outcome
from storage.engine import Database
from storage.ids import new_id
from storage.ledger import Ledger
from tests.town import MONDAY

APPLIED, STALE, BROKEN = Outcome.APPLIED, Outcome.STALE, Outcome.BROKEN


@pytest.fixture
async def ledger(database: Database) -> Ledger:
    return await Ledger.open(database)


def a_person(telegram_id: int, name: str = "王阿姨", **more: Any) -> tuple[ChangeSet, int]:
    changes, person_id = ChangeSet(), new_id(MONDAY)
    values = {"id": person_id, "telegram_id": telegram_id, "name": name, "created_at": MONDAY, **more}
    changes.insert(schema.person, **values)
    return changes, person_id


async def kept(ledger: Ledger, telegram_id: int = 1001) -> int:
    changes, person_id = a_person(telegram_id)
    assert await ledger.commit([changes]) == [APPLIED]
    return person_id


def renamed(row: Any, name: str) -> ChangeSet:
    changes = ChangeSet()
    changes.update(schema.person, row, name=name)
    return changes


async def person(ledger: Ledger, person_id: int) -> Any:
    return await ledger.get(schema.person, person_id)


async def test_it_writes_and_counts_versions(ledger: Ledger) -> None:
    row = await person(ledger, await kept(ledger))
    assert await ledger.commit([renamed(row, "王秀英")]) == [APPLIED]
    after = await person(ledger, row["id"])
    assert (after["name"], after["version"], after["created_at"]) == ("王秀英", row["version"] + 1, MONDAY)


async def test_it_lets_the_first_of_two_win_in_one_commit(ledger: Ledger) -> None:
    row = await person(ledger, await kept(ledger))
    assert await ledger.commit([renamed(row, "甲"), renamed(row, "乙")]) == [APPLIED, STALE]
    assert (await person(ledger, row["id"]))["name"] == "甲"


async def test_it_lets_one_of_fifty_win_at_once(ledger: Ledger) -> None:
    row = await person(ledger, await kept(ledger))
    outcomes = await asyncio.gather(*(ledger.commit([renamed(row, f"第{number}")]) for number in range(50)))
    assert [one for (one,) in outcomes].count(APPLIED) == 1
    assert (await person(ledger, row["id"]))["version"] == row["version"] + 1


async def test_it_writes_nothing_of_a_stale_set(ledger: Ledger) -> None:
    row = await person(ledger, await kept(ledger))
    await ledger.commit([renamed(row, "甲")])
    late, other_id = a_person(1002)
    late.update(schema.person, row, name="乙")
    assert await ledger.commit([late]) == [STALE]
    assert await person(ledger, other_id) is None


async def test_it_guards_a_row_it_does_not_change(ledger: Ledger) -> None:
    row = await person(ledger, await kept(ledger))
    await ledger.commit([renamed(row, "甲")])
    late, other_id = a_person(1002)
    late.guard(schema.person, row)
    assert await ledger.commit([late]) == [STALE]
    assert await person(ledger, other_id) is None


async def test_it_is_stale_when_somebody_inserted_the_key_first(ledger: Ledger) -> None:
    first, second, neighbour = a_person(1001)[0], a_person(1001)[0], a_person(1002)[0]
    assert await ledger.commit([first, second, neighbour]) == [APPLIED, STALE, APPLIED]


@pytest.mark.parametrize("broken", [0, 7, 19])
async def test_it_leaves_out_only_what_the_database_refuses(ledger: Ledger, broken: int) -> None:
    sets = [a_person(2000 + number)[0] for number in range(20)]
    sets[broken] = ChangeSet()
    sets[broken].insert(schema.audit, id=new_id(MONDAY), at=None, what="x")
    assert await ledger.commit(sets) == [BROKEN if number == broken else APPLIED for number in range(20)]
    assert len(await ledger.all(sa.select(schema.person))) == 19


async def test_it_calls_a_reference_to_nothing_broken(ledger: Ledger) -> None:
    changes, _ = a_person(1001, home_id=4711)
    assert await ledger.commit([changes]) == [BROKEN]


async def test_it_calls_a_number_no_column_holds_broken(ledger: Ledger) -> None:
    assert await ledger.commit([a_person(2**70)[0]]) == [BROKEN]


async def test_it_deletes_what_it_read(ledger: Ledger) -> None:
    row = await person(ledger, await kept(ledger))
    gone = ChangeSet()
    gone.delete(schema.person, row)
    assert await ledger.commit([gone, renamed(row, "乙")]) == [APPLIED, STALE]
    assert await person(ledger, row["id"]) is None


async def test_it_merges_two_changes_of_one_row(ledger: Ledger) -> None:
    row = await person(ledger, await kept(ledger))
    changes = renamed(row, "甲")
    changes.update(schema.person, row, room="302")
    assert await ledger.commit([changes]) == [APPLIED]
    after = await person(ledger, row["id"])
    assert (after["name"], after["room"], after["version"]) == ("甲", "302", row["version"] + 1)


async def test_it_changes_a_row_that_it_inserts(ledger: Ledger) -> None:
    changes, person_id = a_person(1001)
    changes.update(schema.person, {"id": person_id, "version": 1}, room="302")
    assert await ledger.commit([changes]) == [APPLIED]
    assert (await person(ledger, person_id))["room"] == "302"


async def test_it_finishes_a_commit_whose_caller_is_cancelled(ledger: Ledger) -> None:
    """6 A task cancelled during COMMIT: the outcome is read again, and it is a whole one."""
    for number in range(20):
        changes, person_id = a_person(3000 + number)
        task = asyncio.create_task(ledger.commit([changes]))
        for _ in range(number % 5):
            await asyncio.sleep(0)
        task.cancel()
        is_cancelled = isinstance((await asyncio.gather(task, return_exceptions=True))[0], asyncio.CancelledError)
        is_there = await person(ledger, person_id) is not None
        assert is_there or is_cancelled
        assert await ledger.commit([a_person(3000 + number)[0]]) == [STALE if is_there else APPLIED]


async def test_it_shows_no_words_in_errors(ledger: Ledger, caplog: pytest.LogCaptureFixture) -> None:
    assert await ledger.commit([a_person(1001, "王阿姨", home_id=4711)[0]]) == [BROKEN]
    assert caplog.text
    assert "王阿姨" not in caplog.text
