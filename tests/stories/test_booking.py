"""Booking in chat: four ways, for oneself, the family and a neighbour; moved, given back, and never twice the same."""

from datetime import UTC, datetime

import pytest

from simulator.phone import Phone
from storage import schema
from storage.ledger import Row
from storage.rules.press import press
from tests.town import Town

from .chat import go, person, ticket, tickets
from .test_family import link

DOOR = "3栋2单元1502"


async def agree(town: Town, phone: Phone) -> None:
    """The phone knows the community, and its owner has agreed."""
    await go(town, phone.starts(), phone.presses("同意，继续"))


async def live(town: Town, phone: Phone, door: str = DOOR) -> None:
    """Somebody says where they live."""
    await agree(town, phone)
    await go(town, phone.presses("👤 我"), phone.presses("改住处"), phone.says(door))


async def books(town: Town, phone: Phone, service: str, *presses: str) -> None:
    """Look for a service by /book and press on."""
    await go(town, phone.says(f"/book {service}"), *(phone.presses(one) for one in presses))


async def bookings(town: Town) -> list[Row]:
    """Every booking, the oldest first."""
    return await town.app.ledger.all(schema.booking.select().order_by(schema.booking.c.id))


async def cells(town: Town) -> int:
    """How many quarters of an hour are taken."""
    return len(await town.app.ledger.all(schema.booking_cell.select()))


def local(row: Row) -> str:
    """When a booking begins, in UTC: Shanghai is eight hours ahead."""
    return f"{row['starts_at'].astimezone(UTC):%m-%d %H:%M}"


# --- the four ways -------------------------------------------------------------------------------------------


async def test_it_books_a_visit_for_ones_mother_out_of_a_sentence(town: Town) -> None:
    rosa = town.rosa
    await agree(town, rosa)
    await go(town, rosa.says("我想给我妈办老年证"), rosa.presses("老年证"))
    assert "户口簿" in rosa.shows("要带什么").text
    await go(town, rosa.presses("知道了"), rosa.presses("上门来办"), rosa.says(DOOR))
    await go(town, rosa.presses("24"), rosa.presses("09:00"))
    assert rosa.shows("给妈妈").text.count("明天（周二） 09:00") == 1
    await go(town, rosa.presses("就这样约"))
    (booking,), made = await bookings(town), await ticket(town)
    assert (local(booking), booking["way"], made["room"], made["for_whom"]) == (
        "11-24 01:00",
        "at_home",
        "1502",
        "mother",
    )
    assert (made["state"], made["kind"]) == ("accepted", "proxy")
    assert rosa.shows("编号").text.count("09:00") == 1


async def test_it_keeps_the_list_of_papers_as_a_message_of_its_own(town: Town) -> None:
    await agree(town, town.rosa)
    await books(town, town.rosa, "老年证", "给我自己", "知道了", "约好时间过来", "24", "09:00", "就这样约")
    told = town.rosa.shows("要带什么")
    assert "不用拍照发来" in told.text
    assert not told.inline_rows


async def test_it_sends_what_is_done_on_the_phone_down_the_chain(town: Town) -> None:
    await agree(town, town.rosa)
    await books(town, town.rosa, "老年证", "给我自己", "知道了", "手机上办", "就这样约")
    (booking,), made = await bookings(town), await ticket(town)
    assert (booking["starts_at"], made["state"]) == (None, "offered")


async def test_it_gives_a_number_to_whoever_comes_today(town: Town) -> None:
    for phone in (town.rosa, town.chen):
        await agree(town, phone)
        await books(town, phone, "老年证", "给我自己", "知道了", "今天现场取号", "就这样约")
    assert [row["queue_number"] for row in await bookings(town)] == [1, 2]


async def test_it_says_when_the_hall_is_shut(town: Town) -> None:
    await agree(town, town.rosa)
    await town.advance(hours=11)
    await books(town, town.rosa, "老年证", "给我自己", "知道了", "今天现场取号", "就这样约")
    assert town.rosa.shows("今天已经不办公了")
    await go(town, town.rosa.presses("再看看怎么约"))
    assert town.rosa.shows("是给谁的")


