"""What a running bot tells its administrators by itself, and how seldom."""

from pathlib import Path

from bot.doctor import Thresholds
from bot.rounds import Rounds
from storage import last_backup
from tests.town import Town

FULL = Thresholds(disk_full=(1 << 62, 1.1))
LOW = Thresholds(disk_low=(1 << 62, 1.1))


async def go(town: Town, thresholds: Thresholds) -> None:
    await last_backup.note(town.app.database, town.clock.now())
    await Rounds(town.app, thresholds).go()
    await town.settle()


def told(town: Town, words: str) -> int:
    return sum(words in message.text for message in town.ada.received)


async def test_it_tells_of_a_full_disk_once_a_day(any_town: Town) -> None:
    town = any_town
    await go(town, FULL)
    await go(town, FULL)
    disks = 2 if town.app.database.is_sqlite else 1  # the database's and the pictures', or the pictures' alone
    assert told(town, "nearly full") == disks
    await town.advance(days=1)
    await go(town, FULL)
    assert told(town, "nearly full") == 2 * disks
    assert not town.wei.received


async def test_it_tells_of_what_can_wait_once_a_week_and_not_at_night(town: Town) -> None:
    disks = 2 if town.app.database.is_sqlite else 1
    await town.advance(hours=14)  # 23:30
    await go(town, LOW)
    assert told(town, "gets full") == 0
    await town.advance(hours=9)
    assert told(town, "gets full") == disks
    await town.advance(days=3)
    await go(town, LOW)
    assert told(town, "gets full") == disks
    await town.advance(days=4)
    await go(town, LOW)
    assert told(town, "gets full") == 2 * disks


async def test_it_tells_nothing_when_all_is_well(town: Town) -> None:
    before = len(town.ada.received)
    await go(town, Thresholds(disk_low=(0, 0.0), disk_full=(0, 0.0)))
    assert len(town.ada.received) == before


async def test_it_misses_a_backup(town: Town, tmp_path: Path) -> None:
    town.app.settings.backup_path = tmp_path
    await Rounds(town.app).go()
    await town.settle()
    assert told(town, "linli backup") == 0
    await town.advance(days=4)
    await Rounds(town.app).go()
    await town.settle()
    assert told(town, "linli backup") == 1
