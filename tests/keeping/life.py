"""王阿姨's year with Linli, told so that something of hers stands wherever something can stand."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from simulator.group import Group
from simulator.phone import Phone
from storage import bookings, schema, slots, waitlist
from storage.rules.catalogue import Way
from storage.rules.waiting import Part, Window
from storage.work import Work
from tests.media.pictures import telling
from tests.stories.chat import finish, go, reports, tickets
from tests.stories.test_filing import files
from tests.stories.test_triage import looks_up
from tests.town import Town

ACCOUNT = 770_011_223_344
PHONE = "19988877766"
MARKS = ("王阿姨", str(ACCOUNT), PHONE, "胰岛素", "1502", "门垫", "大女儿", "三花猫", "蓝色的门")
"""Her name, account and telephone, her illness, her room, and words that nobody else says."""
VOICE = b"OggS" + b"the voice of Rosa" * 20


@dataclass
class Life:
    """What the story made."""

    rosa: Phone
    picture: bytes = field(default_factory=lambda: telling("JPEG"))
    group: Group | None = None


def rosa_of(town: Town) -> Phone:
    """王阿姨 with an account number as long as real ones are."""
    return town.sim.person("王阿姨", user_id=ACCOUNT, phone_number=PHONE, is_started=True)


async def lived(town: Town) -> Life:
    """Everything that can happen: closed, merged, joined, filed for her, for her by her daughter; one thing open."""
    life = Life(rosa_of(town))
    await _settles_in(town, life)
    await _is_ill(town, life)
    await _has_a_family(town, life)
    await _meets_neighbours(town, life)
    await _rings(town, life)
    await _books(town)
    await reports(town, life.rosa, "3栋2单元1502室暖气不热，胰岛素要放阴凉处")
    while await town.app.media.turn():
        pass
    return life


async def _settles_in(town: Town, life: Life) -> None:
    rosa = life.rosa
    await go(town, rosa.starts(), rosa.presses("同意，继续"))
    await go(town, rosa.presses("👤 我"), rosa.presses("改电话"), rosa.presses("分享我的电话"))
    life.group = town.sim.group("3栋邻居群", rosa, town.wei, is_bot_admin=True)
    await go(town, rosa.in_group(life.group).says("我家1502有一只三花猫走丢了"))
    await go(town, rosa.in_group(life.group).says("/my"))


async def _is_ill(town: Town, life: Life) -> None:
    """A matter from its beginning to the stars, with a picture, a voice, a question and a low rating."""
    rosa, wei = life.rosa, town.wei
    await go(town, rosa.says("3栋2单元1502室水管漏水，我在打胰岛素，走不开"))
    await go(town, rosa.sends_photo("蓝色的门", data=life.picture), rosa.sends_voice(data=VOICE))
    await go(town, rosa.presses("报上去"))
    await go(town, wei.presses("接单"), wei.presses("更多"), wei.presses("问居民"), wei.says("钥匙在哪里？"))
    await go(town, rosa.presses("回答"), rosa.says("在1502的门垫下面"))
    await finish(town, wei, "王阿姨家的水管换好了")
    await go(town, rosa.presses("是的，办好了"), rosa.presses("★★ 不太满意"), rosa.says("来晚了，胰岛素都热了"))


async def _has_a_family(town: Town, life: Life) -> None:
    rosa, daughter = life.rosa, town.daughter
    await go(town, daughter.starts(), daughter.presses("同意，继续"))
    await go(town, rosa.presses("👤 我"), rosa.presses("家人"), rosa.presses("请家人帮我"), rosa.presses("复制链接"))
    await go(town, daughter.opens(rosa.person.clipboard or ""), daughter.presses("好，我来帮"))
    await go(town, daughter.says("3栋2单元门禁坏了，大女儿替她说"), daughter.presses("替别人报"))
    await go(town, daughter.presses("王阿姨"), daughter.presses("报上去"))
    await go(town, daughter.presses("不用办了"), daughter.presses("已经解决了"))


async def _meets_neighbours(town: Town, life: Life) -> None:
    """She joins 陈叔's matter, and another of hers is merged into one of his."""
    rosa, chen = life.rosa, town.chen
    await reports(town, chen, "3栋1单元垃圾堆在门口好几天了")
    await go(town, rosa.says("3栋1单元门口垃圾太臭，我的三花猫都不敢出去"), rosa.presses("环境卫生"))
    await go(town, rosa.presses("报上去"), rosa.presses("一起跟进"))
    await reports(town, chen, "3栋1单元楼道灯坏了")
    await reports(town, rosa, "3栋2单元楼道的灯也不亮，蓝色的门那里")
    await looks_up(town, (await tickets(town))[-1])
    await go(town, town.dan.presses("并到另一件"), town.dan.presses("楼道灯坏了"), town.dan.presses("确定合并"))


async def _rings(town: Town, life: Life) -> None:
    """She has no patience for the chat and rings; 老李 writes it down once, and begins to a second time."""
    await files(town, town.li, f"王阿姨 {PHONE}", "3栋2单元1502室马桶堵了，走不动")
    row = (await tickets(town))[-1]
    await go(town, town.dan.says("/start"))
    await go(town, town.li.says("/tasks"), town.li.presses("代录"), town.li.says(f"王阿姨 {PHONE}"))
    assert row["owner_id"] == (await _owner_of(town))


async def _books(town: Town) -> None:
    """A visit with originals that went along and came back, a time kept, a place in a line, a line in the register."""
    rosa = await _at_her_desk(town)
    directory = town.app.ledger.directory
    service, place_id = directory.catalogue.by_code["senior-card"], directory.by_code["jx-3-2"].id
    day = directory.calendar.to_local(town.clock.now()).date() + timedelta(days=1)
    ways = await slots.free(rosa, service, Way.AT_HOME, place_id, day)
    me = rosa.person["id"] if rosa.person else 0
    wanted = bookings.Wanted(service.id, Way.AT_HOME, me, me, "老年证", place_id, "1502", note="蓝色的门，敲三下")
    ticket = await bookings.book(rosa, wanted, ways[0])
    ids = {"ticket_id": ticket["id"], "made_by": ticket["assignee_id"], "made_at": rosa.now, "confirmed_by": me}
    for nth, kind in enumerate(("taken", "returned")):
        rosa.changes.insert(
            schema.paper, id=rosa.new_id() + nth, kind=kind, items="胰岛素的病历", confirmed_at=rosa.now, **ids
        )
    rosa.changes.insert(
        schema.support, id=rosa.new_id(), person_id=me, reason="unable", registered_by=me, registered_at=rosa.now
    )
    window = Window(rosa.now, rosa.now + timedelta(days=9), Part.ANY)
    await waitlist.join(rosa, replace(wanted, note="三花猫怕生"), window)
    await town.commit(rosa.finish())
    again = await _at_her_desk(town)
    await slots.hold(again, me, service, ways[-1])
    await town.commit(again.finish())
    await town.settle()


async def _at_her_desk(town: Town) -> Work:
    work = Work.for_clock(town.app.ledger, town.clock.now())
    work.person = await town.app.ledger.get(schema.person, await _owner_of(town))
    return work


async def _owner_of(town: Town) -> int:
    person = schema.person
    row = await town.app.ledger.one(person.select().where(person.c.telegram_id == ACCOUNT))
    assert row is not None
    number: int = row["id"]
    return number
