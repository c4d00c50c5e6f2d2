"""A notice and kill -9: it goes on by itself, and nobody is told twice."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from simulator.phone import Phone

from .process import Street, a_street, until

WORDS = "明天上午停水，请提前接好水。"


async def crowd(street: Street, size: int) -> list[Phone]:
    """People who live in one building and have started the bot."""
    (home,) = street.bot.rows("SELECT id FROM place WHERE code = 'jx-3-2'")
    phones = [street.sim.person(f"住户{number}", is_started=True) for number in range(size)]
    for phone in phones:
        street.bot.rows(
            "INSERT INTO person (id, telegram_id, name, home_id, created_at) VALUES (?, ?, ?, ?, 0)",
            *(phone.id, phone.id, phone.person.first_name, home["id"]),
        )
    return phones


QUESTIONS: Sequence[tuple[str, str, str]] = (
    ("写一条通知", "press", "写一条通知"),
    ("✖ 取消", "say", WORDS),
    ("第一网格", "say", "jx-3"),
    *((label, "press", label) for label in ("🏠 居民", "📢 通知", "不用", "马上发", "✅ 发给")),
)
"""The button that shows that a question is asked, and the answer to it."""


async def writes(street: Street) -> None:
    """The duty secretary writes it and presses the last button."""
    await street.dan.says("/notice")
    for button, deed, answer in QUESTIONS:
        await until(partial(is_asked, street.dan, button), button)
        await (street.dan.says(answer) if deed == "say" else street.dan.presses(answer))


def is_asked(phone: Phone, button: str) -> bool:
    return any(button in label for label in phone.buttons)


def copies(phone: Phone) -> int:
    return sum("停水" in message.text for message in phone.received)


def are_told(phones: Sequence[Phone], least: int) -> bool:
    return sum(map(copies, phones)) >= least


@pytest.mark.slow
async def test_it_tells_nobody_twice_however_often_it_is_killed(tmp_path: Path) -> None:
    async with a_street(tmp_path) as street:
        phones = await crowd(street, 150)
        await street.bot.start()
        await writes(street)
        for told in (20, 60, 100):
            await until(partial(are_told, phones, told), f"{told} were told", 40)
            await street.bot.kill()
            await street.bot.start()
        await until(lambda: street.bot.rows("SELECT 1 FROM notice WHERE state = 'ended'"), "it has ended", 60)
        rows = street.bot.rows("SELECT person_id, state FROM notice_recipient")
        states = {row["person_id"]: row["state"] for row in rows}
        assert {states[phone.id] for phone in phones} <= {"sent", "unknown"}
        assert all(copies(phone) == 1 for phone in phones if states[phone.id] == "sent")
        assert all(copies(phone) <= 1 for phone in phones)