async def test_it_asks_for_approval_where_a_room_wants_it(town: Town) -> None:
    await agree(town, town.rosa)
    await books(town, town.rosa, "议事厅")
    await go(town, town.rosa.says("楼里开个会，二十个人"), town.rosa.presses("25"), town.rosa.presses("09:00"))
    assert "值班员看过" in town.rosa.shows("楼里开个会").text
    await go(town, town.rosa.presses("就这样约"))
    assert (await ticket(town))["state"] == "offered"
    assert await cells(town) > 0


async def test_it_tells_where_to_go_for_what_nobody_books(town: Town) -> None:
    await agree(town, town.rosa)
    await books(town, town.rosa, "修锁")
    assert "直接过去或打电话" in town.rosa.last.text
    await go(town, town.rosa.presses("返回"))
    assert any("开锁修锁" in label for label in town.rosa.buttons)
    await go(town, town.rosa.presses("开锁修锁"), town.rosa.presses("知道了"))
    assert "0990-5550301" in town.rosa.last.text


# --- for whom ------------------------------------------------------------------------------------------------


async def test_it_belongs_to_the_elder_of_the_family_for_whom_it_is(town: Town) -> None:
    await link(town)
    await go(town, town.rosa.presses("👤 我"), town.rosa.presses("改住处"), town.rosa.says(DOOR))
    await books(town, town.daughter, "老年证", "王阿姨", "知道了", "上门来办", "24", "09:30", "就这样约")
    made, elder = await ticket(town), await person(town, town.rosa)
    assert (made["owner_id"], made["room"], made["place_id"]) == (elder["id"], "1502", elder["home_id"])
    assert town.rosa.shows("老年证")


async def test_it_books_for_a_neighbour_by_name(town: Town) -> None:
    await agree(town, town.rosa)
    await books(town, town.rosa, "老年证", "邻居、别人")
    await go(town, town.rosa.says("明天上午"))
    assert "不像称呼" in town.rosa.last.text
    await go(town, town.rosa.says("李奶奶"), town.rosa.presses("知道了"), town.rosa.presses("上门来办"))
    assert "找李奶奶" in town.rosa.last.text
    await go(
        town, town.rosa.says("3栋2单元"), town.rosa.says("701"), town.rosa.presses("24"), town.rosa.presses("10:00")
    )
    assert "给李奶奶" in town.rosa.last.text
    await go(town, town.rosa.presses("就这样约"))
    assert ((await ticket(town))["for_whom"], (await ticket(town))["room"]) == ("李奶奶", "701")


async def test_it_comes_home_without_asking_to_whoever_is_registered_for_it(town: Town) -> None:
    await live(town, town.rosa)
    me = (await person(town, town.rosa))["id"]
    async with town.app.database.writing() as connection:
        row = {"id": 1, "person_id": me, "reason": "unable", "registered_at": town.clock.now(), "version": 1}
        await connection.execute(schema.support.insert().values(row))
    await books(town, town.rosa, "老年证", "给我自己", "知道了", "24", "09:00")
    assert "全程代办" in town.rosa.last.text
    await go(town, town.rosa.presses("就这样约"))
    assert (await bookings(town))[0]["is_full_service"]


async def test_it_asks_for_whom_after_all_when_one_goes_back(town: Town) -> None:
    await agree(town, town.rosa)
    await go(town, town.rosa.says("我想给我妈办老年证"), town.rosa.presses("老年证"), town.rosa.presses("返回"))
    assert "是给谁的" in town.rosa.last.text


# --- the canteen, and once more ------------------------------------------------------------------------------


