"""便民服务卡: everything on the page, the code sharp, the most used services first, and no place in the code."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pypdf
import pytest
import segno
from click.testing import CliRunner

from bot.commands import card
from bot.commands.qr import qr
from bot.posters import Card
from bot.posters.card import MOST_SERVICES, card_marks
from bot.posters.layout import HEIGHT, WIDTH, Box, Code, Words
from storage import schema
from storage.engine import Database
from storage.ids import first_id
from storage.ledger import Ledger
from tests.town import MONDAY, copy_of_sample

from .test_posters import say, wide

FULL = Card(
    "https://t.me/XingfuliBot",
    ("幸福里社区", "Xingfuli Community"),
    "0990-5550100",
    [(f"很长的服务名称{n}", "A very long name of a service", "0990-5550100") for n in range(20)],
)
BARE = Card("https://t.me/XingfuliBot", ("社区", ""), None, [("老年证", "", None)])

Linli = Callable[..., Any]


@pytest.fixture
async def url(tmp_path: Path) -> str:
    """The sample community."""
    await copy_of_sample(tmp_path / "linli.sqlite3", MONDAY)
    return f"sqlite:///{tmp_path}/linli.sqlite3"


@pytest.fixture
async def opened(url: str) -> AsyncIterator[Database]:
    """Its database."""
    database = await Database.open(url)
    yield database
    await database.close()


@pytest.fixture
def linli(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Linli:
    """Type `linli qr …` in an empty folder."""
    monkeypatch.setenv("LINLI_DATABASE_URL", url)
    monkeypatch.setenv("LINLI_LANGUAGE", "en")
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(qr, ["--bot-name", "XingfuliBot", "--out", "walls", *arguments])


@pytest.mark.parametrize("made", [FULL, BARE])
def test_it_keeps_every_mark_on_the_page(made: Card) -> None:
    for mark in card_marks(made, say, wide):
        if isinstance(mark, Words):
            half = wide(mark.text, mark.size) / 2
            assert half <= mark.x <= WIDTH - half
            assert 10 <= mark.y <= HEIGHT - 5
        elif isinstance(mark, Box):
            assert mark.x + mark.width <= WIDTH
            assert mark.y + mark.height <= 270


def test_it_leaves_the_code_its_quiet_zone() -> None:
    drawn = list(card_marks(FULL, say, wide))
    code = next(mark for mark in drawn if isinstance(mark, Code))
    quiet = 4 * code.side / len(segno.make(code.content, error="q", micro=False).matrix)
    head = max(mark.y + mark.height for mark in drawn if isinstance(mark, Box) and mark.width == WIDTH)
    title = next(mark for mark in drawn if isinstance(mark, Words) and mark.text.startswith(say("zh-CN", "card_most")))
    assert code.y - head >= quiet
    assert title.y - title.size * 25.4 / 72 - (code.y + code.side) >= quiet


def test_it_shows_no_more_than_there_is_room_for() -> None:
    said = [mark.text for mark in card_marks(FULL, say, wide) if isinstance(mark, Words)]
    assert sum(text.startswith("很长的服务名称") for text in said) == MOST_SERVICES
    assert ("0990-5550100" in said, any("119" in text for text in said)) == (True, True)


def test_it_makes_a_card_for_every_community(linli: Linli, tmp_path: Path) -> None:
    result = linli("--card")
    assert (result.exit_code, "1 service card made" in result.stderr) == (0, True)
    words = pypdf.PdfReader(tmp_path / "walls" / card.CARDS).pages[0].extract_text()
    for one in ("便民服务卡", "幸福里社区", "Xingfuli Community", "老年证", "Senior card"):
        assert one in words, one


@pytest.mark.parametrize("wrong", [("--format", "png"), ("--level", "unit"), ("--withdraw",)])
def test_it_makes_nothing_else_beside(linli: Linli, wrong: tuple[str, ...]) -> None:
    assert linli("--card", *wrong).exit_code == 2


def test_it_knows_no_card_for_a_place_that_is_not_there(linli: Linli) -> None:
    assert linli("--card", "--place", "nowhere").exit_code == 1


async def test_it_names_what_was_booked_most_in_the_last_90_days(opened: Database) -> None:
    directory = (await Ledger.open(opened)).directory
    place_id = directory.by_code["jx-3-2"].id
    now = datetime.now(UTC)
    booked = {"locksmith": 0, "blood-pressure": 3, "injection": 2, "room-chess": 1}
    for code, times in booked.items():
        for _ in range(times):
            await _booked(opened, directory.catalogue.by_code[code].id, place_id, now)
    for _ in range(9):
        await _booked(opened, directory.catalogue.by_code["lunch"].id, place_id, now - timedelta(days=100))
    counts = (await card.used(opened, directory))[directory.by_code["xfl"].id]
    chosen = [one.code for one in card.chosen(directory, counts)]
    assert chosen[:3] == ["blood-pressure", "injection", "room-chess"]
    assert len(set(chosen)) == MOST_SERVICES


_numbers = count(1)


async def _booked(database: Database, service_id: int, place_id: int, at: datetime) -> None:
    number = first_id(at) + next(_numbers)
    async with database.writing() as connection:
        person = (await connection.execute(schema.person.select().limit(1))).one()
        plain: dict[str, Any] = {"state": "accepted", "kind": "service", "intent": "book", "words": "", "limits": {}}
        plain |= {"response_due_at": at, "resolution_due_at": at}
        flags = {"is_danger": False, "is_confidential": False, "is_anonymous": False}
        await connection.execute(
            schema.ticket.insert().values(
                id=number,
                number=number,
                owner_id=person.id,
                filed_by_id=person.id,
                place_id=place_id,
                created_at=at,
                **plain,
                **flags,
            )
        )
        values = {"id": number, "service_id": service_id, "way": "at_home", "created_at": at}
        await connection.execute(schema.booking.insert().values(**values))


async def test_it_begins_with_one_of_every_shelf_where_nothing_was_booked_yet(opened: Database) -> None:
    directory = (await Ledger.open(opened)).directory
    shelves = directory.catalogue.categories
    begun = [one.category_id for one in card.chosen(directory, Counter())[: len(shelves)]]
    assert sorted(begun) == sorted(shelves)
