"""代录: staff write down what callers and walk-ins say; the resident owns it and can take it up in chat."""

from collections.abc import AsyncIterator

import pytest

from simulator.phone import Phone
from storage import schema
from storage.ledger import Row
from storage.rules.press import press
from tests.stories.chat import go, person, ticket, tickets
from tests.town import Town

PHONE = "19912345678"


@pytest.fixture(autouse=True)
async def _says_everything(town: Town) -> AsyncIterator[None]:
    """No message of a story may fail to be drawn."""
    yield
    await town.settle()
    failed = schema.outbox.select().where(schema.outbox.c.state == "failed")
    assert [row["message"] for row in await town.app.ledger.all(failed)] == []


async def files(town: Town, phone: Phone, who: str, words: str) -> Row:
    """Somebody of the staff writes down what a caller says, and leaves no question open."""
    await go(town, phone.says("/tasks"))
    await go(town, phone.presses("代录"))
    await go(town, phone.says(who))
    await go(town, phone.says(words))
    await go(town, phone.presses("报上去"))
    return (await tickets(town))[-1]


async def owner(town: Town, row: Row) -> Row:
    """Whose matter it is."""
    found = await town.app.ledger.get(schema.person, row["owner_id"])
    assert found is not None
    return found


def link(phone: Phone) -> str:
    """What stands after `?start=` in the address that can be handed on."""
    return (phone.person.clipboard or "").partition("start=")[2]


# --- writing down --------------------------------------------------------------------------------------------


async def test_it_files_for_a_caller_who_owns_it(town: Town) -> None:
    row = await files(town, town.li, f"刘婆婆 {PHONE}", "3栋1单元楼道灯坏了")
    assert town.li.shows("已替 刘婆婆 登记")
    caller = await owner(town, row)
    assert (caller["name"], caller["phone"], caller["telegram_id"]) == ("刘婆婆", PHONE, None)
    assert row["filed_by_id"] == (await person(town, town.li))["id"]
    assert town.wei.shows("楼道灯坏了")
    await go(town, town.wei.presses("接单"))
    assert town.wei.shows(f"刘婆婆 {PHONE}")
    assert town.li.shows("小魏 已接单")


async def test_it_begins_at_the_staff_keyboard(town: Town) -> None:
    await go(town, town.wei.says("/start"))
    await go(town, town.wei.presses("✍️ 代录"))
    assert town.wei.shows("替谁登记")
    await go(town, town.wei.presses("取消"))
    assert not await tickets(town)


async def test_it_asks_only_for_what_is_missing(town: Town) -> None:
    await go(town, town.li.says("/file"))
    await go(town, town.li.says("刘婆婆"))
    assert town.li.shows("刘婆婆的电话是多少")
    await go(town, town.li.says("不记得"))
    assert town.li.shows("这不像电话号码")
    assert not await tickets(town)
    await go(town, town.li.presses("跳过"))
    await go(town, town.li.says("楼道灯坏了"))
    assert town.li.shows("锦绣家园 3栋，再往下点一下")
    await go(town, town.li.presses("1单元"))
    assert town.li.shows("代录，请看看对不对")
    await go(town, town.li.presses("报上去"))
    row = await ticket(town)
    assert town.app.ledger.directory.places[row["place_id"]].code == "jx-3-1"
    assert (await owner(town, row))["phone"] is None


async def test_it_changes_kind_and_place_before_sending(town: Town) -> None:
    await go(town, town.wei.says("/file"))
    await go(town, town.wei.says(f"刘婆婆，电话{PHONE}"))
    await go(town, town.wei.says("3栋1单元楼道灯坏了"))
    await go(town, town.wei.presses("改类别"))
    await go(town, town.wei.presses("秩序噪音"))
    await go(town, town.wei.presses("改地点"))
    await go(town, town.wei.says("2栋2单元"))
    await go(town, town.wei.says("晚上特别黑"))
    await go(town, town.wei.presses("报上去"))
    row = await ticket(town)
    assert (row["kind"], row["words"]) == ("order_noise", "3栋1单元楼道灯坏了\n晚上特别黑")


async def test_it_keeps_pictures_and_goes_back(town: Town) -> None:
    await go(town, town.wei.says("/file"))
    await go(town, town.wei.says(f"刘婆婆 {PHONE}"))
    await go(town, town.wei.presses("返回"))
    assert town.wei.shows("替谁登记")
    await go(town, town.wei.says(f"王大爷 {PHONE}"))
    await go(town, town.wei.sends_photo("3栋1单元楼道灯坏了"))
    await go(town, town.wei.presses("报上去"))
    row = await ticket(town)
    assert (await owner(town, row))["name"] == "王大爷"
    kept = await town.app.ledger.all(schema.attachment.select())
    assert [one["ticket_id"] for one in kept] == [row["id"]]


