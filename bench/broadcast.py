"""A notice goes out to ten thousand people at Telegram's pace: do those who write, or are in danger, wait for it?"""

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from storage import notices, people, schema
from storage.engine import Database
from storage.ids import new_id
from storage.ledger import Ledger
from storage.numbers import Numbers
from storage.work import Work

from .api import Api
from .contenders import LINLI_PACED, database, serving
from .growing import FIRST_RESIDENT, prepare
from .moment import MONDAY
from .sample import Sample, Stage
from .town import REPORT, Resident, Town, text

PEOPLE, PEOPLE_QUICK = 10_000, 200
SECONDS, SECONDS_QUICK = 60, 6
SAYINGS_PER_SECOND = 2.0
PAUSE_SECONDS = 3.0  # between two messages of one resident
ALARM_EVERY_SECONDS = 3.0
GOING = 40  # messages of the notice that are out before anything is measured
AUTHOR = 3001  # 丹姐 of the sample community
LIMIT_SECONDS = 180
DANGER = text("{address}有很重的煤气味")


class Street(Town):
    """Residents who talk, those who are in danger, and everybody who gets the notice."""

    def __init__(self, users: int, answers: list[int]) -> None:
        super().__init__(users, answers=answers, is_closed=False)
        self.alarms: list[float] = []
        self.noticed = 0
        self.is_going = asyncio.Event()
        self.all_alarmed = asyncio.Event()
        self._alarmed: dict[str, float] = {}

    def alarm(self, who: Resident) -> None:
        """Somebody smells gas."""
        self._alarmed[who.address] = time.perf_counter()
        self.all_alarmed.clear()
        self.put(who, DANGER)

    def hear(self, chat_id: int, params: dict[str, Any], markup: Any) -> int:
        """Who is called first goes; that is the grid worker, who is called together with the others of the tier."""
        if chat_id >= FIRST_RESIDENT:
            self.noticed += 1
            if self.noticed == GOING:
                self.is_going.set()
        elif chat_id not in self.residents:
            said = str(params.get("text", ""))
            for address in [one for one in self._alarmed if one in said]:
                self.alarms.append(time.perf_counter() - self._alarmed.pop(address))
            if not self._alarmed:
                self.all_alarmed.set()
        return super().hear(chat_id, params, markup)


async def broadcast(stage: Stage) -> Sample:
    """The wait for an answer, and for the alarm of a danger, while the notice goes out."""
    answers = (await stage.rehearsal()).answers
    seconds = stage.many(SECONDS, SECONDS_QUICK)
    talkers, endangered = int(seconds * SAYINGS_PER_SECOND / len(REPORT)), int(seconds / ALARM_EVERY_SECONDS)
    street = Street(talkers + endangered, answers)
    everybody = list(street.residents)
    api = Api(street)
    with stage.fresh() as folder:
        await _write_notice(folder, stage.many(PEOPLE, PEOPLE_QUICK))
        async with asyncio.timeout(LIMIT_SECONDS), serving(LINLI_PACED, folder, api):
            await street.is_going.wait()
            began_at, before = time.perf_counter(), street.noticed
            async with asyncio.TaskGroup() as together:
                together.create_task(street.speak_by_the_clock(everybody[:talkers], SAYINGS_PER_SECOND, PAUSE_SECONDS))
                together.create_task(_alarms(street, everybody[talkers:]))
            sent = (street.noticed - before) / (time.perf_counter() - began_at)
    return _sample(street, sent)


async def _alarms(street: Street, users: list[int]) -> None:
    for user_id in users:
        street.alarm(street.residents[user_id])
        await asyncio.sleep(ALARM_EVERY_SECONDS)
    await street.all_alarmed.wait()


def _sample(street: Street, sent: float) -> Sample:
    talk, alarms = sorted(seconds for _, seconds in street.waits), sorted(street.alarms)
    figures = {
        "interactive_p99_during_broadcast_s": talk[int(len(talk) * 0.99)],
        "alarm_p99_during_broadcast_s": alarms[int(len(alarms) * 0.99)],
    }
    run: Mapping[str, float] = {
        "interactive_p50_s": talk[len(talk) // 2],
        "alarm_p50_s": alarms[len(alarms) // 2],
        "alarms": len(alarms),
        "notices_per_s": sent,
    }
    return Sample(figures, {"during_broadcast": run})


async def _write_notice(folder: Path, count: int) -> None:
    """The sample community with so many residents, its whole staff on Telegram, and a notice of the duty secretary."""
    await prepare(database(folder))
    opened = await Database.open(database(folder))
    await opened.write(lambda connection: _move_in(connection, count))
    ledger = await Ledger.open(opened)
    author = (await people.by_telegram_ids(ledger, [AUTHOR]))[AUTHOR]
    work = Work(ledger, MONDAY, Numbers(opened), person=author, telegram_id=AUTHOR, chat_id=AUTHOR)
    work.grants = await people.grants_of(ledger, [author["id"]])
    community = ledger.directory.community_of(None)
    place_id = community.id if community is not None else 0
    notices.create(
        work, author=author, place_id=place_id, words="明天 9 点到 12 点停水，请提前接水。", has_receipt=True
    )
    await ledger.commit([work.finish()])
    await opened.close()


def _move_in(connection: sa.Connection, count: int) -> None:
    person, place = schema.person, schema.place
    homes = list(connection.scalars(sa.select(place.c.id).where(place.c.level == "unit").order_by(place.c.id)))
    connection.execute(sa.update(person).where(person.c.telegram_id.is_(None)).values(telegram_id=person.c.id % 10**9))
    connection.execute(
        sa.insert(person),
        [
            {
                "id": new_id(MONDAY),
                "telegram_id": FIRST_RESIDENT + number,
                "name": "居民",
                "home_id": homes[number % len(homes)],
                "consented_at": MONDAY,
                "created_at": MONDAY,
            }
            for number in range(count)
        ],
    )