async def test_it_has_the_dishes_of_the_day_and_the_same_as_yesterday(town: Town) -> None:
    rosa = town.rosa
    await agree(town, rosa)
    await books(town, rosa, "午餐", "给我自己", "24", "11:00", "米饭", "杂粮馒头", "杂粮馒头", "点好了", "就这样约")
    assert (await bookings(town))[0]["note"] == "米饭"
    await town.advance(days=1)
    await books(town, rosa, "午餐", "同上次一样")
    assert "米饭" in rosa.last.text
    await go(town, rosa.presses("就这样约"))
    first, second = await bookings(town)
    assert (first["note"], local(first), local(second)) == (second["note"], "11-24 03:00", "11-25 03:00")


async def test_it_books_the_same_again_by_one_button(town: Town) -> None:
    await live(town, town.rosa)
    await books(town, town.rosa, "量血压", "给我自己", "上门来办", "24", "10:00", "就这样约")
    made = await ticket(town)
    await go(town, town.rosa.forges(press("bagain", made["id"]), town.rosa.last.id))
    assert "请看看对不对" in town.rosa.last.text
    await go(town, town.rosa.presses("就这样约"))
    assert len(await bookings(town)) == 2


async def test_it_books_every_week(town: Town) -> None:
    await live(town, town.rosa)
    await books(town, town.rosa, "量血压", "给我自己", "上门来办", "24", "10:00", "每周都约", "4 次", "就这样约")
    assert [local(row)[:5] for row in await bookings(town)] == ["11-24", "12-01", "12-08", "12-15"]


# --- changing one's mind -------------------------------------------------------------------------------------


async def test_it_changes_one_thing_on_the_card_and_goes_back_to_it(town: Town) -> None:
    rosa = town.rosa
    await live(town, rosa)
    await books(town, rosa, "老年证", "给我自己", "知道了", "上门来办", "24", "09:00", "改时间")
    await go(town, rosa.presses("返回"))
    assert "09:00" in rosa.shows("请看看对不对").text
    await go(town, rosa.presses("改时间"), rosa.presses("25"), rosa.presses("10:00"), rosa.presses("写个备注"))
    await go(town, rosa.says("家里有狗"), rosa.presses("换办法"), rosa.presses("手机上办"))
    assert "⏰" not in rosa.last.text
    assert "家里有狗" in rosa.last.text


async def test_it_gives_the_time_back_when_somebody_leaves(town: Town) -> None:
    await live(town, town.rosa)
    await books(town, town.rosa, "老年证", "给我自己", "知道了", "上门来办", "24", "09:00")
    assert await cells(town) > 0
    await go(town, town.rosa.presses("✖ 取消"))
    assert (await cells(town), await tickets(town)) == (0, [])


async def test_it_leaves_in_words(town: Town) -> None:
    await live(town, town.rosa)
    await books(town, town.rosa, "老年证", "给我自己", "知道了", "上门来办", "24", "09:00")
    await go(town, town.rosa.says("算了"))
    assert await cells(town) == 0
    assert "先不弄了" in town.rosa.last.text


async def test_it_steps_back_through_every_question(town: Town) -> None:
    rosa = town.rosa
    await live(town, rosa)
    await go(town, rosa.presses("代办预约"), rosa.presses("民政救助"), rosa.presses("老年证"), rosa.presses("给我自己"))
    await go(town, rosa.presses("知道了"), rosa.presses("上门来办"), rosa.presses("24"), rosa.presses("09:00"))
    for words in ("几点上门", "哪天方便", "怎么办方便", "要带什么", "是给谁的", "点一项", "要办什么事"):
        await go(town, rosa.presses("返回"))
        assert rosa.shows(words).id == rosa.last.id, words


async def test_it_goes_on_after_a_restart_at_every_step(town: Town) -> None:
    await agree(town, town.rosa)
    steps = ("代办预约", "民政救助", "老年证", "给我自己", "知道了", "约好时间过来", "24", "09:00", "就这样约")
    for one in steps:
        await town.restart()
        await go(town, town.rosa.presses(one))
    assert len(await bookings(town)) == 1


