"""Small changes of what is offered, made in chat: by whom, what they do at once, and what the audit keeps of them."""

import sqlalchemy as sa

from simulator.phone import Phone
from storage import schema
from storage.rules.catalogue import Fee, Service
from storage.rules.finding import find
from storage.rules.press import press
from storage.structure import apply, check, read
from tests.stories.chat import go
from tests.town import SAMPLE, Town


async def service(town: Town, code: str) -> Service:
    """A service as the bot knows it with the next message."""
    await town.app.ledger.refresh()
    return town.app.ledger.directory.catalogue.by_code[code]


async def opens(town: Town, phone: Phone, words: str) -> None:
    """Somebody looks a service up in /admin."""
    await go(town, phone.says("/admin"))
    await go(town, phone.presses("服务与菜单" if phone is not town.ada else "Services and menu"))
    await go(town, phone.says(words))


async def audited(town: Town) -> list[str]:
    """What the audit says was done."""
    return [row["what"] for row in await town.app.ledger.all(sa.select(schema.audit).order_by(schema.audit.c.id))]


async def test_it_switches_a_service_off_and_on(any_town: Town) -> None:
    town = any_town
    await opens(town, town.zhou, "修锁")
    assert town.zhou.shows("开锁修锁")
    await go(town, town.zhou.presses("暂停"))
    assert (await service(town, "locksmith")).is_off
    assert find(town.app.ledger.directory.catalogue, "修锁", "zh-CN", 8) == []
    await opens(town, town.zhou, "开锁修锁")
    await go(town, town.zhou.presses("恢复"))
    assert not (await service(town, "locksmith")).is_off
    assert (await audited(town))[-2:] == ["service_changed", "service_changed"]


async def test_it_books_nothing_that_is_off_but_keeps_its_name(town: Town) -> None:
    await opens(town, town.ada, "blood pressure")
    await go(town, town.ada.presses("Switch off"))
    found = await service(town, "blood-pressure")
    assert (found.ways, found.name) == ((), "量血压")
    assert found not in town.app.ledger.directory.catalogue.of_category(found.category_id)


async def test_it_changes_the_fee_and_the_number(town: Town) -> None:
    await opens(town, town.zhou, "打针")
    await go(town, town.zhou.presses("改收费"))
    await go(town, town.zhou.says("每次25元"))
    assert town.zhou.shows("收费已改成：每次25元")
    await go(town, town.zhou.presses("返回"))
    assert town.zhou.shows("每次25元")
    await go(town, town.zhou.presses("改电话"))
    await go(town, town.zhou.says("打给老王"))
    assert town.zhou.shows("不像电话号码")
    await go(town, town.zhou.says("0990-5550999"))
    found = await service(town, "injection")
    assert (found.fee, found.fee_words, found.phone) == (Fee.STATED, "每次25元", "0990-5550999")


async def test_it_makes_a_service_free(town: Town) -> None:
    await opens(town, town.ada, "Injection at home")
    await go(town, town.ada.presses("Change the fee"))
    await go(town, town.ada.presses("Free"))
    found = await service(town, "injection")
    assert (found.fee, found.fee_words, found.fee_words_en) == (Fee.FREE, None, None)


async def test_it_shuts_a_provider_for_a_day_and_opens_it_again(any_town: Town) -> None:
    town = any_town
    await opens(town, town.zhou, "量血压")
    await go(town, town.zhou.presses("社区卫生服务站"))
    await go(town, town.zhou.says("明天休息"))
    assert town.zhou.shows("已改为休息")
    found = await service(town, "blood-pressure")
    catalogue = town.app.ledger.directory.catalogue
    clinic = catalogue.provider_codes["clinic"]
    assert [one.days.text for one in catalogue.openings[clinic.id] if one.is_shut] == ["2026-11-24"]
    await opens(town, town.zhou, found.name)
    await go(town, town.zhou.presses("不休息"))
    await service(town, "blood-pressure")
    assert not [one for one in town.app.ledger.directory.catalogue.openings[clinic.id] if one.is_shut]


async def test_it_keeps_days_off_through_an_import(town: Town) -> None:
    await opens(town, town.zhou, "量血压")
    await go(town, town.zhou.presses("社区卫生服务站"))
    await go(town, town.zhou.presses("明天"))
    report = await apply(town.app.ledger.database, check(read(SAMPLE)), town.clock.now(), retire_missing=True)
    assert not report["openings"].missing
    await service(town, "blood-pressure")
    catalogue = town.app.ledger.directory.catalogue
    assert any(
        one.is_shut and "2026-11-24" in one.days.text
        for one in catalogue.openings[catalogue.provider_codes["clinic"].id]
    )


async def test_it_adds_a_dish_of_the_day(town: Town) -> None:
    await opens(town, town.zhou, "午餐")
    await go(town, town.zhou.presses("加今天的菜"))
    await go(town, town.zhou.says("红烧鱼 15"))
    assert town.zhou.shows("红烧鱼 15元")
    await service(town, "lunch")
    catalogue = town.app.ledger.directory.catalogue
    dish = next(one for one in catalogue.dishes[catalogue.provider_codes["canteen"].id] if one.name == "红烧鱼")
    assert (dish.price, dish.days.text) == ("15元", "2026-11-23")
    await opens(town, town.zhou, "午餐")
    await go(town, town.zhou.presses("去掉 红烧鱼"))
    await service(town, "lunch")
    assert "红烧鱼" not in {one.name for ones in town.app.ledger.directory.catalogue.dishes.values() for one in ones}


async def test_it_finds_services_on_their_shelves(town: Town) -> None:
    await go(town, town.ada.says("/admin"))
    await go(town, town.ada.presses("Services and menu"))
    await go(town, town.ada.presses("Home nursing"))
    await go(town, town.ada.presses("More ▶"))
    await go(town, town.ada.presses("Stoma care"))
    assert town.ada.shows("Stoma care")


async def test_it_is_for_administrators_and_community_secretaries_only(town: Town) -> None:
    found = await service(town, "locksmith")
    clinic = town.app.ledger.directory.catalogue.provider_codes["clinic"]
    await go(town, town.dan.says("/admin"))
    assert town.dan.shows("不归您办")
    for data in ("svcs", press("svcoff", found.id), press("svcset", found.id, "rest", clinic.id)):
        await go(town, town.dan.forges(data, town.dan.last.id))
        assert "不归您办" in town.dan.alerts[-1].text
    assert not (await service(town, "locksmith")).is_off


async def test_it_lets_a_secretary_change_nothing_else(town: Town) -> None:
    await go(town, town.zhou.says("/admin"))
    assert "➕ 邀请加入" not in town.zhou.buttons
    await go(town, town.zhou.forges("invite", town.zhou.last.id))
    assert "不归您办" in town.zhou.alerts[-1].text
