"""The residents of the benchmark: what they say, when they go on, how long they waited."""

import asyncio

from bench.town import FIRST_USER, Town


def buttons(*data: str) -> dict[str, object]:
    return {"inline_keyboard": [[{"text": "x", "callback_data": one}] for one in data]}


async def test_it_goes_on_when_everything_was_answered() -> None:
    town = Town(1, answers=[1, 2, 1, 1, 1, 1])
    talk = asyncio.create_task(town.converse([FIRST_USER]))
    await asyncio.sleep(0)
    town.hear(FIRST_USER, {}, buttons("consent"))
    town.hear(FIRST_USER, {}, None)
    assert [one.get("message", {}).get("text") for one in town.waiting] == ["/report", None]
    town.hear(FIRST_USER, {}, None)
    assert town.waiting[-1]["message"]["text"] == "厨房水龙头一直漏水"
    talk.cancel()


async def test_it_presses_the_button_that_is_shown() -> None:
    town = Town(1)
    town.say(town.residents[FIRST_USER])
    town.hear(FIRST_USER, {}, buttons("choose:send:x", "consent:7"))
    assert town.waiting[-1]["callback_query"]["data"] == "consent:7"


async def test_it_counts_the_wait_from_when_it_was_time_to_speak() -> None:
    town = Town(1, is_closed=False)
    who = town.residents[FIRST_USER]
    town.say(who, said_at=1.0)
    who.late.append(2.0)
    town.hear(FIRST_USER, {}, None)
    town.hear(FIRST_USER, {}, None)
    assert [at for at, _ in town.waits] == [1.0, 2.0]


async def test_everybody_lives_somewhere_else() -> None:
    assert len({one.address for one in Town(500).residents.values()}) == 500
