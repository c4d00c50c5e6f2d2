"""The simulator as a program of its own, for any bot."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest


@contextlib.asynccontextmanager
async def alone(*options: str) -> AsyncIterator[str]:
    """Run it as a program; give its address."""
    arguments = ("-m", "simulator", "--port", "0", *options)
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.PIPE)
    assert process.stdout
    yield (await process.stdout.readline()).decode().split()[-1]
    process.terminate()
    assert await process.wait() == 0


async def said(http: aiohttp.ClientSession, url: str, **body: Any) -> Any:
    """Ask for something, and give what is answered."""
    async with http.request("POST" if body else "GET", url, json=body or None) as response:
        return await response.json()


async def test_it_serves_any_token(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    people = tmp_path / "people.json"
    people.write_text(json.dumps([{"first_name": "王阿姨", "user_id": 11, "is_started": True}]))
    async with alone("--seed-people", str(people)) as url:
        assert (await said(http, f"{url}/sim/people", first_name="Otto"))["id"] != 11
        names = [(await said(http, f"{url}/bot{number}:abc/getMe"))["result"]["username"] for number in (123, 456)]
        assert (await said(http, f"{url}/bot123/getMe"))["error_code"] == 401
        sent = [await said(http, f"{url}/bot456:abc/sendMessage", chat_id=each, text="x") for each in (11, 500_000_001)]
        assert [each["id"] for each in await said(http, f"{url}/sim/people")] == [11, 500_000_001]
    assert names == ["bot123_bot", "bot456_bot"]
    assert [each.get("error_code") for each in sent] == [None, 403]


async def test_it_serves_the_tokens_it_was_given(http: aiohttp.ClientSession) -> None:
    async with alone("--token", "123:abc=my_bot", "--no-flood-control") as url:
        assert (await said(http, f"{url}/bot123:abc/getMe"))["result"]["username"] == "my_bot"
        assert (await said(http, f"{url}/bot456:abc/getMe"))["error_code"] == 401
        assert not (await said(http, f"{url}/sim/state"))["has_flood_control"]


@pytest.mark.parametrize(
    ("people", "options", "complaint"),
    [
        ('[{"name": "王阿姨"}]', (), "needs first_name"),
        ("[", (), "unexpected"),
        ("[]", ("--token", "abc"), "'abc' is no token"),
    ],
)
async def test_it_says_what_it_cannot_read(
    tmp_path: Path, people: str, options: tuple[str, ...], complaint: str
) -> None:
    file = tmp_path / "people.json"
    file.write_text(people)
    arguments = ("-m", "simulator", "--port", "0", "--seed-people", str(file), *options)
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stderr=asyncio.subprocess.PIPE)
    _, complained = await process.communicate()
    assert process.returncode == 2
    assert complaint in complained.decode()