async def test_it_moves_a_booking_and_frees_its_old_time(town: Town) -> None:
    rosa = town.rosa
    await live(town, rosa)
    await books(town, rosa, "量血压", "给我自己", "上门来办", "24", "10:00", "就这样约")
    before, made = await cells(town), await ticket(town)
    await go(town, rosa.forges(press("bmove", made["id"]), rosa.last.id))
    await go(town, rosa.presses("25"), rosa.presses("09:00"), rosa.presses("改到这个时间"))
    assert [local(row) for row in await bookings(town)] == ["11-25 01:00"]
    assert await cells(town) == before
    assert rosa.shows("改好了")


async def test_it_offers_no_waiting_to_who_moves_a_time_to_a_full_day(town: Town) -> None:
    rosa = town.rosa
    await agree(town, rosa)
    await fill(town, "room-chess", datetime(2026, 11, 25, 16, tzinfo=UTC))
    await books(town, rosa, "棋牌室", "25", "10:00", "就这样约")
    await go(town, rosa.forges(press("bmove", (await ticket(town))["id"]), rosa.last.id))
    assert "候补" not in rosa.last.text
    await go(town, rosa.presses("26满"))
    assert "请点有数字的日子" in rosa.alerts[-1].text
    assert "◀ 不改了" in rosa.buttons


async def test_it_gives_a_booking_back_with_a_reason(town: Town) -> None:
    await live(town, town.rosa)
    await books(town, town.rosa, "量血压", "给我自己", "上门来办", "24", "10:00", "就这样约")
    await go(town, town.rosa.forges(press("bcancel", (await ticket(town))["id"]), town.rosa.last.id))
    await go(town, town.rosa.presses("还是照约"))
    assert town.rosa.shows("还是照约")
    await go(town, town.rosa.forges(press("bcancel", (await ticket(town))["id"]), town.rosa.last.id))
    await go(town, town.rosa.presses("有事去不了"))
    assert ((await ticket(town))["state"], await cells(town)) == ("withdrawn", 0)
    assert town.rosa.shows("取消了")


async def test_it_tells_whom_to_ring_when_it_is_too_late(town: Town) -> None:
    await live(town, town.rosa)
    await books(town, town.rosa, "量血压", "给我自己", "上门来办", "24", "10:00", "就这样约")
    await town.advance(hours=23)
    for verb in ("bmove", "bcancel"):
        await go(town, town.rosa.forges(press(verb, (await ticket(town))["id"]), town.rosa.last.id))
        assert "0990-5550150" in town.rosa.last.text
    assert (await ticket(town))["state"] == "accepted"


async def test_it_notes_who_will_be_there(town: Town) -> None:
    await live(town, town.rosa)
    await books(town, town.rosa, "量血压", "给我自己", "上门来办", "24", "10:00", "就这样约")
    await go(town, town.rosa.forges(press("bcome", (await ticket(town))["id"]), town.rosa.last.id))
    assert (await bookings(town))[0]["owner_comes_at"] is not None


async def test_it_lets_no_stranger_near_a_booking(town: Town) -> None:
    await live(town, town.rosa)
    await books(town, town.rosa, "量血压", "给我自己", "上门来办", "24", "10:00", "就这样约")
    await agree(town, town.otto)
    for verb in ("bmove", "bcancel", "bcome", "bagain"):
        await go(town, town.otto.forges(press(verb, (await ticket(town))["id"]), town.otto.last.id))
    assert len([one for one in town.otto.alerts if one.text]) == 4
    assert not town.otto.sees("量血压")


async def test_it_shows_the_booking_that_a_sentence_wants_to_change(town: Town) -> None:
    await live(town, town.rosa)
    await books(town, town.rosa, "量血压", "给我自己", "上门来办", "24", "10:00", "就这样约")
    await go(town, town.rosa.says("量血压我去不了了，想改时间"))
    assert "量血压" in town.rosa.last.text
    assert len(await tickets(town)) == 1


