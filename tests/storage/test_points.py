"""Points: earned once, taken back, expiring, and exchanged by who can pay, on both engines."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from storage import bookkeeping, claims, points, rankings, rewards, schema
from storage.changes import ChangeSet
from storage.engine import Database
from storage.rules.errors import NotYours, OutOfStock, Stale, TooFewPoints
from storage.rules.points import Reason
from tests import postgres
from tests.conftest import ENGINES
from tests.postgres import Server
from tests.town import MONDAY, copy_of_sample

from .desks import Decide
from .plans import listening, written, wrong_on_sqlite
from .purse import Purse

CROWD = 20


async def _opened(request: pytest.FixtureRequest, folder: Path, helpers: int) -> AsyncIterator[Purse]:
    if request.param == "sqlite":
        await copy_of_sample(folder / "linli.sqlite3", MONDAY)
        url = f"sqlite:///{folder}/linli.sqlite3"
    else:
        server: Server = request.getfixturevalue("postgres_server")
        url = await postgres.copy(server, postgres.FILLED)
    database = await Database.open(url)
    yield await Purse.filled(folder, database, helpers)
    await database.close()
    if request.param != "sqlite":
        await postgres.drop(url)


@pytest.fixture(params=["sqlite"])
async def town(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Purse]:
    async for made in _opened(request, tmp_path, 3):
        yield made
        await made.check()


@pytest.fixture(params=ENGINES)
async def crowd(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Purse]:
    """Twenty helpers, on each engine in turn."""
    async for made in _opened(request, tmp_path, CROWD):
        yield made
        await made.check()


async def give(town: Purse, codes: list[str], amount: int) -> None:
    """Let somebody have points, without all that leads to them."""
    for code in codes:
        person = await town.person(code)
        ticket_id = await town.post()

        async def act(work: Any, person: Any = person, ticket_id: int = ticket_id) -> None:
            key = f"given:{ticket_id}"
            await bookkeeping.post(work, Reason.EARNED, person["id"], amount, key, unspent=amount)

        await town.do(None, act)


async def revoked(town: Purse, ticket_id: int) -> None:
    assert await town.act("dan", ticket_id, town.rung(is_done=False)) is None


async def said(town: Purse, message: str) -> list[dict[str, Any]]:
    rows = await town.rows(schema.outbox, schema.outbox.c.message == message)
    return [row["params"] for row in rows]


# --- earning ---------------------------------------------------------------------------------------------------


async def test_it_earns_with_the_confirmation_and_not_before(town: Purse) -> None:
    ticket_id = await town.verified()
    await town.take(["h1"], ticket_id)
    await town.act("h1", ticket_id, claims.done)
    assert await town.balance("h1") == 0
    await town.act("asker", ticket_id, claims.confirm)
    assert await town.balance("h1") == 15  # half an hour at twenty, and five for the first time
    assert (await said(town, "claim.thanks"))[0]["points"] == 15


async def test_it_gives_no_more_than_the_cap_of_a_day(town: Purse) -> None:
    for _ in range(3):
        await town.helped(minutes=60)
    assert await town.balance("h1") == 45
    await town.night()
    await town.helped(minutes=60)
    assert await town.balance("h1") == 65


async def test_it_gives_points_for_five_stars_and_not_for_four(town: Purse) -> None:
    for code, stars, expected in (("h1", 5, 18), ("h2", 4, 15)):
        ticket_id = await town.helped(code)
        await town.rate(ticket_id, stars)
        assert await town.balance(code) == expected


async def test_it_gives_residents_theirs_in_the_night_and_only_once(town: Purse) -> None:
    await town.night()
    ticket_id = await town.helped()
    await town.rate(ticket_id, 3)
    assert await town.balance("asker") == 0
    for _ in range(3):
        await town.night()
        assert await town.balance("asker") == 1


# --- taken back ------------------------------------------------------------------------------------------------


async def test_it_takes_back_what_was_not_done_after_all(town: Purse) -> None:
    ticket_id = await town.helped()
    await revoked(town, ticket_id)
    assert await town.balance("h1") == 0
    assert [one["points"] for one in await said(town, "points.taken_back")] == [15]
    assert await said(town, "points.staff_owed") == []


async def test_it_notes_what_was_spent_before_and_takes_it_from_what_comes_back(town: Purse) -> None:
    ticket_id = await town.helped()
    await town.exchange("h1", "eggs")
    await revoked(town, ticket_id)
    assert await town.balance("h1") == 0
    assert {one["points"] for one in await said(town, "points.staff_owed")} == {10}
    assert await town.with_open("h1", "h1", rewards.cancel) is None
    assert await town.balance("h1") == 0
    assert not any(row["owed"] for row in await town.rows(schema.transfer))


async def test_it_takes_back_all_that_was_earned_dishonestly(town: Purse) -> None:
    await town.helped()
    await town.exchange("h1", "eggs")
    await town.helped()
    me = (await town.person("h1"))["id"]
    assert await town.do("dan", lambda work: points.reverse_all(work, me)) == (15, 10)
    assert await town.do("dan", lambda work: points.reverse_all(work, me)) == (0, 0)
    assert await town.balance("h1") == 0


# --- expiring --------------------------------------------------------------------------------------------------


async def test_it_spends_first_what_expires_first(town: Purse) -> None:
    await town.helped()  # ten for two months, five for one
    await town.exchange("h1", "eggs")
    left = {row["rule"]: row["unspent"] for row in await town.rows(schema.transfer) if row["reason"] == "earned"}
    assert left == {"first": 0, "hour": 5}


async def test_it_tells_a_month_before_and_lets_points_go_at_their_time(town: Purse) -> None:
    await town.night()
    await town.helped()
    await town.night()
    assert [one["points"] for one in await said(town, "points.soon")] == [5]
    for nights, left in ((27, 15), (3, 10), (25, 10), (6, 0)):
        for _ in range(nights):
            await town.night()
        assert await town.balance("h1") == left, nights
    assert [one["points"] for one in await said(town, "points.soon")] == [5, 10]


# --- 积分超市 ----------------------------------------------------------------------------------------------------


async def test_it_lets_nobody_have_what_they_cannot_pay(town: Purse) -> None:
    await town.helped()
    assert isinstance(await town.exchange("h1", "rice"), TooFewPoints)
    assert isinstance(await town.exchange("h2", "eggs"), TooFewPoints)


async def test_it_gives_the_last_one_to_one_of_twenty(crowd: Purse) -> None:
    codes = [f"h{n}" for n in range(1, CROWD + 1)]
    await give(crowd, codes, 30)
    rice = await crowd.reward("rice")
    results = await crowd.decide([(code, lambda work: rewards.redeem(work, rice["id"])) for code in codes])
    assert Counter(type(one) for one in results) == {dict: 1, OutOfStock: CROWD - 1}
    assert sorted([await crowd.balance(code) for code in codes]) == [5] + [30] * (CROWD - 1)


async def test_it_lets_one_purse_pay_once_however_often_it_is_pressed(crowd: Purse) -> None:
    await give(crowd, ["h1"], 15)
    eggs = await crowd.reward("eggs")
    results = await crowd.decide([("h1", lambda work: rewards.redeem(work, eggs["id"]))] * 4)
    assert Counter(type(one) for one in results) == {dict: 1, TooFewPoints: 3}
    assert await crowd.balance("h1") == 5


async def test_it_hands_out_to_whom_it_belongs_by_whom_it_may(town: Purse) -> None:
    await town.helped()
    made = await town.exchange("h1", "eggs")
    assert (await rewards.by_code(town.ledger, made["code"][1:4] + " " + made["code"][4:])) is not None
    for nobody in ("h1", "h2", "asker", "wei"):
        assert isinstance(await town.with_open(nobody, "h1", rewards.hand_out), NotYours), nobody
    found = await rewards.waiting_for(town.ledger, (await town.person("h1"))["id"])
    assert await town.with_open("dan", "h1", rewards.hand_out) is None
    ended = await rewards.by_id(town.ledger, found[0]["id"])
    assert ended is not None
    assert isinstance(await town.do("dan", lambda work: rewards.hand_out(work, ended)), Stale)
    assert await rewards.by_code(town.ledger, made["code"]) is None
    assert (await town.rows(schema.redemption))[0]["state"] == "fetched"


async def test_it_gives_back_what_is_not_fetched_in_two_weeks(town: Purse) -> None:
    await town.helped()
    await town.exchange("h1", "eggs")
    for nights, reminders in ((10, 0), (3, 1)):
        for _ in range(nights):
            await town.night()
        assert len(await said(town, "points.fetch_soon")) == reminders
    assert await town.balance("h1") == 5
    await town.night()
    await town.night()
    assert await town.balance("h1") == 15
    assert len(await said(town, "points.not_fetched")) == 1


# --- rankings --------------------------------------------------------------------------------------------------


def _shown_as(person_id: int, shown: str) -> Decide:
    return lambda work: bookkeeping.choose_ranking(work, person_id, shown)


async def test_it_names_in_rankings_only_who_wants_to_be(town: Purse) -> None:
    for code, minutes in (("h1", 30), ("h2", 60), ("h3", 90)):
        await town.helped(code, minutes=minutes)
    for code, shown in (("h1", "named"), ("h3", "hidden")):
        await town.do(code, _shown_as((await town.person(code))["id"], shown))
    found = await town.do("h1", lambda work: rankings.of_month(work, 2026, 11))
    assert [(one.place, one.name, one.points, one.is_me) for one in found] == [
        (1, None, 25, False),
        (2, "邻居1", 15, True),
    ]


async def test_it_never_earns_twice_whoever_says_so(town: Purse) -> None:
    ticket_id = await town.helped()
    again = ChangeSet()
    (row,) = [one for one in await town.rows(schema.transfer) if one["rule"] == "hour"]
    again.insert(schema.transfer, **{**row, "id": row["id"] + 1})
    assert [one.value for one in await town.commit([again])] == ["stale"]
    assert await town.act("asker", ticket_id, claims.confirm) is not None
    assert await town.balance("h1") == 15
    assert timedelta(days=27) < row["expires_at"] - row["at"] < timedelta(days=63)


async def test_it_finds_everything_by_an_index(town: Purse, monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(monkeypatch) as asked:
        ticket_id = await town.helped()
        await town.rate(ticket_id, 5)
        await town.exchange("h1", "eggs")
        await town.with_open("h1", "h1", rewards.cancel)
        me = (await town.person("h1"))["id"]
        await points.history(town.ledger, me)
        await points.expiring(town.ledger, me, town.now)
        await town.do("h1", lambda work: rankings.of_month(work, 2026, 11))
        await town.do("dan", rewards.to_hand_out)
        await rewards.by_code(town.ledger, "Q123456")
        await town.night()
        await revoked(town, ticket_id)
        await town.do("dan", lambda work: points.reverse_all(work, me))

    def plans(connection: sa.Connection) -> list[str]:
        concerned = ("transfer", "posting", "account", "redemption", "history")
        return [
            one
            for statement in written(asked, connection)
            if any(f" {name}" in statement for name in concerned)
            for one in wrong_on_sqlite(connection, statement)
        ]

    assert await town.database.write(plans) == []
    assert len(asked) > 20
