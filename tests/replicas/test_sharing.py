"""Two bots on one PostgreSQL behind a balancer: one behaviour, whoever takes an update in and whoever works on it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from bot.app import App
from storage import inbox, schema
from storage.changes import ChangeSet, Outcome
from storage.inbox import Stored
from storage.leases import CLOCK, COPIES, SENDER, SHARDS, Beat, shard_of
from storage.ledger import Ledger
from tests import postgres
from tests.faults.conftest import message
from tests.faults.test_coming_in import answers, report
from tests.faults.test_webhook import tell_the_story
from tests.postgres import Server

from .conftest import TwoBots, a_town_of_two_bots, rows

pytestmark = pytest.mark.slow


def update(number: int, user_id: int, text: str = "/help") -> Stored:
    return Stored(number, f"u{user_id}", orjson.dumps(message(number, text, user_id=user_id)))


def owner(town: TwoBots, user_id: int) -> App:
    """The bot that works on somebody's lane."""
    return next(app for app in town.apps if shard_of(f"u{user_id}") in app.replica.shards())


def listens(app: App, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the updates a bot decides, in order."""
    decided: list[int] = []
    decide = app.dispatch.decide

    async def noted(batch: Sequence[Stored], now: datetime) -> Any:
        decided.extend(one.id for one in batch)
        return await decide(batch, now)

    monkeypatch.setattr(app.dispatch, "decide", noted)
    return decided


async def test_it_goes_from_a_sentence_to_a_rating_over_two_replicas(two_bots: TwoBots) -> None:
    await tell_the_story(two_bots)
    assert len(two_bots.balancer.handed) == 2
    assert {row["state"] for row in await rows(two_bots, schema.inbox)} == {"done"}
    assert not await rows(two_bots, schema.outbox, schema.outbox.c.state.not_in(["sent", "suppressed"]))
    (ticket,) = await rows(two_bots, schema.ticket)
    assert (ticket["state"], ticket["stars"]) == ("closed", 5)


async def test_it_fires_each_reminder_once_over_two_replicas(two_bots: TwoBots) -> None:
    await report(two_bots)
    await two_bots.advance(hours=5)  # past the noon break of the duty secretary
    assert two_bots.dan.received
    fired = [row for row in await rows(two_bots, schema.reminder) if row["state"] == "fired"]
    told = await rows(two_bots, schema.outbox, schema.outbox.c.message == "staff.not_taken")
    assert fired
    assert len({row["unique_key"] or row["id"] for row in told}) == len(told)


async def test_8_it_does_once_what_the_replicas_are_told_twenty_times(two_bots: TwoBots) -> None:
    await two_bots.rosa.says("/help")
    await two_bots.settle()
    (told,) = two_bots.sim.record.updates()
    two_bots.sim.repeat(told.update["update_id"], 19)
    await two_bots.settle()
    assert len(two_bots.sim.record.handed(told.update["update_id"])) == 20
    assert set(two_bots.balancer.handed.values()) == {10}
    assert await answers(two_bots) == 1


async def test_it_keeps_the_order_of_a_lane_whoever_took_its_updates_in(
    two_bots: TwoBots, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another replica has stored, and nobody has told of yet, comes first."""
    app = owner(two_bots, 1001)
    decided = listens(app, monkeypatch)
    await inbox.store(app.database, [update(5, 1001), update(6, 1001)], two_bots.clock.now())
    await app.intake.keep([update(7, 1001)])
    await two_bots.settle()
    assert decided == [5, 6, 7]


async def test_it_hears_of_what_another_replica_has_stored(two_bots: TwoBots, monkeypatch: pytest.MonkeyPatch) -> None:
    app = owner(two_bots, 1001)
    assert app.share is not None
    app.share._look_at = float("inf")  # it does not look for itself
    decided = listens(app, monkeypatch)
    other = next(one for one in two_bots.apps if one is not app)
    await other.intake.keep([update(number, 1001) for number in range(5, 12)])
    await two_bots.settle()
    assert decided == [*range(5, 12)]


async def test_it_finds_what_nobody_told_of(two_bots: TwoBots) -> None:
    """A signal is lost when its sender dies between the commit and the signal."""
    people = [phone.id for phone in (two_bots.rosa, two_bots.wei, two_bots.dan)]
    stored = [update(5 + at, user_id) for at, user_id in enumerate(people)]
    await inbox.store(two_bots.app.database, stored, two_bots.clock.now())
    await two_bots.settle()
    assert await answers(two_bots) == 3


async def test_it_sends_what_the_other_replica_decides(two_bots: TwoBots) -> None:
    sender = two_bots.sender
    other = next(app for app in two_bots.apps if app is not sender)
    mine = next(one for one in range(10_000, 20_000) if shard_of(f"u{one}") in other.replica.shards())
    two_bots.sim.person("奥托", user_id=mine, is_started=True)
    await sender.intake.keep([update(5, mine)])
    await two_bots.settle()
    assert other.delivery.in_flight == 0
    assert await answers(two_bots) == 1


async def test_it_gives_its_work_to_the_others_when_it_is_stopped(two_bots: TwoBots) -> None:
    for phone in (two_bots.rosa, two_bots.wei, two_bots.dan, two_bots.chen):
        await phone.says("/help")
    await two_bots.leave(two_bots.sender)
    (left,) = two_bots.apps
    async with asyncio.timeout(2):  # a lease that nobody gave back would hold for five seconds
        while len(left.replica.shards()) < SHARDS or not left.replica.leases[SENDER].is_held:
            await asyncio.sleep(0.01)
    await two_bots.settle()
    assert await answers(two_bots) == 4


async def test_it_makes_room_for_a_third(two_bots: TwoBots) -> None:
    third = await two_bots.join()
    await two_bots.until_shared_by(22, 22, 20)
    assert third.replica.replicas == 3
    await tell_the_story(two_bots)
    assert len(two_bots.balancer.handed) == 3


async def test_it_copies_media_once(two_bots: TwoBots) -> None:
    await tell_the_story(two_bots)
    assert len([app for app in two_bots.apps if app.replica.leases[COPIES].is_held]) == 1
    async with asyncio.timeout(10):
        while [row["copy_state"] for row in await rows(two_bots, schema.attachment)] != ["stored"]:
            await asyncio.sleep(0.05)
    assert len(two_bots.sim.record.calls("getFile")) == 1


async def test_it_has_one_clock(two_bots: TwoBots) -> None:
    ticking = [app for app in two_bots.apps if app.replica.leases[CLOCK].is_held]
    assert len(ticking) == 1
    for app in two_bots.apps:
        await app.ticking.tick()
        assert (app.ticking.last_tick_at is not None) == (app in ticking)
        assert app.health.troubles() == []


async def test_it_starts_several_at_once_on_a_database_without_tables(tmp_path: Path, postgres_server: Server) -> None:
    url = await postgres.copy(postgres_server, "template1")
    async with a_town_of_two_bots(tmp_path, url) as town:
        await asyncio.gather(*(town.join() for _ in range(3)))
        await town.until_shared_by(20, 22, 22)
    await postgres.drop(url)


class Meanwhile(Ledger):
    """Something happens before the next commit, once."""

    act: Callable[[], Awaitable[object]] | None = None

    async def commit(self, sets: Sequence[ChangeSet]) -> list[Outcome]:
        act, self.act = self.act, None
        if act is not None:
            await act()
        return list(await super().commit(sets))


async def lose_before_the_next_commit(town: TwoBots, post: str, part: Any) -> tuple[App, App]:
    """Between a decision and its commit the other replica takes over, as after a pause; gives back loser and winner."""
    loser = next(app for app in town.apps if app.replica.leases[post].is_held)
    winner = next(app for app in town.apps if app is not loser)
    ledger = await Meanwhile.open(loser.database)
    assert isinstance(ledger, Meanwhile)

    async def take_over() -> None:
        others = {"owner": winner.replica.id, "version": schema.lease.c.version + 1}
        async with loser.database.writing() as connection:
            await connection.execute(sa.update(schema.lease).where(schema.lease.c.name == post).values(others))
        assert await winner.replica._try()

    ledger.act = take_over
    part(loser)._ledger = ledger
    return loser, winner


async def test_28_it_does_not_send_what_it_marked_after_another_took_over(two_bots: TwoBots) -> None:
    loser, winner = await lose_before_the_next_commit(two_bots, SENDER, lambda app: app.delivery._recorder)
    said = next(one for one in range(10_000, 20_000) if shard_of(f"u{one}") in winner.replica.shards())
    two_bots.sim.person("奥托", user_id=said, is_started=True)
    await winner.intake.keep([update(5, said)])
    await two_bots.settle()
    assert (loser.delivery.in_flight, winner.replica.leases[SENDER].is_held) == (0, True)
    assert len(two_bots.sim.record.calls("sendMessage")) == await answers(two_bots) == 1


async def test_28_it_does_not_fire_what_it_decided_before_another_took_over(two_bots: TwoBots) -> None:
    await report(two_bots)
    loser, winner = await lose_before_the_next_commit(two_bots, CLOCK, lambda app: app.ticking)
    two_bots.clock.advance(timedelta(hours=3))
    assert await loser.ticking.tick() == 0
    await winner.ticking.tick()
    await two_bots.settle()
    assert len(await rows(two_bots, schema.history, schema.history.c.event == "offered")) == 2


async def test_it_is_not_ready_without_a_heartbeat(two_bots: TwoBots) -> None:
    app = two_bots.app
    await app.ticking.tick()
    app.replica._follow(Beat({}, 1), until=0.0)
    assert app.health.troubles() == ["no_heartbeat"]
    assert app.health.fatal() == []  # to start it again would not help
    assert await app.replica._try()
    assert app.health.troubles() == []