async def test_it_calls_help_at_once_for_a_caller_in_danger(town: Town) -> None:
    await go(town, town.dan.says("/file"))
    await go(town, town.dan.says(f"刘婆婆 {PHONE}"))
    await go(town, town.dan.says("3栋1单元着火了，快来人"))
    assert town.dan.shows("119")
    row = await ticket(town)
    assert row["is_danger"]
    assert "🏃 我去处理" in town.wei.buttons


# --- somebody who is known -----------------------------------------------------------------------------------


async def test_it_finds_somebody_by_their_number(town: Town) -> None:
    row = await files(town, town.li, "赵奶奶 199-0000-1071", "家里的灯不亮了，屋里没电")
    found = await owner(town, row)
    assert (found["code"], row["room"]) == ("res-03", "401")
    await files(town, town.li, f"刘婆婆 {PHONE}", "3栋1单元楼道灯坏了")
    again = await files(town, town.li, f"刘婆婆 {PHONE}", "3栋1单元门口有垃圾，很脏")
    assert len({one["owner_id"] for one in await tickets(town)}) == 2
    assert (await owner(town, again))["phone"] == PHONE


async def test_it_asks_when_the_number_belongs_to_another_name(town: Town) -> None:
    await go(town, town.li.says("/file"))
    await go(town, town.li.says("小赵的儿子 19900001071"))
    assert town.li.shows("登记的是 赵奶奶")
    await go(town, town.li.presses("另一个人"))
    await go(town, town.li.says("3栋1单元楼道灯坏了"))
    await go(town, town.li.presses("报上去"))
    assert (await owner(town, await ticket(town)))["name"] == "小赵的儿子"


async def test_it_tells_an_owner_who_has_a_chat(town: Town) -> None:
    row = await files(town, town.li, "陈叔 19900001069", "楼道灯坏了")
    assert (await owner(town, row))["telegram_id"] == town.chen.id
    assert town.chen.shows("老李 替您登记了一件事")
    assert town.chen.shows("楼道灯坏了")
    assert not any("复制链接" in one for one in town.li.buttons)


# --- the end -------------------------------------------------------------------------------------------------


async def finishes(town: Town, worker: Phone) -> None:
    """Taken, and finished with a picture."""
    await go(town, worker.presses("接单"))
    await go(town, worker.presses("办好了"))
    await go(town, worker.sends_photo("换好了"))


async def test_it_lets_who_filed_confirm_for_the_caller(town: Town) -> None:
    await files(town, town.li, f"刘婆婆 {PHONE}", "3栋1单元楼道灯坏了")
    await finishes(town, town.wei)
    await go(town, town.li.presses("是的，办好了"))
    await go(town, town.li.presses("★★★★ 满意"))
    row = await ticket(town)
    assert (row["state"], row["stars"]) == ("closed", 4)


async def test_it_lets_nobody_confirm_or_rate_their_own_work(town: Town) -> None:
    row = await files(town, town.wei, f"刘婆婆 {PHONE}", "3栋1单元楼道灯坏了")
    await finishes(town, town.wei)
    await go(town, town.wei.forges(press("yes", row["id"]), town.wei.last.id))
    assert town.wei.alerts[-1].is_alert
    await go(town, town.wei.forges(press("rate", row["id"], 5), town.wei.last.id))
    kept = await ticket(town)
    assert (kept["state"], kept["stars"]) == ("done", None)
    assert not any("是的，办好了" in one for one in town.wei.buttons)


# --- taking it up --------------------------------------------------------------------------------------------


async def test_it_is_taken_up_by_the_address_that_was_handed_on(town: Town) -> None:
    row = await files(town, town.li, f"王阿姨 {PHONE}", "3栋1单元楼道灯坏了")
    await go(town, town.li.presses("复制链接"))
    payload = link(town.li)
    assert payload.startswith("t")
    await go(town, town.rosa.starts(payload))
    assert town.rosa.shows("社区替您登记的事都在这里了")
    assert town.rosa.shows("楼道灯坏了")
    assert (await person(town, town.rosa))["id"] == (await ticket(town))["owner_id"] == row["owner_id"]
    await go(town, town.otto.starts(payload))
    assert town.otto.shows("用过了")
    await finishes(town, town.wei)
    assert town.rosa.shows("办好了吗")
    assert payload[1:] not in str(await town.app.ledger.all(schema.outbox.select()))


