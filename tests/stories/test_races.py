"""Races: everybody presses in the same moment, and there is never more than one owner."""

import itertools
from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from simulator.phone import Phone
from storage import schema
from storage.ids import new_id
from tests.town import Town

from .telling import GAS, LAMP, NOISE, history, presses, reports, says, ticket

CLAIMERS = 50


async def claimers(town: Town, number: int = CLAIMERS) -> list[Phone]:
    """So many more grid workers of Wei's grid, at their phones."""
    grid = next(one for one in town.app.ledger.directory.places.values() if one.code == "grid-1")
    now = town.clock.now()
    people = [
        {"id": new_id(now), "telegram_id": 8000 + n, "name": f"网格员{n}", "created_at": now, "version": 1}
        for n in range(number)
    ]
    grants = [
        {"id": new_id(now), "person_id": one["id"], "role": "grid_worker", "place_id": grid.id, "granted_at": now}
        for one in people
    ]
    async with town.app.database.writing() as connection:
        await connection.execute(sa.insert(schema.person), people)
        await connection.execute(sa.insert(schema.role_grant), grants)
    return [town.sim.person(str(one["name"]), user_id=8000 + n, is_started=True) for n, one in enumerate(people)]


async def at_once(town: Town, acts: Sequence[tuple[Phone, str]], order: Sequence[int] = ()) -> None:
    """Let everybody press, and hand all presses over together, in an order."""
    town.sim.hold_updates()
    for who, label in acts:
        await who.presses(label)
    town.sim.release(*order)
    await town.settle()


def orders(number: int) -> list[tuple[int, ...]]:
    return list(itertools.permutations(range(number)))


async def offers(town: Town) -> list[str]:
    row = await ticket(town)
    query = sa.select(schema.offer.c.state).where(schema.offer.c.ticket_id == row["id"])
    return sorted(one["state"] for one in await town.app.ledger.all(query))


async def test_16_fifty_claimers_have_one_winner_and_49_polite_refusals(town: Town) -> None:
    await fifty_claim(town)


async def fifty_claim(town: Town) -> None:
    """A danger calls fifty grid workers, and all of them press in the same moment."""
    crowd = await claimers(town)
    await says(town, town.rosa, GAS)
    order = sorted(range(CLAIMERS), key=lambda n: n * 7 % CLAIMERS)  # not as they were asked
    await at_once(town, [(one, "我去处理") for one in crowd], order)
    row = await ticket(town)
    winner = next(one for one in crowd if not one.alerts)
    assert sum("已经有人接了" in one.alerts[-1].text for one in crowd if one is not winner) == CLAIMERS - 1
    assert f"{winner.person.first_name} 正在赶去" in town.rosa.shows("正在赶去").text
    assert (await history(town)).count("accepted") == 1
    assert row["state"] == "accepted"
    assert (await offers(town)).count("accepted") == 1
    assert "open" not in await offers(town)


@pytest.mark.parametrize("order", orders(2))
async def test_17_a_claim_races_a_withdrawal(town: Town, order: tuple[int, ...]) -> None:
    await reports(town, town.rosa, LAMP)
    await presses(town, town.rosa, "不用办了")
    await at_once(town, [(town.wei, "接单"), (town.rosa, "报错了")], order)
    row = await ticket(town)
    assert row["state"] == "withdrawn"  # a worker may be withdrawn from, too
    assert (await history(town))[2:] in (["accepted", "withdrawn"], ["withdrawn"])
    assert "open" not in await offers(town)


@pytest.mark.parametrize("order", orders(2))
async def test_17_a_claim_races_the_hand_over_to_another(town: Town, order: tuple[int, ...]) -> None:
    await reports(town, town.rosa, LAMP)
    await town.advance(hours=2)  # Li was asked too
    await presses(town, town.wei, "接单", "更多", "转交同事")
    await at_once(town, [(town.wei, "老李"), (town.rosa, "不用办了")], order)
    await presses(town, town.rosa, "报错了")
    assert (await ticket(town))["state"] == "withdrawn"
    await says(town, town.li, "/tasks")
    assert town.li.shows("没有任务")


@pytest.mark.parametrize("order", orders(2))
async def test_17_a_claim_races_an_assignment(town: Town, order: tuple[int, ...]) -> None:
    await reports(town, town.rosa, LAMP)
    await town.advance(hours=2)
    await presses(town, town.dan, "打开看看", "处理", "指派")
    await at_once(town, [(town.wei, "接单"), (town.dan, "小赵")], order)
    row = await ticket(town)
    assert (row["state"], row["assignee_id"]) == ("offered", None)
    assert (await history(town))[3:] == (["accepted", "assigned"] if order == (0, 1) else ["assigned"])
    await presses(town, town.zhao, "接单")
    assert town.rosa.shows("小赵 已接单")


@pytest.mark.parametrize("order", orders(3))
async def test_17_two_claims_race_a_decline(town: Town, order: tuple[int, ...]) -> None:
    await reports(town, town.rosa, LAMP)
    await town.advance(hours=2)
    await town.advance(hours=4)  # Wei, Li and Zhao were asked
    await presses(town, town.zhao, "接不了")
    await at_once(town, [(town.wei, "接单"), (town.li, "接单"), (town.zhao, "太远了")], order)
    row = await ticket(town)
    assert row["state"] == "accepted"
    assert (await history(town)).count("accepted") == 1
    first = min((order.index(0), town.wei), (order.index(1), town.li), key=lambda one: one[0])[1]
    assert first.shows("在办")


async def test_18_a_double_tap_has_one_effect(town: Town) -> None:
    await reports(town, town.rosa, NOISE)
    await at_once(town, [(town.wei, "接单"), (town.wei, "接单")])
    assert not any(one.is_alert for one in town.wei.alerts)
    await at_once(town, [(town.wei, "办好了"), (town.wei, "办好了")])
    assert (await history(town)).count("finished") == 1
    await at_once(town, [(town.rosa, "是的，办好了"), (town.rosa, "是的，办好了")])
    await at_once(town, [(town.rosa, "★★★★★"), (town.rosa, "★★★★★")])
    assert (await history(town)).count("confirmed") == 1
    assert (await history(town)).count("rated") == 1


async def test_it_lets_one_of_yes_and_no_count(town: Town) -> None:
    await reports(town, town.rosa, NOISE)
    await presses(town, town.wei, "接单", "办好了")
    await at_once(town, [(town.rosa, "是的，办好了"), (town.rosa, "还没办好")])
    assert (await history(town)).count("confirmed") + (await history(town)).count("disputed") == 1


async def test_it_lets_a_claim_and_the_clock_race(town: Town) -> None:
    await reports(town, town.rosa, LAMP)
    town.sim.hold_updates()
    await town.wei.presses("接单")
    town.clock.advance((await ticket(town))["response_due_at"] - town.clock.now())
    town.sim.release()
    await town.app.ticking.tick()
    await town.settle()
    row = await ticket(town)
    assert row["state"] == "accepted"
    assert (await history(town)).count("accepted") == 1
    assert "open" not in await offers(town)
