"""The doorstep: consent, posters, one's home, name and telephone."""

import pytest

from handlers.resident.short import is_room
from storage import posters, schema
from storage.rules.press import press
from tests.town import Town

from .chat import go, person, reports, ticket, tickets

UNIT = "jx-3-2"


async def poster(town: Town, code: str = UNIT) -> str:
    """The payload of the poster at a place."""
    place = town.app.ledger.directory.by_code[code]
    async with town.app.database.writing() as connection:
        codes = await posters.ensure(connection, [place.id], town.clock.now())
    return posters.payload(codes[place.id])


async def test_it_keeps_nothing_of_who_does_not_agree(town: Town) -> None:
    await go(town, town.rosa.says("我是王阿姨，3栋2单元楼道灯坏了"), town.rosa.presses("不同意"))
    assert town.rosa.shows("没有留下")
    known = await person(town, town.rosa)
    assert (known["name"], known["home_id"], known["phone"]) == ("", None, None)
    said = [
        row["id"]
        for row in await town.app.ledger.all(schema.inbox.select())
        if "楼道".encode() in (row["payload"] or b"")
    ]
    (conversation,) = await town.app.ledger.all(schema.conversation.select())
    assert (said, conversation["draft"], await tickets(town)) == ([], {}, [])


async def test_it_knows_the_name_again_of_who_agrees_later(town: Town) -> None:
    await go(town, town.rosa.starts(), town.rosa.presses("不同意"))
    await reports(town, town.rosa, "3栋2单元楼道灯坏了")
    assert (await person(town, town.rosa))["name"] == "王阿姨"
    assert (await ticket(town))["kind"] == "public_facilities"


@pytest.mark.parametrize(("word", "agrees"), [("同意", True), ("好的", True), ("不同意", False)])
async def test_it_takes_consent_in_words(town: Town, word: str, agrees: bool) -> None:
    await go(town, town.rosa.says("3栋2单元楼道灯坏了"), town.rosa.says(word))
    assert ((await person(town, town.rosa))["consented_at"] is not None) is agrees
    assert town.rosa.sees("请看看对不对") is agrees


@pytest.mark.parametrize("before", ["好的", "你好", "3栋2单元着火了"])
async def test_it_takes_no_yes_for_consent_unless_it_asked(town: Town, before: str) -> None:
    await go(town, town.rosa.says(before), town.rosa.says("好的"))
    assert (await person(town, town.rosa))["consented_at"] is None


async def test_it_takes_consent_in_words_after_the_greeting(town: Town) -> None:
    await go(town, town.rosa.starts(), town.rosa.says("同意"))
    assert (await person(town, town.rosa))["consented_at"] is not None


async def test_it_keeps_what_is_said_while_consent_waits(town: Town) -> None:
    await go(town, town.rosa.says("楼道灯坏了"), town.rosa.says("在3栋2单元"), town.rosa.presses("同意，继续"))
    assert "锦绣家园 3栋 2单元" in town.rosa.shows("请看看对不对").text


async def test_it_calls_for_help_without_consent(town: Town) -> None:
    await go(town, town.otto.says("3栋2单元着火了，快来人"))
    assert town.otto.shows("火警 119")
    assert town.wei.shows("着火了")
    assert (await person(town, town.otto))["consented_at"] is None


async def test_it_calls_for_help_while_consent_waits(town: Town) -> None:
    await go(town, town.rosa.says("楼道灯坏了"), town.rosa.says("3栋2单元电梯里困了人，出不来"))
    assert town.rosa.shows("火警 119")
    assert (await ticket(town))["is_danger"]


async def test_it_tells_how_information_is_protected(town: Town) -> None:
    await go(town, town.rosa.says("/privacy"))
    assert town.rosa.shows("我们怎么对待您的信息")


async def test_it_binds_a_home_by_the_poster_and_asks_the_room(town: Town) -> None:
    rosa = town.rosa
    await go(town, rosa.starts(await poster(town)), rosa.presses("是的，我住这里"), rosa.presses("同意，继续"))
    assert rosa.shows("门牌号是多少")
    await go(town, rosa.says("1502"))
    assert "锦绣家园 3栋 2单元 1502室" in rosa.shows("记下了").text
    await go(town, rosa.says("楼道灯坏了"))
    assert "锦绣家园 3栋 2单元" in rosa.shows("请看看对不对").text


