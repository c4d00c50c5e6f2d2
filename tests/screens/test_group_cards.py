"""Nothing personal stands in a group: what its texts ask for, and what its cards say of a matter full of it."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from bot.group_cards import GroupCards
from bot.keyboards import Keyboards
from bot.texts import LANGUAGES, Texts
from docs.screens.examples import NOW, TICKET
from storage.directory import Group
from storage.engine import Database
from storage.rules.groups import Purpose
from storage.rules.lifecycle import State
from tests.storage.neighbours import Neighbours
from tests.town import MONDAY, copy_of_sample

from .hostile import HOSTILE
from .test_texts import KEYS, wanted

TEXTS = Texts()
SAID_IN_PRIVATE = {
    f"group.{name}"
    for name in ("yours", "left", "topics_needed_there", "not_your_words", "too_old", "you_have_it", "bind_there")
}
IN_GROUPS = sorted(key for key in KEYS if key.startswith("group.") and key not in SAID_IN_PRIVATE)
OF_NOBODY = {
    *("number", "state", "emoji", "kind", "what", "area", "place", "purpose", "is_danger", "is_forum"),
    *("starts_at", "ends_at", "due_at", "minutes", "wanted", "missing"),
}
OF_STAFF = {"worker", "role"}
PERSONAL = {
    "words": "煤气灶坏了，我姓王，电话 19900001234",
    "room": "1502",
    "spot": "302门口",
    "for_whom": "李奶奶",
    "caller_phone": "19900001234",
    "done_words": "给王秀英换好了",
}
SECRETS = ("19900001234", "1502", "302", "李奶奶", "王", "煤气灶", "2单元", "3栋", "Building 3", "Unit 2")


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Neighbours]:
    await copy_of_sample(tmp_path / "linli.sqlite3", MONDAY)
    database = await Database.open(f"sqlite:///{tmp_path}/linli.sqlite3")
    yield await Neighbours.among(tmp_path, database)
    await database.close()


@pytest.mark.parametrize("key", IN_GROUPS)
def test_it_asks_for_nothing_personal(key: str) -> None:
    allowed = OF_NOBODY | (OF_STAFF if key == "group.staff" else set())
    assert wanted("zh-CN", key) <= allowed


async def _order(town: Neighbours) -> int:
    return await town.verified(words=PERSONAL["words"], is_vulnerable=True, wanted=2)


async def _cards(town: Neighbours, order_id: int, personal: dict[str, Any], now: datetime = NOW) -> AsyncIterator[str]:
    """A card for every purpose, state and language, of matters that are full of somebody."""
    ledger = town.ledger
    drawing = GroupCards(ledger, TEXTS, Keyboards(TEXTS))
    places = ledger.directory.by_code
    helper = await town.person("h1")
    common = {"place_id": places["jx-3-2"].id, "is_confidential": False, "assignee_id": helper["id"], **personal}
    for kind, state, purpose, language, is_theirs in product(
        ("order", "public_facilities", "dispute"), State, Purpose, LANGUAGES, (True, False)
    ):
        ticket = {**TICKET, **common, "id": order_id, "kind": kind, "state": str(state), "owner_id": helper["id"]}
        group = Group(1, -100, places["xfl"].id, purpose, False, language)
        drawn = await drawing.draw(ticket, group, now, is_theirs=is_theirs)
        yield f"{drawn.text} {drawn.markup}"


async def test_it_says_nothing_personal_whatever_a_matter_holds(town: Neighbours) -> None:
    async for text in _cards(town, await _order(town), PERSONAL):
        assert not [secret for secret in SECRETS if secret in text.replace("\u202f", "")], text


async def test_it_bears_hostile_words_by_not_saying_them(town: Neighbours) -> None:
    hostile = dict.fromkeys(PERSONAL, HOSTILE["open tag"])
    async for text in _cards(town, await _order(town), hostile):
        assert "example.org" not in text


async def test_it_says_the_same_on_whatever_day_it_is_drawn(town: Neighbours) -> None:
    order_id = await _order(town)
    at_once, later = [
        [text async for text in _cards(town, order_id, PERSONAL, NOW + timedelta(days=days))] for days in (0, 2)
    ]
    assert at_once == later
