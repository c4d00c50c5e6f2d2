"""岗位 and 双报到: a post for a term, a home unit, who lacks something before the quarter ends, a unit that helps."""

from datetime import UTC, datetime, timedelta

import pytest

from simulator.phone import Phone
from storage import helpers, orders, organisations, posts, schema
from storage.changes import ChangeSet
from storage.directory import NEXT_VERSION, STRUCTURE_VERSION
from storage.keeping.belongings import Gathering
from storage.rules.errors import NotYours
from storage.rules.quarters import Quarter
from storage.work import Work
from tests.town import Town

from .chat import go, person
from .helping import asks, comes_home, holdings, in_chinese


@pytest.fixture
async def vera(town: Town) -> Phone:
    """薇拉 helps, and reads Chinese in these stories."""
    return await in_chinese(town, town.vera)


async def takes_a_post(town: Town, phone: Phone) -> None:
    """From 我 to 认领, by buttons alone."""
    await go(town, phone.says("/me"), phone.presses("我的岗位"), phone.presses("看看岗位"))
    await go(town, phone.presses("关爱老人"), phone.presses("手机辅导员"), phone.presses("认领"))


async def at(town: Town, moment: datetime) -> None:
    await town.advance(seconds=(moment - town.clock.now()).total_seconds())


async def test_it_gives_a_post_for_a_term(town: Town, vera: Phone) -> None:
    await takes_a_post(town, vera)
    assert vera.shows("手机辅导员」归您了，到 2027-11-23")
    await go(town, vera.presses("我的岗位"))
    assert "手机辅导员，到 2027-11-23" in vera.shows("岗位 1 个，服务 0 次").text
    await go(town, vera.presses("🎖 手机辅导员"), vera.presses("不做了"), vera.presses("是的，不做了"))
    assert vera.shows("让出来了")
    (row,) = await holdings(town)
    assert row["ended_at"] == town.clock.now()


async def test_it_asks_before_the_end_and_ends_it_in_time(town: Town, vera: Phone) -> None:
    await takes_a_post(town, vera)
    (row,) = await holdings(town)
    await at(town, row["until_at"] - posts.AHEAD)
    assert vera.shows("到 2027-11-23 满期。接着做吗")
    await go(town, vera.presses("接着做"))
    assert vera.shows("接着做，到 2028-11-23")
    await at(town, row["until_at"] + timedelta(days=1))
    assert (await holdings(town))[0]["ended_at"] is None
    await at(town, datetime(2028, 11, 24, 2, tzinfo=UTC))
    assert vera.shows("满期了，谢谢您")
    assert (await holdings(town))[0]["ended_at"] is not None


async def test_it_has_no_more_seats_than_there_are(town: Town, vera: Phone) -> None:
    ledger = town.app.ledger
    (post,) = [one for one in ledger.directory.helping.posts.values() if one.code == "peace-law"]
    assert post.seats == 2
    values = {"post_id": post.id, "from_at": town.clock.now(), "until_at": town.clock.now() + timedelta(days=9)}
    changes = ChangeSet()
    for seat, phone in enumerate((town.li, town.chen), 1):
        holder = await person(town, phone)
        changes.insert(schema.post_holding, id=seat, person_id=holder["id"], seat=seat, **values)
    await town.commit(changes)
    await go(town, vera.says("/me"), vera.presses("我的岗位"), vera.presses("看看岗位"), vera.presses("矛盾调解"))
    await go(town, vera.presses("法律咨询员"))
    assert vera.shows("人满了")
    assert not any("认领" in label for label in vera.buttons)


async def test_it_takes_a_member_home(town: Town, vera: Phone) -> None:
    nurse = town.nurse
    await go(town, vera.says("/me"), vera.presses("我的岗位"), vera.presses("我的单位"), vera.presses("青禾区人民医院"))
    assert vera.shows("等单位回话")
    assert nurse.shows("Vera 说自己是「青禾区人民医院」的人")
    await go(town, nurse.presses("不是"))
    assert vera.shows("说您不在他们那里")
    await comes_home(town, vera)
    assert vera.shows("双报到登记好了")
    await go(town, vera.says("/me"), vera.presses("我的岗位"))
    assert "🏢 青禾区人民医院" in vera.shows("每季度要 1 个岗位、2 次服务").text
    await go(town, nurse.says("/me"), nurse.presses("双报到单位"), nurse.presses("看人员"))
    assert nurse.shows("Vera：岗位 0 个，服务 0 次")
    await go(town, nurse.presses("✖ Vera"), nurse.presses("是的，不在了"))
    assert vera.shows("说您不在他们那里了")


async def test_it_asks_the_secretary_where_a_unit_has_no_contact(town: Town, vera: Phone) -> None:
    dan = town.dan
    await go(town, vera.says("/me"), vera.presses("我的岗位"), vera.presses("我的单位"), vera.presses("望湖街道司法所"))
    assert dan.shows("Vera 说自己是「望湖街道司法所」的人")
    await go(town, dan.presses("是我们的人"))
    assert vera.shows("望湖街道司法所 说您是他们的人")


