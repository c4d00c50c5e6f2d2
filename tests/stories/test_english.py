"""The resident's side in English, from the first word to the stars: no Chinese but names."""

import re

from simulator.phone import Phone
from tests.town import Town

from .asking import helps, order
from .chat import finish, go, ticket

NAMES = re.compile("小魏|老李|丹姐|邻里|中文|请选择语言|王阿姨")
CHINESE = re.compile(r"[\u4e00-\u9fff]+")


def chinese_on(phone: Phone) -> list[str]:
    """Every Chinese word that the bot shows, names and the choice of language left out."""
    shown = [message.text for message in phone.received] + [alert.text for alert in phone.alerts]
    shown += [button["text"] for message in phone.received for row in message.inline_rows for button in row]
    shown += [button["text"] for row in (phone.keyboard or {"keyboard": []})["keyboard"] for button in row]
    return [word for text in shown for word in CHINESE.findall(NAMES.sub("", text))]


def anna(town: Town) -> Phone:
    """A resident whose Telegram speaks English."""
    return town.sim.person("Anna", user_id=7002, language="en-GB", is_started=True)


async def test_it_speaks_english_from_the_report_to_the_stars(town: Town) -> None:
    phone = anna(town)
    await go(
        town, phone.says("The lift in building 3 unit 2 is broken"), phone.presses("I agree"), phone.presses("Send")
    )
    await go(
        town,
        town.wei.presses("接单"),
        town.wei.presses("更多"),
        town.wei.presses("问居民"),
        town.wei.says("Which floor?"),
    )
    await go(town, phone.presses("Answer"), phone.says("the third"))
    await finish(town, town.wei, "fixed")
    await go(town, phone.presses("Not yet"), phone.says("It stopped again"))
    await finish(town, town.wei, "fixed again")
    await go(town, phone.says("fixed"), phone.presses("★★ Not quite"), phone.says("took long"))
    assert (await ticket(town))["rating_words"] == "took long"
    assert chinese_on(phone) == []


async def test_it_speaks_english_in_every_list_and_edit(town: Town) -> None:
    phone = anna(town)
    await go(town, phone.starts(), phone.presses("I agree"), phone.presses("Report"), phone.sends_photo())
    await go(town, phone.presses("No danger"), phone.presses("Environment"), phone.says("building 99"))
    await go(town, phone.says("building 5"), phone.presses("Huaiyin Lane Building 5"), phone.presses("Somebody else"))
    await go(town, phone.presses("My mother"), phone.presses("Anonymous"), phone.presses("Send"))
    await go(town, phone.presses("My matters"), phone.presses("Settled"), phone.presses("Me"), phone.presses("Home"))
    await go(town, phone.says("building 3 unit 2"), phone.says("1502"), phone.presses("Me"), phone.presses("Family"))
    await go(town, phone.presses("Ask family"), phone.presses("How it works"), phone.says("/privacy"))
    await go(town, phone.says("how is my matter going?"), phone.presses("Not needed"), phone.presses("A mistake"))
    assert (await ticket(town))["state"] == "withdrawn"
    assert chinese_on(phone) == []


async def test_it_speaks_english_in_danger(town: Town) -> None:
    phone = anna(town)
    await go(town, phone.says("Fire! The kitchen is burning, building 3 unit 2"), phone.says("please hurry"))
    await go(town, phone.says("/sos"), town.wei.presses("我去处理"), town.wei.presses("到场"))
    assert phone.shows("on site")
    assert chinese_on(phone) == []


async def test_it_keeps_the_language_that_was_chosen(town: Town) -> None:
    await go(town, town.rosa.says("/lang"), town.rosa.presses("English"), town.rosa.says("hello"))
    assert town.rosa.shows("Hello")
    await go(town, town.rosa.says("/lang"), town.rosa.presses("中文"), town.rosa.starts())
    assert town.rosa.shows("您好")


async def test_it_speaks_english_when_neighbours_are_asked(town: Town) -> None:
    phone, vera = anna(town), town.vera
    await helps(town, vera)
    await go(
        town, phone.starts(), phone.presses("I agree"), phone.presses("Ask for help"), phone.presses("Change a bulb")
    )
    await go(
        town, phone.says("building 3 unit 2 room 1502"), phone.says("tomorrow 3pm"), phone.presses("Ask neighbours")
    )
    await go(town, phone.presses("Change"), phone.presses("How many"), phone.presses("2"))
    await go(town, town.li.presses("核验通过"), vera.presses("I will help"), phone.presses("Enough, begin"))
    await go(town, phone.presses("Send a message"), phone.says("Please ring twice"), vera.presses("Answer"))
    await go(town, vera.says("I will"), vera.presses("Done"), phone.presses("Yes, it is done"), phone.presses("★★★★★"))
    await go(town, phone.says("thank you"), phone.presses("A problem"), phone.says("The stairs are dark"))
    assert (await ticket(town))["stars"] == 5
    word = (await order(town, (await ticket(town))["id"]))["code_word"]
    assert {*chinese_on(phone), *chinese_on(vera)} == {word}, "it is said in Chinese, and stands there as it sounds"
