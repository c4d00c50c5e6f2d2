"""People who help: registered, trusted, suspended, in teams; what they are asked and shown, on both engines."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from storage import claims, helped, helpers, open_orders, people, schema, talents, teams, vouching
from storage.engine import Database
from storage.keeping import erasing
from storage.keeping.belongings import Gathering
from storage.rules.errors import AlreadyTaken, NotYours, Stale, Suspended
from storage.work import Work
from tests import postgres
from tests.postgres import Server
from tests.storage.neighbours import Neighbours
from tests.storage.plans import listening, written, wrong_on_sqlite
from tests.town import MONDAY, copy_of_sample

Decide = Callable[[Work], Awaitable[Any]]


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Neighbours]:
    await copy_of_sample(tmp_path / "linli.sqlite3", MONDAY)
    database = await Database.open(f"sqlite:///{tmp_path}/linli.sqlite3")
    yield await Neighbours.among(tmp_path, database, 4)
    await database.close()


@pytest.fixture
async def town_pg(tmp_path: Path, postgres_server: Server) -> AsyncIterator[Neighbours]:
    url = await postgres.copy(postgres_server, postgres.FILLED)
    database = await Database.open(url)
    yield await Neighbours.among(tmp_path, database, 4)
    await database.close()
    await postgres.drop(url)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def any_town(request: pytest.FixtureRequest) -> Neighbours:
    made: Neighbours = request.getfixturevalue({"sqlite": "town", "postgres": "town_pg"}[request.param])
    return made


async def about(town: Neighbours, code: str, judge: str, act: Callable[[Work, Any], Awaitable[Any]]) -> Any:
    """Let a secretary do something about somebody."""

    async def decide(work: Work) -> Any:
        return await act(work, await town.person(code))

    return await town.do(judge, decide)


def suspending(why: str = "missed") -> Callable[[Work, Any], Awaitable[Any]]:
    async def act(work: Work, person: Any) -> None:
        await vouching.suspend(work, person, why)

    return act


async def says(town: Neighbours, code: str, change: Callable[[Work, Any], Any]) -> None:
    """Let a helper change their registration."""

    async def decide(work: Work) -> None:
        change(work, await helpers.mine(work))

    assert await town.do(code, decide) is None


async def declares(town: Neighbours, code: str, skill: str) -> None:
    async def decide(work: Work) -> None:
        await helpers.declare(work, skill)

    assert await town.do(code, decide) is None


async def open_for(town: Neighbours, code: str) -> list[int]:
    return [one.ticket_id for one in await town.do(code, open_orders.fitting)]


async def found(town: Neighbours, code: str, words: str) -> list[talents.Talent]:
    async def decide(work: Work) -> list[talents.Talent]:
        return await talents.search(work, words)

    result: list[talents.Talent] = await town.do(code, decide)
    return result


# --- registering -----------------------------------------------------------------------------------------------


async def test_it_registers_once_leaves_and_takes_in_again(any_town: Neighbours) -> None:
    town = any_town
    assert [row["person_id"] for row in await town.decide([("asker", helpers.join)] * 3)] == [
        (await town.person("asker"))["id"]
    ] * 3
    person = await town.person("asker")
    assert len(await town.rows(schema.helper, schema.helper.c.person_id == person["id"])) == 1
    (grant,) = await people.grants_of(town.ledger, [person["id"]])
    assert (grant["role"], grant["granted_by"]) == ("volunteer", person["id"]), "an import takes its own grants away"
    assert await town.do("asker", helpers.leave) is None
    assert await people.grants_of(town.ledger, [person["id"]]) == []
    assert not await helpers.is_helper(town.ledger, person["id"])
    await town.do("asker", helpers.join)
    assert await helpers.is_helper(town.ledger, person["id"])


async def test_it_offers_to_others_what_somebody_who_leaves_had_taken(town: Neighbours) -> None:
    ticket_id = await town.verified()
    await town.take(["h1"], ticket_id)
    assert await town.do("h1", helpers.leave) is None
    assert (await town.ticket(ticket_id))["state"] == "offered"
    person = await town.person("h1")
    assert person["id"] not in {row["person_id"] for row in await town.open_offers(ticket_id)}
    assert isinstance((await town.take(["h1"], ticket_id))[0], NotYours | Stale)


async def test_it_lets_no_suspension_be_left_behind(town: Neighbours) -> None:
    assert await about(town, "h1", "dan", suspending()) is None
    await town.do("h1", helpers.leave)
    helper = await town.do("h1", helpers.join)
    assert helper["suspended_at"] is not None
    ticket_id = await town.verified()
    assert isinstance((await town.take(["h1"], ticket_id))[0], Suspended)


# --- trust -----------------------------------------------------------------------------------------------------


async def test_it_gives_to_others_what_a_suspended_helper_had(any_town: Neighbours) -> None:
    town = any_town
    mine, other = await town.verified(), await town.verified()
    await town.take(["h1"], mine)
    assert await about(town, "h1", "dan", suspending()) is None
    person = await town.person("h1")
    assert [(await town.ticket(one))["state"] for one in (mine, other)] == ["offered", "offered"]
    assert (await town.places(mine))[person["id"]] == helped.SUSPENDED
    for ticket_id in (mine, other):
        assert person["id"] not in {row["person_id"] for row in await town.open_offers(ticket_id)}
        assert isinstance((await town.take(["h1"], ticket_id))[0], Suspended)
    assert await open_for(town, "h1") == []
    assert await about(town, "h1", "dan", vouching.lift) is None
    assert (await town.take(["h1"], other))[0] is None


async def test_it_lets_nobody_hold_a_place_whom_somebody_suspends_at_the_same_moment(any_town: Neighbours) -> None:
    town = any_town
    for order in (0, 1):
        ticket_id = await town.verified()

        async def take(work: Work, ticket_id: int = ticket_id) -> None:
            await claims.claim(work, await town.ticket(ticket_id))

        async def suspend(work: Work) -> None:
            await vouching.suspend(work, await town.person("h1"), "missed")

        acts: list[tuple[str, Decide]] = [("h1", take), ("dan", suspend)]
        await town.decide(acts[::-1] if order else acts)
        held = await claims.held(town.ledger, ticket_id)
        assert [row["person_id"] for row in held] == []
        assert await about(town, "h1", "dan", vouching.lift) is None


async def test_it_lets_only_secretaries_judge_and_nobody_themselves(town: Neighbours) -> None:
    for judge in ("wei", "h2", "asker", "zhao"):
        assert isinstance(await about(town, "h1", judge, suspending()), NotYours), judge
        assert isinstance(await about(town, "h1", judge, vouching.verify), NotYours), judge
    await town.do("dan", helpers.join)
    assert isinstance(await about(town, "dan", "dan", vouching.verify), NotYours)


async def test_it_counts_a_verified_skill_until_its_time_is_over(town: Neighbours) -> None:
    await declares(town, "h1", "repair")
    assert isinstance((await town.take(["h2"], await town.verified(skills=["repair"])))[0], Exception)

    async def verify(work: Work, person: Any) -> None:
        await vouching.verify_skill(work, person, "repair")

    assert await about(town, "h1", "dan", verify) is None
    (row,) = await helpers.skills_of(town.ledger, (await town.person("h1"))["id"])
    assert row["expires_at"] - town.now > timedelta(days=700)
    town.now = row["expires_at"]
    ticket_id = await town.verified(skills=["repair"])
    assert (await town.take(["h1"], ticket_id))[0] is not None
    await declares(town, "h1", "repair")
    assert (await town.take(["h1"], ticket_id))[0] is None


# --- what they are asked and shown -----------------------------------------------------------------------------


async def test_it_asks_nobody_for_what_they_do_not_do_or_where_they_do_not_go(town: Neighbours) -> None:
    bulb = town.ledger.directory.helping.by_code["bulb"]
    elsewhere = town.ledger.directory.by_code["cf"].id
    await says(town, "h1", lambda work, mine: helpers.toggle_errand(work, mine, bulb.id))
    await says(town, "h2", lambda work, mine: helpers.toggle_place(work, mine, elsewhere))
    ticket_id = await town.verified(errand_id=bulb.id)
    named = {(await town.person(code))["id"] for code in ("h1", "h2")}
    assert not named & {row["person_id"] for row in await town.open_offers(ticket_id)}
    assert await open_for(town, "h1") == [ticket_id]
    assert (await town.take(["h2"], ticket_id))[0] is None


async def test_it_shows_what_fits_and_what_was_offered_first(town: Neighbours) -> None:
    skilled = await town.verified(skills=["repair"])
    plain = await town.verified()
    assert await open_for(town, "h1") == [plain]
    await declares(town, "h1", "repair")
    assert set(await open_for(town, "h1")) == {plain, skilled}
    assert await open_for(town, "asker") == []
    await town.take(["h1"], plain)
    assert await open_for(town, "h1") == [skilled]
    assert [row["id"] for row in await town.do("h1", open_orders.taken)] == [plain]


async def test_it_lists_what_is_open_in_few_queries(town: Neighbours, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(12):
        await town.verified()
    work, asked = await town.work("h1"), 0
    rows = Database.rows

    async def counted(self: Database, query: sa.Select[Any], params: Any = None) -> Any:
        nonlocal asked
        asked += 1
        return await rows(self, query, params)

    monkeypatch.setattr(Database, "rows", counted)
    assert len(await open_orders.fitting(work)) == 12
    assert asked <= 6


async def test_it_shows_neighbours_what_was_consented_to_and_staff_all(town: Neighbours) -> None:
    await declares(town, "h1", "repair")
    assert await found(town, "asker", "水电") == []
    await says(town, "h1", lambda work, mine: helpers.toggle_shown(work, mine, "skills"))
    (one,) = await found(town, "asker", "水电")
    assert (one.name, one.phone, [can.code for can in one.can]) == (None, None, ["repair"])
    await says(town, "h1", lambda work, mine: helpers.toggle_shown(work, mine, "name"))
    assert (await found(town, "asker", "shuidian"))[0].name == "邻居1"
    assert [one.name for one in await found(town, "wei", "水电")] == ["邻居1"]
    await about(town, "h1", "dan", suspending())
    assert await found(town, "asker", "水电") == []
    assert (await found(town, "dan", "水电"))[0].is_suspended


async def test_it_finds_everything_by_an_index(town: Neighbours, monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(monkeypatch) as asked:
        await in_a_team(town, "h1", "h2")
        await declares(town, "h1", "repair")
        await town.verified()
        await open_for(town, "h1")
        await town.do("h1", open_orders.taken)
        await found(town, "dan", "水电")
        await about(town, "h1", "dan", suspending())
        await town.do("h2", helpers.leave)

    def plans(connection: sa.Connection) -> list[str]:
        return [
            one
            for statement in written(asked, connection)
            if "person.code" not in statement.partition("WHERE")[2]  # how this test finds people
            for one in wrong_on_sqlite(connection, statement)
        ]

    assert await town.database.write(plans) == []


# --- teams -----------------------------------------------------------------------------------------------------


async def in_a_team(town: Neighbours, leader: str, *others: str) -> int:
    async def create(work: Work) -> Any:
        return await teams.create(work, "三栋修理队")

    team_id: int = (await town.do(leader, create))["id"]
    for code in others:
        payload = await town.do(leader, teams.invite)

        async def join(work: Work, payload: str = payload) -> None:
            await teams.join(work, *(await teams.by_code(work, payload.removeprefix(teams.PREFIX))))

        assert await town.do(code, join) is None
    return team_id


async def test_it_asks_a_team_whose_yes_takes_the_place(any_town: Neighbours) -> None:
    town = any_town
    await in_a_team(town, "h1", "h2", "h3")
    ticket_id, leader = await town.verified(), await town.person("h1")
    asked = await town.person("h2")

    async def ask(work: Work) -> Any:
        told = dict.fromkeys(("errand", "place", "starts_at"))
        return await teams.ask(work, await town.ticket(ticket_id), asked["id"], emoji="", ends_at="", minutes=1, **told)

    assert (await town.do("h1", ask))["id"] == asked["id"]
    assert await claims.held(town.ledger, ticket_id) == []
    assert isinstance(await town.do("h3", ask), NotYours)

    async def agree(work: Work) -> None:
        await teams.agree(work, await town.ticket(ticket_id), leader["id"], shows_phone=False)

    assert await town.do("h2", agree) is None
    assert [row["person_id"] for row in await claims.held(town.ledger, ticket_id)] == [asked["id"]]
    assert isinstance(await town.do("h3", agree), AlreadyTaken)


async def test_it_hands_the_lead_on_and_ends_a_team_that_nobody_is_in(town: Neighbours) -> None:
    team_id = await in_a_team(town, "h1", "h2")
    assert await town.do("h1", helpers.leave) is None
    second = await town.person("h2")
    assert (await teams.led_by(town.ledger, second["id"]) or {})["id"] == team_id
    assert await town.do("h2", helpers.leave) is None
    assert await teams.of(town.ledger, second["id"]) == []
    (row,) = await town.rows(schema.team, schema.team.c.id == team_id)
    assert row["retired_at"] is not None


# --- keeping ---------------------------------------------------------------------------------------------------


async def test_it_hands_out_and_forgets_what_somebody_said_of_themselves(town: Neighbours) -> None:
    team_id = await in_a_team(town, "h1", "h2")
    await declares(town, "h1", "repair")
    await says(town, "h1", lambda work, mine: helpers.change(work, mine, about="做了三十年电工"))
    person = await town.person("h1")
    data = (await Gathering(town.ledger, person, town.now).all()).data
    assert data["helping"]["registration"]["about"] == "做了三十年电工"
    assert [row["skill"] for row in data["helping"]["skills"]] == ["repair"]
    assert data["helping"]["teams"] == [{"name": "三栋修理队", "is_leader": True, "joined_at": MONDAY, "left_at": None}]
    await town.do("h1", erasing.begin)
    (team,) = await town.rows(schema.team, schema.team.c.id == team_id)
    assert team["leader_id"] == (await town.person("h2"))["id"]
    for _ in range(40):
        town.now += timedelta(minutes=1)
        await town.ticking.tick()
    for table in (schema.helper, schema.helper_skill, schema.team_member):
        assert await town.rows(table, table.c.person_id == person["id"]) == []