@pytest.mark.parametrize(
    ("words", "room"), [("3栋2单元楼道灯坏了", None), ("1502室，我家下水道堵了", "1502"), ("邻居吵架", None)]
)
async def test_it_hears_the_matter_when_it_asks_for_the_room(town: Town, words: str, room: str | None) -> None:
    rosa = town.rosa
    await go(town, rosa.starts(await poster(town)), rosa.presses("是的，我住这里"), rosa.presses("同意，继续"))
    await go(town, rosa.says(words))
    assert "锦绣家园 3栋 2单元" in rosa.shows("记下了").text
    assert (await person(town, rosa))["room"] == room
    assert any(words[-4:] in one.text for one in rosa.received)


@pytest.mark.parametrize("words", ["1502", "1502室", "十五楼3号", "A-3", "东2户", "3栋2单元1502"])
def test_it_knows_a_room_by_its_number(words: str) -> None:
    assert is_room(words)


@pytest.mark.parametrize("words", ["", "东户", "3楼灯坏了", "2 lamps out", "help", "1502" * 4])
def test_it_takes_nothing_else_for_a_room(words: str) -> None:
    assert not is_room(words)


async def test_it_hears_a_matter_before_anybody_agreed(town: Town) -> None:
    rosa = town.rosa
    await go(town, rosa.starts(await poster(town)), rosa.presses("是的，我住这里"), rosa.says("楼道灯坏了"))
    await go(town, rosa.presses("同意，继续"))
    card = rosa.shows("请看看对不对").text
    assert "楼道灯坏了" in card
    assert "锦绣家园 3栋 2单元" in card


@pytest.mark.parametrize("deed", ["words", "button", "voice"])
async def test_it_sends_help_to_the_door_that_was_scanned(town: Town, deed: str) -> None:
    rosa = town.rosa
    await go(town, rosa.starts(await poster(town)))
    if deed == "voice":
        await go(town, rosa.sends_voice(), rosa.presses("现在有危险"))
    else:
        await go(town, rosa.says("着火了，快来人" if deed == "words" else "/sos"))
    assert "锦绣家园 3栋 2单元" in town.wei.shows("🆘").text


async def test_it_keeps_a_picture_that_comes_while_it_asks_for_the_home(town: Town) -> None:
    rosa = town.rosa
    await go(town, rosa.starts(await poster(town)), rosa.presses("不是"), rosa.presses("同意，继续"))
    await go(town, rosa.sends_photo("3栋2单元楼道灯坏了"))
    assert "楼道灯坏了" in rosa.shows("请看看对不对").text


async def test_it_binds_without_a_room(town: Town) -> None:
    rosa = town.rosa
    await go(town, rosa.starts(await poster(town)), rosa.presses("是的，我住这里"), rosa.presses("同意，继续"))
    await go(town, rosa.presses("不写门牌"))
    known = await person(town, rosa)
    assert known["home_id"] == town.app.ledger.directory.by_code[UNIT].id
    assert known["room"] is None


async def test_it_binds_nobody_who_does_not_agree(town: Town) -> None:
    rosa = town.rosa
    await go(town, rosa.starts(await poster(town)), rosa.presses("是的，我住这里"), rosa.presses("不同意"))
    assert (await person(town, rosa))["home_id"] is None


async def test_it_lets_one_choose_when_the_poster_hangs_elsewhere(town: Town) -> None:
    rosa = town.rosa
    await go(town, rosa.starts(await poster(town)), rosa.presses("不是"), rosa.presses("同意，继续"))
    await go(town, rosa.says("4栋1单元301"))
    assert "锦绣家园 4栋 1单元 301室" in rosa.shows("记下了").text


