"""What an administrator does: inviting, taking roles away, withdrawing posters; and who becomes one."""

from collections.abc import AsyncIterator

import pytest

from simulator.phone import Phone
from storage import people, posters, schema
from storage.invitations import hash_code
from storage.rules.press import press
from tests.stories.chat import go, person, reports, ticket
from tests.town import Town


@pytest.fixture(autouse=True)
async def _says_everything(town: Town) -> AsyncIterator[None]:
    """No message of a story may fail to be drawn."""
    yield
    await town.settle()
    failed = schema.outbox.select().where(schema.outbox.c.state == "failed")
    assert [row["message"] for row in await town.app.ledger.all(failed)] == []


async def invites(town: Town, role: str, place: str, whom: str | None = None) -> str:
    """Ada makes an invitation; what stands after `?start=` is given back."""
    await go(town, town.ada.says("/admin"))
    await go(town, town.ada.presses("Invite"))
    await go(town, town.ada.presses(role))
    await go(town, town.ada.says(place))
    if whom is not None:
        await go(town, town.ada.presses(whom))
    await go(town, town.ada.presses("Copy the link"))
    link = town.ada.person.clipboard or ""
    assert link.startswith(f"https://t.me/{town.sim.bot.username}?start=s")
    return link.partition("start=")[2]


async def takes_away(town: Town, place: str, name: str) -> None:
    """Ada takes somebody's role at a place away."""
    await go(town, town.ada.says("/admin"))
    await go(town, town.ada.presses("Who does what"))
    await go(town, town.ada.says(place))
    await go(town, town.ada.presses(name))
    await go(town, town.ada.presses("Take it away"))


async def roles(town: Town, phone: Phone) -> set[tuple[str, str]]:
    """What somebody holds now."""
    held = await people.grants_of(town.app.ledger, [(await person(town, phone))["id"]])
    places = town.app.ledger.directory.places
    return {(one["role"], places[one["place_id"]].code) for one in held}


# --- inviting ------------------------------------------------------------------------------------------------


async def test_it_invites_somebody_once(town: Town) -> None:
    payload = await invites(town, "grid worker", "grid-2")
    await go(town, town.otto.starts(payload))
    assert town.otto.shows("欢迎加入")
    assert await roles(town, town.otto) == {("grid_worker", "grid-2")}
    await go(town, town.otto.says("/tasks"))
    assert "✍️ 代录" in town.otto.buttons
    await go(town, town.vera.starts(payload))
    assert town.vera.shows("was used already")
    assert await roles(town, town.vera) == {("volunteer", "xfl")}


async def test_it_lets_an_invitation_expire(town: Town) -> None:
    payload = await invites(town, "grid worker", "grid-2")
    await town.advance(days=8)
    await go(town, town.otto.starts(payload))
    assert town.otto.shows("过期了")
    await go(town, town.otto.says("你好"))
    assert await roles(town, town.otto) == set()


async def test_it_keeps_no_invitation_that_could_be_used(town: Town) -> None:
    payload = await invites(town, "mediator", "xfl", "Somebody new")
    rows = await town.app.ledger.all(schema.invitation.select())
    assert [row["code_hash"] for row in rows] == [hash_code(payload[1:])]
    said = await town.app.ledger.all(schema.outbox.select())
    assert payload[1:] not in str(said)


async def test_it_invites_somebody_whom_the_import_named(town: Town) -> None:
    payload = await invites(town, "grid worker", "grid-3", "小孙")
    await go(town, town.otto.starts(payload))
    row = await person(town, town.otto)
    assert (row["code"], row["name"]) == ("sun", "小孙")
    assert await roles(town, town.otto) == {("grid_worker", "grid-3")}
    await go(town, town.otto.presses("🧰 我的任务"))


async def test_it_finds_the_place_by_taps(town: Town) -> None:
    await go(town, town.ada.says("/admin"))
    await go(town, town.ada.presses("Invite"))
    await go(town, town.ada.presses("building head"))
    for name in ("Wanghu Street", "Xingfuli Community", "Jinxiu Garden", "Building 4", "Just Building 4"):
        await go(town, town.ada.presses(name))
    await go(town, town.ada.presses("老孟"))
    assert town.ada.shows("building head · Jinxiu Garden Building 4 · 老孟")


# --- who may -------------------------------------------------------------------------------------------------


async def test_it_is_for_administrators_only(town: Town) -> None:
    grid = town.app.ledger.directory.by_code["grid-1"]
    await go(town, town.dan.says("/admin"))
    assert town.dan.shows("不归您办")
    for data in ("invite", "admin", press("at", "roles"), press("roles", grid.id, 0), press("unposter", grid.id)):
        await go(town, town.dan.forges(data, town.dan.last.id))
        assert "不归您办" in town.dan.alerts[-1].text
    wei = await people.grants_of(town.app.ledger, [(await person(town, town.wei))["id"]])
    await go(town, town.dan.forges(press("takeyes", wei[0]["id"]), town.dan.last.id))
    assert await roles(town, town.wei) == {("grid_worker", "grid-1")}