async def test_it_lists_bookings_with_their_time(town: Town) -> None:
    await live(town, town.rosa)
    await books(town, town.rosa, "量血压", "给我自己", "上门来办", "24", "10:00", "就这样约")
    await go(town, town.rosa.presses("📋 我的事"))
    assert any("明天 10:00 量血压" in label for label in town.rosa.buttons)


# --- races ---------------------------------------------------------------------------------------------------


async def test_it_gives_the_last_time_to_one_and_new_times_to_the_other(any_town: Town) -> None:
    town = any_town
    room = ("多功能教室", "没有", "25", "09:00")
    for phone in (town.rosa, town.chen):
        await agree(town, phone)
    await books(town, town.rosa, *room)
    await town.advance(minutes=11)  # what was held for her is free again
    await books(town, town.chen, *room, "就这样约")
    await go(town, town.rosa.presses("就这样约"))
    assert town.rosa.shows("刚被别人约走了")
    assert "几点" in town.rosa.last.text
    assert len(await bookings(town)) == 1


async def test_it_holds_a_time_for_one_of_two_who_tap_at_once(town: Town) -> None:
    for phone in (town.rosa, town.chen):
        await agree(town, phone)
        await books(town, phone, "多功能教室", "没有", "25")
    for phone in (town.rosa, town.chen):
        await phone.presses("09:00")
    await town.settle()
    late = [phone for phone in (town.rosa, town.chen) if "几点" in phone.last.text]
    assert len(late) == 1
    assert "09:00" not in late[0].buttons


async def fill(town: Town, code: str, day: datetime) -> None:
    """Somebody has taken every quarter of an hour of that day."""
    provider = town.app.ledger.directory.catalogue.provider_codes[code]
    first = int(day.timestamp()) // 900
    taken = [
        {"provider_id": provider.id, "seat": seat, "cell": first + number, "holder_id": 1}
        for seat in range(1, provider.seats + 1)
        for number in range(96)
    ]
    async with town.app.database.writing() as connection:
        await connection.execute(schema.booking_cell.insert(), taken)


async def test_it_marks_a_full_day_and_lets_people_wait_for_it(town: Town) -> None:
    rosa = town.rosa
    await agree(town, rosa)
    await fill(town, "room-chess", datetime(2026, 11, 24, 16, tzinfo=UTC))
    await books(town, rosa, "棋牌室", "25满")
    assert rosa.shows("后天（周三）约满了")
    await go(town, rosa.presses("返回"), rosa.presses("25满"), rosa.presses("好，我候补"))
    assert rosa.shows("哪几天都行")
    assert await bookings(town) == []


# --- words ---------------------------------------------------------------------------------------------------


async def test_it_hands_words_that_find_nothing_to_the_duty_secretary(town: Town) -> None:
    await live(town, town.rosa)
    await books(town, town.rosa, "")
    await go(town, town.rosa.says("给我家金鱼算命"), town.rosa.presses("请值班员帮我办"), town.rosa.presses("报上去"))
    assert (await ticket(town))["words"] == "给我家金鱼算命"


async def test_it_hears_a_report_that_looked_like_a_booking(town: Town) -> None:
    await live(town, town.rosa)
    await go(town, town.rosa.says("我想给我妈办老年证"), town.rosa.presses("不是这些"))
    await go(town, town.rosa.presses("咨询"), town.rosa.presses("就是我自己"))
    assert "我想给我妈办老年证" in town.rosa.shows("请看看对不对").text


async def test_it_lets_danger_go_first(town: Town) -> None:
    await live(town, town.rosa)
    await books(town, town.rosa, "老年证", "给我自己", "知道了", "约好时间过来")
    await go(town, town.rosa.says("家里着火了"))
    assert (await ticket(town))["is_danger"]


async def test_it_hears_another_matter_meanwhile_and_goes_on(town: Town) -> None:
    await live(town, town.rosa)
    await books(town, town.rosa, "老年证", "给我自己", "知道了", "约好时间过来")
    await go(town, town.rosa.says("3栋2单元楼道灯坏了"), town.rosa.presses("报上去"))
    assert "哪天方便" in town.rosa.last.text
    assert (await ticket(town))["kind"] == "public_facilities"


