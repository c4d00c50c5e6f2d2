"""Places of a request: one winner each, on both engines; what is given back is offered again; what is done counts."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from storage import claims, closing, danger, helped, orders, unreachable
from storage.engine import Database
from storage.rules.errors import AlreadyTaken, NotAlone, NotOpen, NotYours, Stale, Suspended, Unskilled, Unverified
from tests import postgres
from tests.conftest import ENGINES
from tests.postgres import Server
from tests.storage.neighbours import Neighbours
from tests.storage.plans import listening, written, wrong_on_sqlite
from tests.town import MONDAY, copy_of_sample

HOUR = timedelta(hours=1)


@pytest.fixture
def town(neighbours: Neighbours) -> Neighbours:
    return neighbours


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
async def crowd(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Neighbours]:
    """Two hundred helpers; on the second engine it takes its time."""
    async for town in _opened(request, tmp_path, 200):
        yield town


@pytest.fixture(params=ENGINES)
async def many(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Neighbours]:
    """Fifty helpers on each engine in turn."""
    async for town in _opened(request, tmp_path, 50):
        yield town


async def _opened(request: pytest.FixtureRequest, folder: Path, helpers: int) -> AsyncIterator[Neighbours]:
    if request.param == "sqlite":
        await copy_of_sample(folder / "linli.sqlite3", MONDAY)
        url = f"sqlite:///{folder}/linli.sqlite3"
    else:
        server: Server = request.getfixturevalue("postgres_server")
        url = await postgres.copy(server, postgres.FILLED)
    database = await Database.open(url)
    yield await Neighbours.among(folder, database, helpers)
    await database.close()
    if request.param != "sqlite":
        await postgres.drop(url)


# --- races -----------------------------------------------------------------------------------------------------


async def test_it_gives_one_place_to_one_of_fifty(many: Neighbours) -> None:
    ticket_id = await many.verified()
    results = await many.take([f"h{n}" for n in range(1, 51)], ticket_id)
    assert Counter(map(type, results)) == {type(None): 1, AlreadyTaken: 49}
    assert Counter((await many.places(ticket_id)).values()) == {helped.HELD: 1}
    assert await many.state(ticket_id) == "accepted"


async def test_it_gives_ten_places_to_ten_of_two_hundred(crowd: Neighbours) -> None:
    ticket_id = await crowd.verified(wanted=10)
    results = await crowd.take([f"h{n}" for n in range(1, 201)], ticket_id)
    assert Counter(map(type, results)) == {type(None): 10, AlreadyTaken: 190}
    rows = await claims.held(crowd.ledger, ticket_id)
    assert sorted(row["seat"] for row in rows) == list(range(1, 11))
    assert await crowd.state(ticket_id) == "accepted"


async def test_it_takes_one_place_for_a_finger_that_taps_twice(town: Neighbours) -> None:
    ticket_id = await town.verified(wanted=2)
    assert await town.take(["h1", "h1", "h1"], ticket_id) == [None, None, None]
    assert len(await town.places(ticket_id)) == 1


# --- the way through -------------------------------------------------------------------------------------------


async def test_it_goes_the_small_way_with_two_taps_and_one(town: Neighbours) -> None:
    ticket_id = await town.verified()
    assert await town.take(["h1"], ticket_id) == [None]
    assert await town.act("h1", ticket_id, claims.done) is None
    assert await town.act("asker", ticket_id, claims.confirm) is None
    assert await town.state(ticket_id) == "closed"
    (claim,) = await helped.claims_of(town.ledger, ticket_id)
    assert (claim["state"], claim["minutes"]) == (helped.DONE, 30)


async def test_it_waits_for_its_check_and_lets_only_those_check_who_may(town: Neighbours) -> None:
    ticket_id = await town.post()
    assert isinstance((await town.take(["h1"], ticket_id))[0], Stale)
    for nobody in ("asker", "h1", "wei"):
        assert isinstance(await town.act(nobody, ticket_id, orders.verify), NotYours | Stale), nobody
    assert await town.act("dan", ticket_id, orders.verify) is None
    assert isinstance(await town.act("qin", ticket_id, orders.verify), Exception)
    assert await town.state(ticket_id) == "offered"


async def test_it_asks_for_both_and_begins_with_one_when_told_so(town: Neighbours) -> None:
    ticket_id = await town.verified(wanted=2)
    await town.take(["h1"], ticket_id)
    assert await town.state(ticket_id) == "offered"
    assert await town.act("asker", ticket_id, claims.begin) is None
    assert await town.state(ticket_id) == "accepted"
    assert isinstance((await town.take(["h2"], ticket_id))[0], AlreadyTaken)


async def test_it_sends_nobody_alone_to_a_first_visit(town: Neighbours) -> None:
    ticket_id = await town.verified(is_vulnerable=True)
    await town.take(["h1"], ticket_id)
    assert await town.state(ticket_id) == "offered"
    assert isinstance(await town.act("asker", ticket_id, claims.begin), NotAlone)
    await town.take(["h2"], ticket_id)
    assert await town.state(ticket_id) == "accepted"
    await town.act("h1", ticket_id, claims.done)
    await town.act("asker", ticket_id, claims.confirm)
    again = await town.verified(is_vulnerable=True)
    await town.take(["h1"], again)
    assert await town.state(again) == "accepted"


@pytest.mark.parametrize(
    ("columns", "wish", "refusal"),
    [
        ({"verified_at": None}, {"is_vulnerable": True}, Unverified),
        ({"suspended_at": MONDAY}, {}, Suspended),
        ({}, {"skills": ["electric"]}, Unskilled),
    ],
)
async def test_it_turns_away_who_cannot_help(
    town: Neighbours, columns: dict[str, Any], wish: dict[str, Any], refusal: type
) -> None:
    ticket_id = await town.verified(**wish)
    await town.alter_helper("h1", **columns)
    assert isinstance((await town.take(["h1"], ticket_id))[0], refusal)


async def test_it_lets_nobody_help_themselves(town: Neighbours) -> None:
    ticket_id = await town.verified("h1")
    assert isinstance((await town.take(["h1"], ticket_id))[0], NotYours | Stale)


# --- given back, and not come ----------------------------------------------------------------------------------


async def test_it_offers_again_what_is_given_back_and_counts_what_is_late(town: Neighbours) -> None:
    ticket_id = await town.verified(starts_at=town.now + 4 * HOUR)
    await town.take(["h1"], ticket_id)
    town.now += 3 * HOUR
    assert await town.with_claim("h1", ticket_id, claims.give_back) is None
    assert await town.state(ticket_id) == "offered"
    (claim,) = await helped.claims_of(town.ledger, ticket_id)
    assert (claim["state"], claim["is_late"]) == (helped.RELEASED, True)
    h1 = (await town.person("h1"))["id"]
    assert h1 not in {row["person_id"] for row in await town.open_offers(ticket_id)}
    assert await town.open_offers(ticket_id)
    await town.take(["h2"], ticket_id)
    assert await town.state(ticket_id) == "accepted"


async def test_it_counts_nothing_for_who_gives_back_early(town: Neighbours) -> None:
    ticket_id = await town.verified(starts_at=town.now + 4 * HOUR)
    await town.take(["h1"], ticket_id)
    await town.with_claim("h1", ticket_id, claims.give_back)
    assert [row["is_late"] for row in await helped.claims_of(town.ledger, ticket_id)] == [False]


async def test_it_counts_who_did_not_come_and_lets_nobody_say_it_of_others(town: Neighbours) -> None:
    ticket_id = await town.verified()
    await town.take(["h1"], ticket_id)
    assert isinstance(await town.with_claim("h2", ticket_id, claims.not_come, of="h1"), NotYours | Stale)
    assert await town.with_claim("asker", ticket_id, claims.not_come, of="h1") is None
    assert [row["state"] for row in await helped.claims_of(town.ledger, ticket_id)] == [helped.MISSED]
    assert await town.state(ticket_id) == "offered"


async def test_it_offers_again_what_a_suspended_helper_had(town: Neighbours) -> None:
    first, second = await town.verified(), await town.verified(wanted=2)
    await town.take(["h1"], first)
    await town.take(["h1"], second)
    await town.alter_helper("h1", suspended_at=town.now)
    h1 = (await town.person("h1"))["id"]
    await town.do("dan", lambda work: claims.free_all_of(work, h1))
    for ticket_id in (first, second):
        assert await town.state(ticket_id) == "offered"
        assert set((await town.places(ticket_id)).values()) == {helped.SUSPENDED}
        assert h1 not in {row["person_id"] for row in await town.open_offers(ticket_id)}


@pytest.mark.parametrize(("gone", "became"), [("suspended_at", helped.SUSPENDED), ("left_at", helped.RELEASED)])
async def test_it_sends_nobody_again_who_is_gone_meanwhile(town: Neighbours, gone: str, became: str) -> None:
    ticket_id = await town.verified(wanted=2)
    await town.take(["h1", "h2"], ticket_id)
    assert await town.act("h1", ticket_id, claims.done) is None
    await town.alter_helper("h1", **{gone: town.now})
    h1, h2 = [(await town.person(one))["id"] for one in ("h1", "h2")]
    await town.do("dan", lambda work: claims.free_all_of(work, h1))
    assert await town.act("asker", ticket_id, claims.dispute) is None
    assert await town.state(ticket_id) == "offered"
    assert await town.places(ticket_id) == {h1: became, h2: helped.HELD}
    assert h1 not in {row["person_id"] for row in await town.open_offers(ticket_id)}


async def test_it_frees_its_helpers_when_it_is_turned_down(town: Neighbours) -> None:
    ticket_id = await town.verified(wanted=2)
    await town.take(["h1"], ticket_id)

    async def refuse(work: Any, ticket: Any) -> None:
        await orders.refuse(work, ticket, "这个要请专业的人")

    assert await town.act("dan", ticket_id, refuse) is None
    assert await town.state(ticket_id) == "refused"
    assert set((await town.places(ticket_id)).values()) == {helped.RELEASED}
    assert not await town.open_offers(ticket_id)


# --- signing in, and what counts -------------------------------------------------------------------------------


async def test_it_counts_the_time_from_signing_in(town: Neighbours) -> None:
    ticket_id = await town.verified(is_vulnerable=True, wanted=2, minutes=60)
    await town.take(["h1", "h2"], ticket_id)
    assert await town.with_claim("asker", ticket_id, claims.sign_in, of="h1", how="asker") is None
    assert isinstance(await town.with_claim("h2", ticket_id, claims.sign_in, how="asker"), NotYours)
    town.now += timedelta(minutes=45)
    await town.with_claim("h2", ticket_id, claims.sign_in, how="location")
    assert await town.state(ticket_id) == "on_site"
    await town.act("h1", ticket_id, claims.done)
    await town.act("asker", ticket_id, claims.confirm)
    counted = [row["minutes"] for row in await helped.claims_of(town.ledger, ticket_id)]
    assert counted == [45, 10]


async def test_it_goes_back_to_those_who_did_it_when_it_is_not_done(town: Neighbours) -> None:
    ticket_id = await town.verified()
    await town.take(["h1"], ticket_id)
    for times in (1, 2):
        await town.act("h1", ticket_id, claims.done)
        assert await town.act("asker", ticket_id, claims.dispute) is None
        assert await town.state(ticket_id) == "accepted"
        assert (await town.said("claim.staff_not_done") > 0) is (times == 2)


async def test_it_takes_back_what_was_not_done_after_all(town: Neighbours) -> None:
    ticket_id = await town.verified()
    await town.take(["h1"], ticket_id)
    await town.act("h1", ticket_id, claims.done)
    await town.act("asker", ticket_id, claims.confirm)
    assert isinstance(await town.act("h1", ticket_id, town.rung(is_done=False)), NotYours | Stale)
    assert await town.act("dan", ticket_id, town.rung(is_done=False)) is None
    assert set((await town.places(ticket_id)).values()) == {helped.MISSED}


# --- needs no check -------------------------------------------------------------------------------------------


async def test_it_needs_no_check_of_somebody_who_may_check_it_themselves(town: Neighbours) -> None:
    elder = await town.person("asker")
    ticket_id = await town.post("dan", owner_id=elder["id"])
    assert await town.state(ticket_id) == "offered"


async def test_it_needs_no_check_of_regulars(town: Neighbours) -> None:
    for _ in range(orders.REGULAR_AFTER):
        ticket_id = await town.verified()
        await town.take(["h1"], ticket_id)
        await town.act("h1", ticket_id, claims.done)
        await town.act("asker", ticket_id, claims.confirm)
    assert await town.state(await town.post()) == "offered"
    assert await town.state(await town.post(is_vulnerable=True)) == "new"


# --- what else can happen --------------------------------------------------------------------------------------


async def test_it_frees_the_places_of_a_helper_who_cannot_be_reached(town: Neighbours) -> None:
    ticket_id = await town.verified(wanted=2)
    await town.take(["h1", "h2"], ticket_id)
    h2 = (await town.person("h2"))["id"]
    await town.do(None, lambda work: unreachable.pass_on(work, h2))
    assert await town.state(ticket_id) == "offered"
    assert Counter((await town.places(ticket_id)).values()) == {helped.HELD: 1, helped.RELEASED: 1}


async def test_it_leaves_no_places_when_it_turns_out_to_be_dangerous(town: Neighbours) -> None:
    ticket_id = await town.verified()
    await town.take(["h1"], ticket_id)
    assert await town.act("asker", ticket_id, danger.raise_to) is None
    assert set((await town.places(ticket_id)).values()) == {helped.RELEASED}


async def test_it_can_be_withdrawn_while_helpers_are_there_and_they_are_told(town: Neighbours) -> None:
    ticket_id = await town.verified(wanted=2)
    await town.take(["h1", "h2"], ticket_id)
    assert await town.act("asker", ticket_id, lambda work, ticket: closing.withdraw(work, ticket, "好了")) is None
    assert await town.said("worker.withdrawn") == 2
    assert set((await town.places(ticket_id)).values()) == {helped.RELEASED}


async def test_it_asks_anew_when_it_is_edited(town: Neighbours) -> None:
    ticket_id = await town.verified()
    await town.take(["h1"], ticket_id)

    async def later(work: Any, ticket: Any) -> None:
        await orders.edit(work, ticket, {"ends_at": town.now + 20 * HOUR, "words": "换两个灯泡"})

    assert await town.act("asker", ticket_id, later) is None
    assert (await town.ticket(ticket_id))["resolution_due_at"] == town.now + 20 * HOUR
    assert await town.said("claim.edited") == 1

    async def fewer(work: Any, ticket: Any) -> None:
        await orders.edit(work, ticket, {"wanted": 0})

    assert isinstance(await town.act("asker", ticket_id, fewer), NotOpen)


async def test_it_tells_the_duty_secretary_anew_when_a_place_is_free_again(town: Neighbours) -> None:
    ticket_id = await town.verified()
    await town.take(["h1"], ticket_id)
    await town.tick(hours=2)
    await town.with_claim("h1", ticket_id, claims.give_back)
    await town.tick(hours=2, minutes=30)
    assert await town.said("claim.staff_half") == 0
    await town.tick(minutes=31)
    assert await town.said("claim.staff_half") == 1


async def name(town: Neighbours, ticket_id: int, by: str, whom: str, organisation_id: int | None = None) -> Any:
    person = await town.person(whom)

    async def act(work: Any, ticket: Any) -> None:
        await claims.claim(work, ticket, person=person, organisation_id=organisation_id)

    return await town.act(by, ticket_id, act)


async def test_it_lets_an_organisation_name_its_own_people(town: Neighbours) -> None:
    unit = await town.organisation("h1")
    await town.alter_helper("h2", organisation_id=unit)
    ticket_id = await town.verified(wanted=2)
    assert isinstance(await name(town, ticket_id, "h1", "h3", unit), NotYours)
    assert isinstance(await name(town, ticket_id, "h3", "h2", unit), NotYours)
    assert [await name(town, ticket_id, "h1", who, unit) for who in ("h1", "h2")] == [None, None]
    assert await town.state(ticket_id) == "accepted"
    assert (await town.order(ticket_id))["taken_by_id"] == unit


async def test_it_lets_a_leader_name_their_team_and_nobody_else(town: Neighbours) -> None:
    await town.team("h1", ["h2"])
    ticket_id = await town.verified(wanted=2)
    assert isinstance(await name(town, ticket_id, "h1", "h3"), NotYours)
    assert isinstance(await name(town, ticket_id, "h2", "h1"), NotYours)
    assert await name(town, ticket_id, "h1", "h2") is None
    assert await claims.missing(town.ledger, ticket_id) == 1


async def test_it_finds_everything_by_an_index(town: Neighbours, monkeypatch: pytest.MonkeyPatch) -> None:
    await town.team("h2", ["h3"])
    with listening(monkeypatch) as asked:
        ticket_id = await town.verified(wanted=2, is_vulnerable=True)
        await town.take(["h1", "h2"], ticket_id)
        await town.with_claim("h1", ticket_id, claims.give_back)
        await name(town, ticket_id, "h2", "h3")
        await town.with_claim("asker", ticket_id, claims.sign_in, of="h3", how="asker")
        await town.act("h2", ticket_id, claims.done)
        await town.act("asker", ticket_id, claims.confirm)
        await town.do(None, lambda work: claims.free_all_of(work, 1))
        await town.post()

    def plans(connection: sa.Connection) -> list[str]:
        return [
            one
            for statement in written(asked, connection)
            if "person.code" not in statement.partition("WHERE")[2]  # how this test finds people
            for one in wrong_on_sqlite(connection, statement)
        ]

    assert await town.database.write(plans) == []
    assert len(asked) > 20