async def test_it_reminds_those_who_lack_something_twice_and_no_more(town: Town, vera: Phone) -> None:
    """On 23 November the six weeks have begun: next is the morning two weeks before the end, then the next quarter."""
    zone = town.app.ledger.directory.calendar.zone
    await comes_home(town, vera)
    await at(town, Quarter(2026, 4).reminds_at(2, zone) - timedelta(minutes=1))
    assert not any("您还差" in one.text for one in vera.received)
    for quarter, weeks, count in ((Quarter(2026, 4), 2, 1), (Quarter(2027, 1), 6, 2), (Quarter(2027, 1), 2, 3)):
        await at(town, quarter.reminds_at(weeks, zone))
        told = [one.text for one in vera.received if "您还差" in one.text]
        assert len(told) == count
        assert f"还有 {weeks} 周。您还差 1 个岗位和 2 次服务" in told[-1]
        await town.restart()
        await town.advance(hours=2)
    await takes_a_post(town, vera)
    await at(town, Quarter(2027, 2).reminds_at(6, zone))
    assert vera.shows("您还差 2 次服务")


async def test_it_lets_a_unit_take_a_request_and_name_its_people(town: Town, vera: Phone) -> None:
    nurse = town.nurse
    await comes_home(town, vera)
    ticket_id = await asks(town)
    await go(town, nurse.says("/me"), nurse.presses("双报到单位"), nurse.presses("接一件事"))
    assert any("换灯泡" in label for label in nurse.buttons)
    await go(town, nurse.presses("换灯泡"))
    shown = nurse.shows("还缺 1 人").text
    assert "锦绣家园" in shown
    assert "3栋" not in shown
    assert "灯泡坏了" not in shown
    await go(town, nurse.presses("Vera 去"))
    assert nurse.shows("已经告诉 Vera 了")
    assert vera.shows("青禾区人民医院 请您去帮邻居")
    ledger = town.app.ledger
    (claim,) = await ledger.all(schema.claim.select())
    unit = ledger.directory.helping.of_contact[(await person(town, nurse))["id"]][0]
    assert (claim["ticket_id"], claim["organisation_id"]) == (ticket_id, unit.id)
    order = await orders.of(ledger, ticket_id)
    assert order is not None
    assert order["taken_by_id"] == unit.id


async def test_it_is_nobody_elses_unit(town: Town, vera: Phone) -> None:
    """Whoever is not the contact sees no unit in 我, and a pressed button of another's says so."""
    otto = town.rosa
    await comes_home(town, vera)
    await go(town, otto.says("/me"))
    assert not any("单位" in label or "岗位" in label for label in otto.buttons)
    work = Work.for_clock(town.app.ledger, town.clock.now())
    work.person = await person(town, vera)
    unit = next(iter(town.app.ledger.directory.helping.of_contact.values()))[0]
    with pytest.raises(NotYours):
        organisations.spoken_for(work, unit.id)
    with pytest.raises(NotYours):
        await organisations.name(work, unit.id, 1, work.person["id"])


async def test_it_lets_a_contact_go_themselves_and_see_where(town: Town, vera: Phone) -> None:
    """Whoever acts for a unit needs no role; who goes is known as a helper from then on."""
    chen = town.chen
    await go(town, chen.says("/start"))
    me, ledger = await person(town, chen), town.app.ledger
    (unit,) = [one for one in ledger.directory.helping.organisations.values() if one.code == "justice"]
    row = await ledger.get(schema.organisation, unit.id)
    assert row is not None
    changes = ChangeSet()
    changes.update(schema.organisation, row, contact_id=me["id"])
    changes.run(NEXT_VERSION, of=STRUCTURE_VERSION)
    await town.commit(changes)
    await asks(town)
    await go(town, chen.says("/me"), chen.presses("双报到单位"), chen.presses("接一件事"), chen.presses("换灯泡"))
    await go(town, chen.presses("陈叔 去"))
    (claim,) = await ledger.all(schema.claim.select())
    assert claim["person_id"] == me["id"]
    assert chen.shows("灯泡坏了")


async def test_it_shows_who_is_suspended_what_they_hold_and_gives_nothing_new(town: Town, vera: Phone) -> None:
    await comes_home(town, vera)
    await takes_a_post(town, vera)
    row = await helpers.of(town.app.ledger, (await person(town, vera))["id"])
    assert row is not None
    changes = ChangeSet()
    changes.update(schema.helper, row, suspended_at=town.clock.now())
    await town.commit(changes)
    await go(town, vera.says("/me"), vera.presses("我的岗位"))
    assert vera.shows("岗位 1 个")
    await go(town, vera.presses("看看岗位"))
    assert not any("关爱老人" in label for label in vera.buttons)


async def test_it_hands_out_what_is_kept_of_them(town: Town, vera: Phone) -> None:
    await comes_home(town, vera)
    await takes_a_post(town, vera)
    found = await Gathering(town.app.ledger, await person(town, vera), town.clock.now()).all()
    assert [one["post"] for one in found.data["posts"]] == ["手机辅导员"]
    assert found.data["helping"]["registration"]["unit"] == "青禾区人民医院"