@pytest.mark.parametrize("payload", ["pnosuchcode12", "withdrawn"])
async def test_it_goes_on_without_a_code_that_is_unknown_or_withdrawn(town: Town, payload: str) -> None:
    if payload == "withdrawn":
        payload = await poster(town)
        async with town.app.database.writing() as connection:
            place = town.app.ledger.directory.by_code[UNIT]
            await posters.withdraw(connection, [place.id], town.clock.now())
    await go(town, town.rosa.starts(payload))
    assert town.rosa.shows("这张码已经不用了")
    await reports(town, town.rosa, "3栋2单元楼道灯坏了")
    assert (await ticket(town))["state"] == "offered"


async def test_it_binds_again_after_a_move(town: Town) -> None:
    await go(town, town.chen.starts(await poster(town, "jx-4-1")))
    assert "您登记住在 锦绣家园 3栋 2单元" in town.chen.shows("搬到").text
    await go(town, town.chen.presses("是的，我住这里"), town.chen.presses("同意，继续"), town.chen.presses("不写门牌"))
    assert (await person(town, town.chen))["home_id"] == town.app.ledger.directory.by_code["jx-4-1"].id


async def test_it_goes_on_with_the_report_that_waited_for_a_place(town: Town) -> None:
    rosa = town.rosa
    await go(town, rosa.says("楼道灯坏了"), rosa.presses("同意，继续"), rosa.starts(await poster(town)))
    await go(town, rosa.presses("是的，我住这里"), rosa.presses("不写门牌"))
    assert "锦绣家园 3栋 2单元" in rosa.shows("请看看对不对").text


async def test_it_gives_no_role_by_a_poster(town: Town) -> None:
    await go(town, town.otto.starts(await poster(town)), town.otto.presses("是的，我住这里"))
    await go(town, town.otto.presses("同意，继续"), town.otto.presses("不写门牌"))
    otto = await person(town, town.otto)
    grants = await town.app.ledger.all(schema.role_grant.select().where(schema.role_grant.c.person_id == otto["id"]))
    assert grants == []


async def test_it_shows_and_changes_what_it_knows_of_one(town: Town) -> None:
    rosa = town.rosa
    await go(town, rosa.starts(), rosa.presses("同意，继续"), rosa.presses("👤 我"), rosa.presses("改称呼"))
    await go(town, rosa.says("王淑芬"), rosa.presses("👤 我"), rosa.presses("改住处"), rosa.presses("锦绣家园"))
    await go(town, rosa.presses("3栋"), rosa.presses("2单元"), rosa.says("1502室"), rosa.presses("👤 我"))
    assert "王淑芬" in rosa.last.text
    assert "3栋 2单元 1502室" in rosa.last.text


async def test_it_keeps_ones_own_number_only(town: Town) -> None:
    rosa = town.rosa
    await go(town, rosa.starts(), rosa.presses("同意，继续"), rosa.shares_contact(own=False))
    assert rosa.shows("不是您自己的电话")
    assert (await person(town, rosa))["phone"] is None
    await go(town, rosa.presses("👤 我"), rosa.presses("改电话"), rosa.presses("分享我的电话"))
    assert (await person(town, rosa))["phone"]


async def test_it_refuses_a_forged_button_for_somebody_elses_matter(town: Town) -> None:
    await reports(town, town.rosa, "3栋2单元楼道灯坏了")
    made = await ticket(town)
    await go(town, town.otto.starts(), town.otto.presses("同意，继续"))
    for verb in ("open", "add", "withdraw", "danger", "yes", "no", "again"):
        await go(town, town.otto.forges(press(verb, made["id"]), town.otto.last.id))
        assert town.otto.alerts[-1].is_alert
    assert (await ticket(town))["state"] == "offered"
    assert not town.otto.sees("编号")


async def test_it_goes_on_with_the_report_after_something_else_came_between(town: Town) -> None:
    rosa = town.rosa
    await go(town, rosa.says("楼道灯坏了"), rosa.presses("同意，继续"), rosa.presses("👤 我"), rosa.presses("改称呼"))
    await go(town, rosa.says("王淑芬"))
    assert rosa.shows("事情在哪里")
    await go(town, rosa.presses("👤 我"), rosa.presses("改住处"), rosa.presses("取消"), rosa.says("3栋2单元"))
    assert "楼道灯坏了" in rosa.shows("请看看对不对").text
