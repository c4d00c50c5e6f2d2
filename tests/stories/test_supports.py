"""Booking for whoever rings, and the register of 全程代办: who keeps it, what it does, and who never hears of it."""

from storage import bookings, schema, supports
from storage.ledger import Row
from storage.rules.press import press
from tests.town import Town

from .chat import go, person, tickets
from .test_filing import files

GRANDMA = "李奶奶 13900001111"
LAMP = "3栋2单元楼道灯坏了"


async def begins(town: Town, caller: str = GRANDMA) -> None:
    """小魏 writes down who rings."""
    await go(town, town.wei.says("/tasks"), town.wei.presses("代录"), town.wei.says(caller))


async def booking(town: Town) -> tuple[Row, Row]:
    """The newest matter and its booking."""
    of = (await tickets(town))[-1]
    row = await bookings.of(town.app.ledger, of["id"])
    assert row is not None
    return of, row


async def grandma(town: Town) -> Row:
    """李奶奶, who has no chat; 小魏 wrote something down for her once."""
    of = await files(town, town.wei, GRANDMA, LAMP)
    row = await town.app.ledger.get(schema.person, of["owner_id"])
    assert row is not None
    return row


async def entries(town: Town) -> list[Row]:
    return await town.app.ledger.all(schema.support.select().order_by(schema.support.c.id))


async def test_it_books_for_somebody_who_rings(town: Town) -> None:
    wei = town.wei
    await begins(town)
    await go(town, wei.presses("约服务、代办"), wei.says("老年证"))
    assert "☐ 身份证原件" in wei.last.text  # read out to the caller; nobody asks for his own consent
    await go(town, wei.presses("知道了"), wei.presses("上门来办"), wei.says("3栋2单元1502"))
    await go(town, wei.presses("24"), wei.presses("09:00"))
    assert "李奶奶" in wei.last.text
    await go(town, wei.presses("就这样约"))
    of, row = await booking(town)
    owner = await town.app.ledger.get(schema.person, of["owner_id"])
    assert owner is not None
    assert (owner["name"], owner["phone"], of["room"]) == ("李奶奶", "13900001111", "1502")
    assert (of["filed_by_id"], row["way"]) == ((await person(town, wei))["id"], "at_home")


async def test_it_hears_in_a_sentence_that_something_is_to_be_booked(town: Town) -> None:
    wei = town.wei
    await begins(town)
    await go(town, wei.says("她想办老年证"), wei.presses("老年证"), wei.presses("知道了"), wei.presses("手机上办"))
    await go(town, wei.presses("就这样约"))
    of, row = await booking(town)
    assert (of["words"], row["way"]) == ("她想办老年证", "phone")


async def test_it_books_for_somebody_who_is_known_at_their_own_door(town: Town) -> None:
    rosa, wei = town.rosa, town.wei
    await go(town, rosa.starts(), rosa.presses("同意，继续"))
    await go(town, rosa.presses("👤 我"), rosa.presses("改住处"), rosa.says("3栋2单元1502"))
    me = await person(town, rosa)
    async with town.app.database.writing() as connection:
        table = schema.person
        await connection.execute(table.update().where(table.c.id == me["id"]).values(phone="13900002222"))
    await begins(town, "王阿姨 13900002222")
    await go(town, wei.presses("约服务、代办"), wei.says("老年证"), wei.presses("知道了"), wei.presses("上门来办"))
    await go(town, wei.presses("24"), wei.presses("09:00"), wei.presses("就这样约"))
    of, _ = await booking(town)
    assert (of["owner_id"], of["room"]) == (me["id"], "1502")
    assert "老年证" in rosa.shows("编号").text


async def test_it_writes_nothing_down_for_who_may_do_so_no_more(town: Town) -> None:
    wei = town.wei
    await begins(town)
    await go(town, wei.presses("约服务、代办"), wei.says("老年证"), wei.presses("知道了"), wei.presses("手机上办"))
    me = await person(town, wei)
    async with town.app.database.writing() as connection:
        table = schema.role_grant
        await connection.execute(
            table.update().where(table.c.person_id == me["id"]).values(revoked_at=town.clock.now(), version=9)
        )
    before = len(await tickets(town))
    await go(town, wei.presses("就这样约"))
    assert len(await tickets(town)) == before


async def test_it_registers_who_needs_full_service_and_ends_it(town: Town) -> None:
    owner, wei = await grandma(town), town.wei
    await go(town, wei.presses("全程代办登记"))
    assert "还没有登记" in wei.last.text
    await go(town, wei.presses("自己办不了"))
    assert wei.shows("默认全程代办")
    assert await supports.is_supported(town.app.ledger, owner["id"])
    await begins(town)
    await go(town, wei.presses("全程代办登记"))
    assert "自己办不了" in wei.last.text
    await go(town, wei.presses("取消登记"))
    assert not await supports.is_supported(town.app.ledger, owner["id"])
    (entry,) = await entries(town)
    assert (entry["reason"], entry["ended_at"]) == ("unable", town.clock.now())


async def test_it_chooses_full_service_for_who_is_registered_and_says_nobody_why(town: Town) -> None:
    await grandma(town)
    wei = town.wei
    await go(town, wei.presses("全程代办登记"), wei.presses("低收入"))
    await begins(town)
    await go(town, wei.presses("约服务、代办"), wei.says("老年证"), wei.presses("知道了"), wei.says("3栋2单元1502"))
    await go(town, wei.presses("24"), wei.presses("09:00"), wei.presses("就这样约"))
    _, row = await booking(town)
    assert (row["way"], row["is_full_service"]) == ("at_home", True)
    for phone in (town.ye, town.tian, town.li, town.dan):
        assert not [one.text for one in phone.received if "低收入" in (one.text or "") or "登记" in (one.text or "")]


async def test_it_keeps_the_register_from_everybody_else(town: Town) -> None:
    owner = await grandma(town)
    await files(town, town.li, GRANDMA, "3栋2单元门禁坏了")
    assert not any("全程代办" in label for label in town.li.buttons)
    await go(town, town.ye.says("/start"), town.otto.says("你好"))
    for phone in (town.li, town.ye, town.otto):
        for forged in (press("support", owner["id"]), press("supportfor", owner["id"], "disabled")):
            await go(town, phone.forges(forged, phone.last.id))
            assert "不归您办" in phone.alerts[-1].text
    assert await entries(town) == []


async def test_it_lets_nobody_register_themselves(town: Town) -> None:
    me = await person(town, town.dan)
    await go(town, town.dan.says("/start"))
    await go(town, town.dan.forges(press("supportfor", me["id"], "disabled"), town.dan.last.id))
    assert await entries(town) == []