async def test_it_joins_the_records_of_who_had_been_here_before(town: Town) -> None:
    await go(town, town.rosa.says("你好"))
    before = await person(town, town.rosa)
    row = await files(town, town.li, f"王阿姨 {PHONE}", "3栋1单元楼道灯坏了")
    await go(town, town.li.presses("复制链接"))
    await go(town, town.rosa.starts(link(town.li)))
    after = await person(town, town.rosa)
    assert (after["id"], after["phone"]) == (before["id"], PHONE)
    assert (await ticket(town))["owner_id"] == before["id"] != row["owner_id"]
    await go(town, town.rosa.says("/my"))
    assert any("楼道灯坏了" in one for one in town.rosa.buttons)


async def test_it_is_taken_up_by_sharing_ones_own_number(town: Town) -> None:
    await files(town, town.li, f"王阿姨 {town.rosa.person.phone_number}", "3栋1单元楼道灯坏了")
    await go(town, town.rosa.says("你好"))
    await go(town, town.chen.shares_contact(own=False, of=town.rosa))
    assert (await ticket(town))["owner_id"] != (await person(town, town.chen))["id"]
    await go(town, town.rosa.shares_contact())
    await go(town, town.rosa.presses("同意，继续"))
    await go(town, town.rosa.shares_contact())
    assert (await ticket(town))["owner_id"] == (await person(town, town.rosa))["id"]
    assert town.rosa.shows("楼道灯坏了")


async def test_it_gives_nobody_a_role_by_a_number(town: Town) -> None:
    async with town.app.database.writing() as connection:
        number = town.otto.person.phone_number
        await connection.execute(schema.person.update().where(schema.person.c.code == "sun").values(phone=number))
    await go(town, town.otto.says("/start"))
    await go(town, town.otto.presses("同意，继续"))
    await go(town, town.otto.shares_contact())
    assert (await person(town, town.otto))["code"] is None
    await files(town, town.wei, f"小孙 {number}", "3栋1单元楼道灯坏了")
    assert not any("复制链接" in one for one in town.wei.buttons)


async def test_it_takes_over_somebody_of_the_import(town: Town) -> None:
    await go(town, town.rosa.says("你好"))
    await files(town, town.li, "赵奶奶 19900001071", "3栋2单元楼道灯坏了")
    await go(town, town.li.presses("复制链接"))
    await go(town, town.rosa.starts(link(town.li)))
    row = await person(town, town.rosa)
    assert (row["code"], row["room"]) == ("res-03", "401")


# --- who may -------------------------------------------------------------------------------------------------


async def test_it_is_for_those_who_file(town: Town) -> None:
    for phone in (town.rosa, town.chen):
        await go(town, phone.says("/file"))
        assert phone.shows("不归您办")
    await go(town, town.vera.says("/file"))
    assert town.vera.shows("not yours")
    await go(town, town.otto.says("你好"))
    await go(town, town.otto.forges("file", 1))
    assert town.otto.alerts[-1].is_alert
    await go(town, town.vera.says("/tasks"))
    assert not any("Write down" in one for one in town.vera.buttons)


async def test_it_asks_the_right_again_when_it_is_sent(town: Town) -> None:
    await go(town, town.li.says("/file"))
    await go(town, town.li.says(f"刘婆婆 {PHONE}"))
    await go(town, town.li.says("3栋1单元楼道灯坏了"))
    async with town.app.database.writing() as connection:
        mine = (await person(town, town.li))["id"]
        values = {"revoked_at": town.clock.now(), "version": schema.role_grant.c.version + 1}
        await connection.execute(schema.role_grant.update().where(schema.role_grant.c.person_id == mine).values(values))
    await go(town, town.li.presses("报上去"))
    assert town.li.alerts[-1].is_alert
    assert not await tickets(town)


async def test_it_files_nothing_outside_the_community(town: Town) -> None:
    await go(town, town.li.says("/file"))
    await go(town, town.li.says(f"刘婆婆 {PHONE}"))
    await go(town, town.li.says("楼道灯坏了"))
    await go(town, town.li.says("street"))
    assert town.li.shows("不归您管")
    assert not await tickets(town)


async def test_it_speaks_english(town: Town) -> None:
    await go(town, town.li.says("/lang"))
    await go(town, town.li.presses("English"))
    await go(town, town.li.presses("✍️ Write down"))
    await go(town, town.li.says(f"Granny Liu {PHONE}"))
    await go(town, town.li.says("The stairwell light in building 3, unit 1 is broken"))
    if any("Public facilities" in one for one in town.li.buttons):
        await go(town, town.li.presses("Public facilities"))
    await go(town, town.li.presses("Send"))
    assert town.li.shows("Written down for Granny Liu")
