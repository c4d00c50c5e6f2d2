"""Papers told once, mandate and originals with both confirmations, and the calendar file: as a chat."""

import io
from datetime import timedelta

import pypdf
from icalendar import Calendar

from simulator.phone import Phone
from storage import bookings, schema, slots
from storage.ledger import Row
from storage.rules.catalogue import Way
from storage.rules.press import press
from storage.work import Work
from tests.town import Town

from .chat import go, person
from .test_family import link


async def books(town: Town, code: str = "senior-card") -> Row:
    """王阿姨 has booked a visit with 小叶 for tomorrow."""
    if not town.rosa.received:
        await go(town, town.rosa.starts(), town.rosa.presses("同意，继续"))
    return await booked_for(town, await person(town, town.rosa), code)


async def booked_for(town: Town, owner: Row, code: str = "senior-card") -> Row:
    work = Work.for_clock(town.app.ledger, town.clock.now())
    directory = town.app.ledger.directory
    service = directory.catalogue.by_code[code]
    place_id = directory.by_code["jx-3-2"].id
    day = directory.calendar.to_local(town.clock.now()).date() + timedelta(days=1)
    ye = directory.catalogue.provider_codes["agent-ye"].id
    free = [one for one in await slots.free(work, service, Way.AT_HOME, place_id, day) if one.provider_id == ye]
    wanted = bookings.Wanted(service.id, Way.AT_HOME, owner["id"], owner["id"], service.name, place_id, "1502")
    made = await bookings.book(work, wanted, free[0])
    await town.commit(work.finish())
    await town.settle()
    row = await town.app.ledger.get(schema.ticket, made["id"])
    assert row is not None
    return row


async def takes(town: Town, ye: Phone, of: Row, *labels: str) -> None:
    """小叶 writes down that originals go along."""
    await go(town, ye.forges(press("bpaper", of["id"]), ye.last.id), ye.presses("带走原件"))
    await go(town, *(ye.presses(label) for label in labels), ye.presses("就这些"))


async def gives_back(town: Town, ye: Phone, of: Row) -> None:
    await go(town, ye.forges(press("bpaper", of["id"]), ye.last.id), ye.presses("归还原件"), ye.presses("就这些"))


async def cancels(town: Town, of: Row) -> None:
    """王阿姨 gives her time back."""
    work = Work.for_clock(town.app.ledger, town.clock.now())
    work.person = await person(town, town.rosa)
    await bookings.cancel(work, dict(of), "solved")
    await town.commit(work.finish())
    await town.settle()


def documents(town: Town, phone: Phone) -> list[bytes]:
    """The files in a chat, in order."""
    found = [one.body["document"] for one in phone.messages if "document" in one.body]
    return [file.data for one in found if (file := town.sim.world.files.get(one["file_id"])) is not None]


def words_of(pdf: bytes) -> str:
    """What stands in a PDF, as another program reads it."""
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).replace("\n", "")


async def test_it_tells_all_papers_in_one_message_to_keep(town: Town) -> None:
    of = await books(town)
    before = len(town.rosa.received)
    await go(town, town.rosa.forges(press("bpapers", of["id"]), town.rosa.last.id))
    told = town.rosa.shows("要带什么").text
    assert [one in told for one in ("☐ 身份证原件", "☐ 户口簿原件", "免费", "不用拍照发来")] == [True] * 4
    assert len(town.rosa.received) == before + 1


async def test_it_says_plainly_who_has_to_come(town: Town) -> None:
    of = await books(town, "pension-check")
    await go(town, town.rosa.forges(press("bpapers", of["id"]), town.rosa.last.id))
    assert "必须本人到场" in town.rosa.shows("要带什么").text


async def test_it_gives_both_a_sheet_with_both_confirmations(town: Town) -> None:
    of, ye = await books(town), town.ye
    await takes(town, ye, of, "身份证", "户口本")
    assert "身份证" in town.rosa.shows("要带走这些原件").text
    assert documents(town, town.rosa) == []
    await town.advance(minutes=5)
    await go(town, town.rosa.presses("对，确认"))
    for phone in (town.rosa, ye):
        words = words_of(documents(town, phone)[-1])
        for one in ("王阿姨", "小叶", "老年证", "身份证", "户口本", "09:30", "09:35"):
            assert one in words, (phone.id, one)


async def test_it_finishes_nothing_while_originals_are_out(town: Town) -> None:
    of, ye = await books(town), town.ye
    await takes(town, ye, of, "身份证")
    await go(town, town.rosa.presses("对，确认"), ye.forges(press("finish", of["id"]), ye.last.id))
    assert "归还原件" in ye.alerts[-1].text
    await gives_back(town, ye, of)
    await go(town, ye.forges(press("finish", of["id"]), ye.last.id))
    assert (await state(town, of)) == "accepted"  # a yes is still waited for
    await go(town, town.rosa.presses("对，确认"), ye.forges(press("finish", of["id"]), ye.last.id))
    assert (await state(town, of)) == "done"


async def state(town: Town, of: Row) -> str:
    row = await town.app.ledger.get(schema.ticket, of["id"])
    assert row is not None
    return str(row["state"])


async def test_it_writes_other_originals_in_words(town: Town) -> None:
    of, ye = await books(town), town.ye
    await go(town, ye.forges(press("bpaper", of["id"]), ye.last.id), ye.presses("带走原件"))
    await go(town, ye.says("出院小结、X光片"), ye.presses("X光片"), ye.presses("就这些"))
    asked = town.rosa.shows("要带走这些原件").text
    assert ("出院小结" in asked, "X光片" in asked) == (True, False)


