"""Towns for faults: one that is served by webhook, and a way to post to its door by hand."""

import io
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import sqlalchemy as sa

from bot.webhook import HEADER, PATH
from storage import schema
from tests.town import Town, a_town

from .process import free_port

SECRET = "a-secret-of-the-door-0123456789"


@dataclass
class Door:
    """The bot's web address, as whoever knows it sees it."""

    town: Town
    session: aiohttp.ClientSession

    async def post(self, body: bytes | Any, secret: str | None = SECRET) -> int:
        """Post a body and give back the status."""
        headers = {} if secret is None else {HEADER: secret}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        url = f"http://127.0.0.1:{self.town.app.endpoint.port}{PATH}"
        async with self.session.post(url, data=io.BytesIO(data), headers=headers) as response:
            return response.status

    async def inbox(self) -> dict[int, str]:
        """What is stored, and how far it is."""
        rows = await self.town.app.ledger.all(sa.select(schema.inbox.c.id, schema.inbox.c.state))
        return {row["id"]: row["state"] for row in rows}


def message(number: int, text: str, *, user_id: int = 1001, **more: Any) -> dict[str, Any]:
    """An update with a text in a private chat."""
    sender = {"id": user_id, "is_bot": False, "first_name": "王阿姨", "language_code": "zh-hans"}
    chat = {"id": user_id, "type": "private", "first_name": "王阿姨"}
    body: dict[str, Any] = {"message_id": number, "date": 1_790_000_000, "chat": chat, "from": sender, "text": text}
    if text.startswith("/"):
        body["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}]
    return {"update_id": number, "message": body | more}


def by_webhook(port: int) -> Mapping[str, Any]:
    """Settings of a bot that is served by webhook."""
    return {
        "http_listen": f"127.0.0.1:{port}",
        "webhook_url": f"http://127.0.0.1:{port}",
        "webhook_secret": SECRET,
    }


@pytest.fixture
async def web_town(tmp_path: Path) -> AsyncIterator[Town]:
    """The sample community, served by webhook."""
    async with a_town(tmp_path, f"sqlite:///{tmp_path}/linli.sqlite3", **by_webhook(free_port())) as made:
        yield made


@pytest.fixture
async def door(web_town: Town) -> AsyncIterator[Door]:
    async with aiohttp.ClientSession() as session:
        yield Door(web_town, session)


async def rows(town: Town, table: sa.Table, *where: sa.ColumnElement[bool]) -> list[Mapping[str, Any]]:
    """Rows of the town's database."""
    return await town.app.ledger.all(sa.select(table).where(*where).order_by(table.c.id))
