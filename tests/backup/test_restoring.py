"""Restoring: onto either engine, all or nothing, and nothing is sent again blindly."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from storage import schema
from storage.backup import restoring
from storage.backup.aftermath import RESTORED, SPARE_NUMBERS, Resend
from storage.backup.problems import BackupProblem, Reason
from storage.engine import Database
from storage.ids import new_id
from storage.migrate import upgrade
from storage.numbers import Numbers
from tests.faults.test_coming_in import report
from tests.town import MONDAY, Town

from .files import HEAD, TUESDAY, a_wish, back_up, insert, rows, tallies

pytestmark = pytest.mark.slow

LATER = TUESDAY + timedelta(hours=3)


@pytest.fixture
def other_url(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """An empty database on the other engine."""
    town = "any_town" in request.fixturenames
    engine = request.node.callspec.params["any_town" if town else "database_url"]
    return str(request.getfixturevalue("postgres_url")) if engine == "sqlite" else f"sqlite:///{tmp_path}/other.sqlite3"


async def say(url: str, words: str, **others: Any) -> int:
    """A row of the outbox."""
    row = {"id": new_id(MONDAY), "priority": 2, "due_at": MONDAY, "created_at": MONDAY, "chat_id": 1, "params": {}}
    given = {**row, "method": "message", "message": words, "state": "queued", **others}
    await insert(url, schema.outbox, given)
    return int(given["id"])


async def states(url: str) -> dict[str, tuple[str, str | None]]:
    return {row["message"]: (row["state"], row["error"]) for row in await rows(url, schema.outbox)}


async def test_it_restores_a_living_town_onto_the_other_engine(any_town: Town, other_url: str, tmp_path: Path) -> None:
    await report(any_town)
    await any_town.wei.presses("接单")
    await any_town.settle()
    made = await back_up(any_town.settings.database_url, tmp_path / "one")
    restored = await restoring.restore(other_url, a_wish(tmp_path / "one"))
    assert restored.made == made
    (ticket,) = await rows(other_url, schema.ticket)
    told = [row["event"] for row in await rows(other_url, schema.history)]
    assert (ticket["state"], ticket["words"]) == ("accepted", "3栋2单元楼道灯坏了")
    assert (told[0], told[-1]) == ("created", "accepted")


async def test_it_brings_an_older_schema_up_to_date(tmp_path: Path) -> None:
    old, target = f"sqlite:///{tmp_path}/old.sqlite3", f"sqlite:///{tmp_path}/new.sqlite3"
    database = await Database.open(old)
    await upgrade(database, "0001")
    await database.close()
    await insert(old, schema.setting, {"name": "a", "value": "b"})
    assert (await back_up(old, tmp_path / "one")).head.revision == "0001"
    await restoring.restore(target, a_wish(tmp_path / "one"))
    assert [row["value"] for row in await rows(target, schema.setting)] == ["b"]
    assert set(await tallies(target, HEAD)) > set(await tallies(old, "0001"))


async def test_it_refuses_a_database_with_something_in_it(database_url: str, tmp_path: Path) -> None:
    await insert(database_url, schema.setting, {"name": "a", "value": "old"})
    await back_up(database_url, tmp_path / "one")
    before = await tallies(database_url)
    with pytest.raises(BackupProblem, match=Reason.NOT_EMPTY):
        await restoring.restore(database_url, a_wish(tmp_path / "one"))
    assert await tallies(database_url) == before


async def test_it_keeps_the_old_file_aside(sqlite_url: str, tmp_path: Path) -> None:
    await back_up(sqlite_url, tmp_path / "one")
    await insert(sqlite_url, schema.setting, {"name": "a", "value": "old"})
    restored = await restoring.restore(sqlite_url, a_wish(tmp_path / "one", is_replacing=True))
    assert await rows(sqlite_url, schema.setting) == []
    assert [row["value"] for row in await rows(f"sqlite:///{restored.aside}", schema.setting)] == ["old"]


async def test_it_keeps_the_old_tables_aside(postgres_url: str, tmp_path: Path) -> None:
    await back_up(postgres_url, tmp_path / "one")
    await insert(postgres_url, schema.setting, {"name": "a", "value": "old"})
    restored = await restoring.restore(postgres_url, a_wish(tmp_path / "one", is_replacing=True))
    assert await rows(postgres_url, schema.setting) == []
    aside = sa.table("setting", sa.column("value"), schema=restored.aside)
    database = await Database.open(postgres_url)
    assert await database.rows(sa.select(aside.c.value)) == [{"value": "old"}]
    await database.close()


async def test_it_refuses_while_a_bot_runs(any_town: Town, tmp_path: Path) -> None:
    url = any_town.settings.database_url
    await back_up(url, tmp_path / "one")
    with pytest.raises(BackupProblem, match=Reason.RUNS):
        await restoring.restore(url, a_wish(tmp_path / "one", is_replacing=True))


async def test_it_refuses_while_somebody_reads_the_old_file(sqlite_url: str, tmp_path: Path) -> None:
    await insert(sqlite_url, schema.setting, {"name": "a", "value": "old"})
    await back_up(sqlite_url, tmp_path / "one")
    engine = sa.create_engine(sqlite_url)
    with engine.connect() as reading:
        assert reading.execute(sa.select(schema.setting)).all()
        with pytest.raises(BackupProblem, match=Reason.RUNS):
            await restoring.restore(sqlite_url, a_wish(tmp_path / "one", is_replacing=True))
    engine.dispose()
    assert [row["value"] for row in await rows(sqlite_url, schema.setting)] == ["old"]


# --- nothing is sent again blindly ---------------------------------------------------------------------------


async def test_it_stops_what_was_on_its_way(database_url: str, other_url: str, tmp_path: Path) -> None:
    for state in ("queued", "sending", "sent", "suppressed", "failed"):
        await say(database_url, state, state=state)
    await say(database_url, "held until now", state="held", due_at=MONDAY + timedelta(hours=2))
    await say(database_url, "held for later", state="held", due_at=LATER)
    await back_up(database_url, tmp_path / "one")
    restored = await restoring.restore(other_url, a_wish(tmp_path / "one"))
    found = await states(other_url)
    stopped = {words for words, state in found.items() if state == ("unknown", RESTORED)}
    assert stopped == {"queued", "sending", "held until now"}
    assert restored.aftermath.stopped == 3
    assert [found[words][0] for words in ("sent", "suppressed", "failed", "held for later")] == [
        *("sent", "suppressed", "failed"),
        "held",
    ]


@pytest.mark.parametrize(("which", "sent"), [("urgent", {"fire"}), ("all", {"fire", "news"})])
async def test_it_sends_what_it_stopped_when_told_so(
    sqlite_url: str, tmp_path: Path, which: Resend, sent: set[str]
) -> None:
    await say(sqlite_url, "fire", priority=0)
    await say(sqlite_url, "news")
    await say(sqlite_url, "lost long ago", state="unknown")
    await back_up(sqlite_url, tmp_path / "one")
    target = f"sqlite:///{tmp_path}/two.sqlite3"
    restored = await restoring.restore(target, a_wish(tmp_path / "one"))
    assert [(one.message, one.created_at) for one in restored.aftermath.urgent] == [("fire", MONDAY)]
    assert await restoring.resend(target, Resend(which)) == len(sent)
    assert {words for words, (state, _) in (await states(target)).items() if state == "queued"} == sent


async def test_it_sends_at_once_when_told_so(sqlite_url: str, tmp_path: Path) -> None:
    await say(sqlite_url, "fire", priority=0)
    await back_up(sqlite_url, tmp_path / "one")
    target = f"sqlite:///{tmp_path}/two.sqlite3"
    await restoring.restore(target, a_wish(tmp_path / "one", resend=Resend.URGENT))
    assert await states(target) == {"fire": ("queued", None)}


async def a_notice(url: str, state: str, **others: Any) -> int:
    row_id = new_id(MONDAY)
    given = {"id": row_id, "author_id": 1, "place_id": 1, "audience": "everybody", "kind": "official"}
    told = {"words": state, "state": state, "due_at": MONDAY, "created_at": MONDAY}
    await insert(url, schema.notice, {**given, **told, **others})
    return row_id


async def test_it_pauses_notices(sqlite_url: str, tmp_path: Path) -> None:
    await insert(sqlite_url, schema.place, {"id": 1, "code": "a", "level": "community", "name": "a"})
    await insert(sqlite_url, schema.person, {"id": 1, "name": "丹姐", "created_at": MONDAY})
    going = await a_notice(sqlite_url, "going", spoke_at=MONDAY)
    await a_notice(sqlite_url, "scheduled")
    await a_notice(sqlite_url, "scheduled", words="later", due_at=LATER)
    row = await say(sqlite_url, "notice", priority=4)
    who = {"id": 1, "notice_id": going, "person_id": 1, "state": "queued", "outbox_id": row}
    await insert(sqlite_url, schema.notice_recipient, who)
    await back_up(sqlite_url, tmp_path / "one")
    target = f"sqlite:///{tmp_path}/two.sqlite3"
    restored = await restoring.restore(target, a_wish(tmp_path / "one"))
    found = {row["words"]: row["state"] for row in await rows(target, schema.notice)}
    assert found == {"going": "paused", "scheduled": "paused", "later": "scheduled"}
    assert restored.aftermath.paused == 2
    assert [row["state"] for row in await rows(target, schema.notice_recipient)] == ["unknown"]


async def test_it_gives_no_number_that_may_have_been_given_since(database_url: str, tmp_path: Path) -> None:
    database = await Database.open(database_url)
    await Numbers(database).next()
    await database.close()
    await back_up(database_url, tmp_path / "one")
    target = f"sqlite:///{tmp_path}/two.sqlite3"
    await restoring.restore(target, a_wish(tmp_path / "one"))
    (then,), (now,) = await rows(database_url, schema.counter), await rows(target, schema.counter)
    assert now["next"] >= then["next"] + SPARE_NUMBERS


async def test_it_writes_down_that_it_restored(sqlite_url: str, tmp_path: Path) -> None:
    await back_up(sqlite_url, tmp_path / "one")
    target = f"sqlite:///{tmp_path}/two.sqlite3"
    await restoring.restore(target, a_wish(tmp_path / "one"))
    (row,) = await rows(target, schema.audit)
    assert (row["what"], row["at"], row["data"]["taken_at"]) == ("restored", TUESDAY, MONDAY.isoformat())
