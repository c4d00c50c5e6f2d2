"""How often Telegram is called for one ticket, counted with the simulator: no time is measured here."""

import asyncio
from collections import Counter
from pathlib import Path

import sqlalchemy as sa

from storage.schema import attachment
from tests.town import Town, a_town

from .sample import Sample, Stage

COPY_SECONDS = 20
SENTENCES = ("3栋2单元楼道灯坏了", "3栋1单元垃圾没人收")


async def calls(stage: Stage) -> Sample:
    """A known resident reports in one sentence; a grid worker accepts and finishes; it is confirmed and rated."""
    with stage.fresh() as folder:
        async with a_town(Path(folder), f"sqlite:///{folder}/linli.sqlite3") as town:
            await town.rosa.says(SENTENCES[0])
            await town.settle()
            await town.rosa.presses("同意，继续")
            await _to_the_rating(town)
            await town.rosa.presses("没有了")
            await town.settle()
            await _until_copied(town)
            before = len(town.sim.record.calls())
            await town.rosa.says(SENTENCES[1])
            await _to_the_rating(town)
            await _until_copied(town)
            made = Counter(call.method for call in town.sim.record.calls()[before:] if call.method != "getUpdates")
    return Sample({"api_calls_per_ticket": float(made.total())}, {"calls_of_one_ticket": dict(made)})


async def _to_the_rating(town: Town) -> None:
    """From the card to be sent to the fifth star."""
    await town.settle()
    await town.rosa.presses("报上去")
    await town.settle()
    worker = town.wei
    await worker.presses("接单")
    await town.settle()
    await worker.presses("办好了")
    await town.settle()
    await worker.sends_photo("换好了")
    await town.settle()
    await town.rosa.presses("是的，办好了")
    await town.settle()
    await town.rosa.presses("非常满意")
    await town.settle()


async def _until_copied(town: Town) -> None:
    """The worker's photo is fetched into the media store after a while: that is a call too."""
    waiting = sa.select(attachment.c.id).where(attachment.c.copy_state == "waiting")
    async with asyncio.timeout(COPY_SECONDS):
        while True:
            if await town.app.ledger.one(waiting) is None:
                return
            await asyncio.sleep(0.1)