@pytest.mark.parametrize(
    ("words", "answers"),
    [("楼门口垃圾没人收", ["环境卫生"]), ("家里老人没人照顾，想申请帮扶", ["帮扶救助", "就是我自己"])],
)
async def test_it_hears_a_report_with_an_address_instead_of_a_note(town: Town, words: str, answers: list[str]) -> None:
    await live(town, town.rosa)
    await books(town, town.rosa, "量血压", "给我自己", "上门来办")
    await go(town, town.rosa.says("明天"), town.rosa.presses("09:00"))
    assert "请看看对不对" in town.rosa.last.text
    await go(town, town.rosa.says(f"3栋2单元{words}"))
    assert "量血压" not in town.rosa.last.text
    for answer in (*answers, "报上去"):
        await go(town, town.rosa.presses(answer))
    assert words in (await ticket(town))["words"]
    assert words not in town.rosa.last.text
    assert "量血压" in town.rosa.last.text


async def test_it_takes_day_and_time_in_words(town: Town) -> None:
    await live(town, town.rosa)
    await books(town, town.rosa, "量血压", "给我自己", "上门来办")
    await go(town, town.rosa.says("下周二"))
    assert "12月1日（周二），几点上门" in town.rosa.last.text
    await go(town, town.rosa.says("三点吧"))
    assert "12月1日（周二） 15:00" in town.rosa.last.text


async def test_it_goes_to_the_day_that_the_sentence_named(town: Town) -> None:
    await live(town, town.rosa)
    await go(town, town.rosa.says("明天下午能来打针吗"), town.rosa.presses("上门打针"), town.rosa.presses("给我自己"))
    await go(town, town.rosa.presses("知道了"))
    assert "明天（周二），几点上门" in town.rosa.last.text
    assert "14:00" in town.rosa.buttons


async def test_it_answers_an_old_button_politely(town: Town) -> None:
    await agree(town, town.rosa)
    await books(town, town.rosa, "老年证", "给我自己")
    old = town.rosa.last
    await go(town, town.rosa.presses("知道了"), town.rosa.presses("✖ 取消"))
    await books(town, town.rosa, "老年证")
    data = press("choose", "read", "zzz")
    await go(town, town.rosa.forges(data, old.id))
    assert "过时" in town.rosa.alerts[-1].text


async def test_it_books_in_english(town: Town) -> None:
    rosa = town.rosa
    await agree(town, rosa)
    await go(
        town, rosa.says("/lang"), rosa.presses("English"), rosa.says("/book senior card"), rosa.presses("For myself")
    )
    await go(town, rosa.presses("go on"), rosa.presses("I come, at a time"), rosa.presses("24"), rosa.presses("09:00"))
    assert "tomorrow (Tue) 09:00–09:30" in rosa.last.text
    await go(town, rosa.presses("Book it"))
    assert len(await bookings(town)) == 1


async def test_it_hears_what_is_the_matter_while_the_card_waits(town: Town) -> None:
    await agree(town, town.rosa)
    await books(town, town.rosa, "老年证", "给我自己", "知道了", "约好时间过来", "24", "09:00")
    await go(town, town.rosa.says("3栋2单元楼道灯坏了"), town.rosa.presses("报上去"))
    (made,) = await tickets(town)
    assert (made["kind"], made["words"]) == ("public_facilities", "3栋2单元楼道灯坏了")
    await go(town, town.rosa.presses("就这样约"))
    (booking,) = await bookings(town)
    assert booking["note"] is None


async def test_it_says_that_nothing_was_found_and_offers_the_duty_secretary(town: Town) -> None:
    await agree(town, town.rosa)
    await books(town, town.rosa, "坐火箭")
    assert "没找到「坐火箭」" in town.rosa.last.text
    assert any("值班员" in one for one in town.rosa.buttons)