async def test_it_takes_a_no_for_a_no(town: Town) -> None:
    of, ye = await books(town), town.ye
    await takes(town, ye, of, "户口本")
    await go(town, town.rosa.presses("不对"))
    assert ye.shows("对方说单子不对")
    await go(town, ye.presses("委托和交接"))
    assert "没有原件在外面" in ye.last.text
    assert documents(town, ye) == []


async def test_it_writes_a_mandate_that_can_be_signed_by_hand(town: Town) -> None:
    of, ye = await books(town), town.ye
    await go(town, ye.forges(press("bpaper", of["id"]), ye.last.id), ye.presses("委托书"))
    await go(town, town.rosa.presses("对，确认"))
    words = words_of(documents(town, town.rosa)[-1])
    assert [one in words for one in ("委托书", "不得转给他人", "身份证号", "签名")] == [True] * 4


async def test_it_keeps_a_picture_of_what_an_elder_signed_on_paper(town: Town) -> None:
    async with town.app.database.writing() as connection:
        values = {"id": 77, "name": "李奶奶", "language": "zh-CN", "created_at": town.clock.now()}
        await connection.execute(schema.person.insert().values(**values))
    owner = await town.app.ledger.get(schema.person, 77)
    assert owner is not None
    of, ye = await booked_for(town, owner), town.ye
    await takes(town, ye, of, "身份证")
    assert "没有用手机" in ye.last.text
    await go(town, ye.presses("纸上签了字"), ye.says("签好了"))
    assert documents(town, ye) == []
    await go(town, ye.sends_photo())
    words = words_of(documents(town, ye)[-1])
    assert ("李奶奶" in words, "在纸上签字" in words) == (True, True)


async def test_it_lets_only_the_resident_s_side_confirm(town: Town) -> None:
    of, ye = await books(town), town.ye
    await takes(town, ye, of, "身份证")
    (row,) = await town.app.ledger.all(schema.paper.select())
    await go(town, town.otto.says("你好"))
    for phone in (town.otto, ye, town.wei):
        await go(town, phone.forges(press("bpaperyes", row["id"]), phone.last.id if phone.received else 1))
    assert (await town.app.ledger.all(schema.paper.select()))[0]["confirmed_at"] is None
    await go(town, town.otto.forges(press("bpapers", of["id"]), town.otto.last.id))
    assert "不归您办" in town.otto.alerts[-1].text


async def test_it_gives_originals_back_after_the_matter_is_over(town: Town) -> None:
    of, ye = await books(town), town.ye
    await takes(town, ye, of, "身份证")
    await go(town, town.rosa.presses("对，确认"))
    await cancels(town, of)
    assert (await state(town, of)) == "withdrawn"
    await gives_back(town, ye, of)
    await go(town, town.rosa.presses("对，确认"))
    assert "归还" in words_of(documents(town, ye)[-1])


async def test_it_notes_it_in_the_calendar_and_moves_it_there(town: Town) -> None:
    of = await books(town)
    await go(town, town.rosa.forges(press("bics", of["id"]), town.rosa.last.id))
    work = Work.for_clock(town.app.ledger, town.clock.now())
    row = await bookings.of(town.app.ledger, of["id"])
    assert row is not None
    service = town.app.ledger.directory.catalogue.services[row["service_id"]]
    day = town.app.ledger.directory.calendar.to_local(row["starts_at"]).date()
    later = (await slots.free(work, service, Way.AT_HOME, of["place_id"], day))[-1]
    await bookings.reschedule(work, dict(of), later)
    await town.commit(work.finish())
    await go(town, town.rosa.forges(press("bics", of["id"]), town.rosa.last.id))
    first, moved = ((Calendar.from_ical(one)).events[0] for one in documents(town, town.rosa))
    assert (first.start, moved.start) == (row["starts_at"], later.starts_at)
    assert (str(first["uid"]), first.sequence, moved.sequence) == (str(moved["uid"]), 0, 1)
    assert str(first["summary"]) == "老年证"


async def test_it_takes_what_was_cancelled_out_of_the_calendar(town: Town) -> None:
    of = await books(town)
    await go(town, town.rosa.presses("记进手机日历"))
    await cancels(town, of)
    await go(town, town.rosa.presses("从日历里去掉"))
    first, gone = (Calendar.from_ical(one).events[0] for one in documents(town, town.rosa))
    assert (str(gone["uid"]), str(gone["status"])) == (str(first["uid"]), "CANCELLED")
    assert gone.sequence > first.sequence
    assert town.rosa.shows("日历里就会去掉")


async def test_it_prepares_what_is_taken_along_and_given_back_from_the_card(town: Town) -> None:
    await books(town)
    await go(town, town.ye.presses("委托和交接"), town.ye.presses("带走原件"), town.ye.presses("身份证"))
    await go(town, town.ye.presses("就这些"), town.rosa.presses("对，确认"))
    assert town.rosa.shows("1 样原件")
    assert town.ye.shows("1 样原件没还")


async def test_it_lets_family_confirm_as_long_as_the_link_holds(town: Town) -> None:
    await link(town)
    of, ye = await books(town), town.ye
    await takes(town, ye, of, "身份证")
    assert town.daughter.shows("要带走这些原件")
    await takes(town, ye, of, "户口本")
    await go(town, town.daughter.presses("对，确认"))
    assert "（家人）" in words_of(documents(town, ye)[-1])
    await go(town, town.rosa.presses("👤 我"), town.rosa.presses("家人"), town.rosa.presses("小王"))
    await go(town, town.rosa.presses("是，不再关联"))
    (open_sheet,) = [one for one in await town.app.ledger.all(schema.paper.select()) if one["confirmed_at"] is None]
    await go(town, town.daughter.forges(press("bpaperyes", open_sheet["id"]), town.daughter.last.id))
    assert "不归您办" in town.daughter.alerts[-1].text
