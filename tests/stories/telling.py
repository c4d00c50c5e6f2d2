"""What story tests begin with: somebody says something, agrees, sends it, and somebody takes it."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from simulator.phone import Phone
from storage import schema
from tests.town import Town

LAMP = "3栋2单元楼道灯坏了"
NOISE = "3栋2单元楼上半夜装修太吵"
GAS = "3栋2单元有很重的煤气味"
SHANGHAI = ZoneInfo("Asia/Shanghai")


async def reports(town: Town, who: Phone, words: str) -> None:
    """Say it, agree once, send it."""
    await who.says(words)
    await town.settle()
    if "同意，继续" in " ".join(_labels(who)):
        await who.presses("同意，继续")
        await town.settle()
    await who.presses("报上去")
    await town.settle()


async def presses(town: Town, who: Phone, *labels: str) -> None:
    """Press one button after the other."""
    for label in labels:
        await who.presses(label)
        await town.settle()


async def says(town: Town, who: Phone, words: str) -> None:
    """Say something and wait for what it does."""
    await who.says(words)
    await town.settle()


async def moves_to(town: Town, moment: str) -> None:
    """Move the clock to a moment on Shanghai's wall clock, "2026-11-24 07:30", and let happen what is due."""
    at = datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI).astimezone(UTC)
    await town.advance(seconds=(at - town.clock.now()).total_seconds())


async def ticket(town: Town) -> dict[str, Any]:
    """The newest ticket as the database has it."""
    query = sa.select(schema.ticket).order_by(schema.ticket.c.id.desc())
    row = await town.app.ledger.one(query)
    assert row is not None
    return dict(row)


async def history(town: Town) -> list[str]:
    """The events of the newest ticket, in order."""
    newest = await ticket(town)
    query = sa.select(schema.history).where(schema.history.c.ticket_id == newest["id"]).order_by(schema.history.c.id)
    return [row["event"] for row in await town.app.ledger.all(query)]


def count(who: Phone, text: str) -> int:
    """How many messages on a screen say something."""
    return sum(text in (one.text or "") for one in who.received)


def local(at: datetime) -> str:
    """A moment on Shanghai's wall clock."""
    return f"{at.astimezone(SHANGHAI):%m-%d %H:%M}"


def _labels(who: Phone) -> list[str]:
    return [str(one) for one in who.buttons]
