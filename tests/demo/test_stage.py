"""The demo's stage, and what its control end point offers and does."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest

from bot import tour
from bot.app import App
from bot.cast import DU, LI, NURSE, PEOPLE, SU, VERA, WEI
from bot.commands.demo import simulator_options
from bot.control import Control
from bot.settings import Settings
from bot.stage import Stage
from bot.stage_helpers import UNIT, chat
from bot.texts import LANGUAGES, Texts
from simulator.__main__ import arguments
from storage import helpers, invitations, organisations, people, schema
from storage.rules import phones
from storage.rules.groups import Purpose
from tests.faults.process import free_port

TOKEN = "secret"


@pytest.fixture
async def stage(tmp_path: Path) -> Stage:
    made = Stage(tmp_path / "demo")
    await made.build("en")
    return made


class Panel:
    """The control end point, asked over HTTP."""

    def __init__(self, app: App, http: aiohttp.ClientSession, url: str) -> None:
        self.app = app
        self.http = http
        self._url = url

    async def get(self) -> dict[str, Any]:
        async with self.http.get(self._url) as answer:
            found: dict[str, Any] = await answer.json()
            return found

    async def does(self, action: str, **params: Any) -> dict[str, Any]:
        async with self.http.post(f"{self._url}{action}", json=params) as answer:
            found: dict[str, Any] = await answer.json()
            return {"status": answer.status, **found}


@pytest.fixture
async def panel(stage: Stage) -> AsyncIterator[Panel]:
    app = await App.open(Settings(database_url=stage.url, bot_token="1:x", media_path=stage.folder / "media"))
    control, port = Control(app, TOKEN, stage), free_port()
    await control.open(port)
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKEN}"}) as http:
        yield Panel(app, http, f"http://127.0.0.1:{port}/")
    await control.close()
    await app.database.close()


async def test_it_speaks_the_language_that_was_asked_for(panel: Panel) -> None:
    wei = await panel.app.ledger.one(schema.person.select().where(schema.person.c.telegram_id == WEI))
    assert wei is not None
    assert (wei["name"], wei["language"]) == ("Wei", "en")
    assert any("Building 3 Unit 2" in link["label"] for link in (await panel.get())["links"])


async def test_it_lets_nobody_in_without_the_token(panel: Panel) -> None:
    panel.http.headers["Authorization"] = "Bearer other"
    assert await panel.get() == {"error": "token"}


async def test_it_invites_to_a_role(panel: Panel) -> None:
    start = (await panel.does("invite", role="volunteer"))["start"]
    code = invitations.code_in(start)
    assert code
    row = await panel.app.ledger.one(invitations.by_code(code))
    assert row is not None
    assert row["role"] == "volunteer"
    assert (await panel.does("invite", role="administrator"))["status"] == 400


async def test_it_moves_to_the_next_thing_due(panel: Panel, stage: Stage) -> None:
    before = panel.app.clock.now()
    due = before + timedelta(hours=5)
    row = {"id": 1, "subject": "keeping", "kind": "keep", "occurrence": "x", "due_at": due, "state": "scheduled"}
    async with panel.app.database.writing() as connection:
        await connection.execute(schema.reminder.insert().values(**row, params={}, version=1))
    now = datetime.fromisoformat((await panel.does("next"))["now"])
    assert timedelta() <= now - due < timedelta(minutes=1)
    assert stage.offset == panel.app.clock.offset


async def test_it_leaves_word_that_all_shall_begin_anew(stage: Stage) -> None:
    stage.ask_anew("zh-CN")
    assert (stage.is_asked_anew, stage.wanted("en")) == (True, "zh-CN")
    before = stage.known()["identity"]
    await stage.build(stage.wanted("en"))
    assert not stage.is_asked_anew
    assert stage.known()["identity"] != before
    assert stage.known()["language"] == "zh-CN"


def test_it_offers_a_tour_that_can_be_played() -> None:
    offered = tour.document(Texts(), identity="x", language="en", door="p1", began="2026-11-23T01:30:00+00:00")
    ids = [step["id"] for step in offered["steps"]]
    telephones = {user_id for user_id, *_names in PEOPLE}
    group = chat("en")
    for at, step in enumerate(offered["steps"]):
        assert set(step["needs"]) <= set(ids[:at])
        assert {step["phone"], step["until"]["phone"], step["shows"]} <= telephones
        assert all(len(step["until"]["words"][language]) >= 4 for language in LANGUAGES)
        for there in (each for each in (*step["do"], step["until"]) if "chat" in each):
            assert there["chat"] == str(group["chat_id"])
            assert there["phone"] in group["member_ids"]


def test_it_asks_for_the_quarter_in_which_the_story_ends() -> None:
    offered = tour.document(Texts(), identity="x", language="en", door="p1", began="2026-12-28T01:30:00+00:00")
    record = next(step for step in offered["steps"] if step["id"] == "record")
    presses = [deed["presses"]["en"] for deed in record["do"] if "presses" in deed]
    assert presses[-2:] == ["2027 Q1 PDF", "2026 Q4 PDF"]  # whichever is there when it is played


async def test_it_has_three_neighbours_who_help_and_one_who_is_helped(panel: Panel) -> None:
    ledger = panel.app.ledger
    found = await people.by_telegram_ids(ledger, [VERA, DU, SU, LI, NURSE])
    helping = {one: await helpers.of(ledger, found[one]["id"]) for one in (VERA, DU, SU)}
    assert all(row is not None and row["verified_at"] is not None for row in helping.values())
    unit = next(one for one in ledger.directory.helping.organisations.values() if one.code == UNIT)
    assert [row["name"] for row in await organisations.members(ledger, unit.id)] == ["Xiao Du"]
    assert unit.contact_id == found[NURSE]["id"]
    words = Texts().plain("en", "control.tour_words_granny", {}, panel.app.clock.now())
    assert phones.find(words) == (found[LI]["phone"], found[LI]["name"])


async def test_it_has_a_volunteers_group_that_is_bound(panel: Panel, stage: Stage) -> None:
    (seeded,) = orjson.loads(stage.people_file.read_bytes())["groups"]
    bound = panel.app.ledger.directory.groups[seeded["chat_id"]]
    assert (bound.purpose, bound.language) == (Purpose.VOLUNTEERS, "en")
    assert set(seeded["member_ids"]) <= {user_id for user_id, _, _ in PEOPLE}


def test_a_token_that_begins_with_a_dash_reaches_the_simulator() -> None:
    options = arguments(simulator_options(8080, 8081, "-EqTz3"))
    assert (options.port, options.control, options.control_token) == (8080, "http://127.0.0.1:8081", "-EqTz3")