async def test_it_reaches_downwards_only(town: Town) -> None:
    payload = await invites(town, "administrator", "jx")
    await go(town, town.otto.starts(payload))
    await go(town, town.otto.says("/admin"))
    await go(town, town.otto.presses("谁负责什么"))
    await go(town, town.otto.says("cf-14"))
    assert town.otto.shows("不归您管")
    await go(town, town.otto.says("4栋"))
    assert town.otto.shows("锦绣家园 4栋")
    dan = await people.grants_of(town.app.ledger, [(await person(town, town.dan))["id"]])
    await go(town, town.otto.forges(press("takeyes", dan[0]["id"]), town.otto.last.id))
    assert "不归您办" in town.otto.alerts[-1].text
    assert await roles(town, town.dan) == {("duty_secretary", "xfl")}


async def test_it_loses_the_right_between_two_presses(town: Town) -> None:
    payload = await invites(town, "administrator", "xfl", None)
    await go(town, town.otto.starts(payload))
    await go(town, town.otto.says("/admin"))
    await go(town, town.otto.presses("邀请加入"))
    await go(town, town.otto.presses("网格员"))
    await takes_away(town, "xfl", "奥托")
    await go(town, town.otto.says("grid-2"))
    assert town.otto.shows("不归您管")
    assert len(await town.app.ledger.all(schema.invitation.select())) == 1


async def test_it_does_not_let_the_last_administrator_saw_off_the_branch(town: Town) -> None:
    await takes_away(town, "district", "Ada")
    assert "Another administrator" in town.ada.alerts[-1].text
    assert await roles(town, town.ada) == {("administrator", "district")}


# --- the settings' administrators ----------------------------------------------------------------------------


@pytest.fixture
async def named(town: Town) -> Town:
    """The settings name Otto."""
    await town.stop()
    town.settings = town.settings.model_copy(update={"admin_ids": str(town.otto.id)})
    await town.start()
    return town


async def test_it_makes_administrators_of_whom_the_settings_name(named: Town) -> None:
    town = named
    await go(town, town.otto.says("/admin"))
    assert town.otto.shows("管理")
    assert await roles(town, town.otto) == {("administrator", "district")}
    await takes_away(town, "district", "奥托")
    await go(town, town.otto.says("/admin"))
    assert town.otto.last.text.startswith("管理")


async def test_it_makes_no_administrator_of_anybody_else(named: Town) -> None:
    await go(named, named.vera.says("/admin"))
    assert named.vera.shows("not yours")
    assert await roles(named, named.vera) == {("volunteer", "xfl")}


# --- taking a role away --------------------------------------------------------------------------------------


async def test_it_takes_a_role_away_from_the_next_press_on(town: Town) -> None:
    await reports(town, town.rosa, "3栋2单元楼道灯坏了")
    await go(town, town.wei.presses("接单"))
    await takes_away(town, "grid-1", "小魏")
    assert town.wei.shows("已由管理员收回")
    row = await ticket(town)
    assert row["assignee_id"] is None
    await go(town, town.wei.forges(press("finish", row["id"]), town.wei.last.id))
    assert town.wei.alerts[-1].is_alert
    assert (await ticket(town))["version"] == row["version"]
    await go(town, town.wei.says("/file"))
    assert town.wei.shows("不归您办")


async def test_it_suppresses_what_was_queued_for_a_role_that_was_taken(town: Town) -> None:
    await reports(town, town.rosa, "3栋2单元楼道灯坏了")
    await go(town, town.wei.presses("接单"))
    town.sim.faults.add("error", method="send*", chat_id=town.wei.id, count=3)
    await go(town, town.rosa.presses("➕ 补充"))
    await town.rosa.says("门牌是1502，请敲门")
    await takes_away(town, "grid-1", "小魏")
    town.sim.faults.clear()
    await town.advance(minutes=5)
    assert not town.wei.sees("请敲门")
    said = schema.outbox.select().where(schema.outbox.c.message == "owner.added")
    assert [row["state"] for row in await town.app.ledger.all(said)] == ["suppressed"]


async def test_it_gives_what_was_in_hand_to_somebody_else(town: Town) -> None:
    await reports(town, town.rosa, "3栋2单元楼道灯坏了")
    await go(town, town.wei.presses("接单"))
    await takes_away(town, "grid-1", "小魏")
    row = await ticket(town)
    assert row["state"] == "offered"
    assert town.li.shows("楼道灯坏了")


# --- posters, what was set aside -----------------------------------------------------------------------------


async def test_it_withdraws_the_posters_of_a_place(town: Town) -> None:
    unit = town.app.ledger.directory.by_code["jx-3-2"].id
    async with town.app.database.writing() as connection:
        codes = await posters.ensure(connection, [unit], town.clock.now())
    await go(town, town.ada.says("/admin"))
    await go(town, town.ada.presses("Poster codes"))
    await go(town, town.ada.says("jx-3"))
    assert town.ada.shows("poster codes in use: 1")
    await go(town, town.ada.presses("Withdraw these codes"))
    assert town.ada.shows("withdrawn at")
    await go(town, town.rosa.starts(posters.payload(codes[unit])))
    assert town.rosa.shows("这张码已经不用了")


async def test_it_counts_what_was_set_aside_and_shows_nothing_of_it(town: Town) -> None:
    async with town.app.database.writing() as connection:
        values = {"id": 5, "lane": "u1", "payload": b'{"secret": 1}', "state": "set_aside", "version": 1}
        await connection.execute(schema.inbox.insert().values(received_at=town.clock.now(), **values))
    await go(town, town.ada.says("/admin"))
    assert town.ada.shows("1 message(s) failed several times")
    assert not town.ada.sees("secret")
