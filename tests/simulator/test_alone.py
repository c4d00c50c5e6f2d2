"""The simulator as a program of its own, for any bot."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import aiohttp


async def test_it_serves_any_token(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    people = tmp_path / "people.json"
    people.write_text(json.dumps([{"first_name": "王阿姨", "user_id": 11, "is_started": True}]))
    arguments = ("-m", "simulator", "--port", "0", "--seed-people", str(people))
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.PIPE)
    assert process.stdout
    url = (await process.stdout.readline()).decode().split()[-1]
    async with http.get(f"{url}/bot123:anything/getMe") as response:
        assert (await response.json())["result"]["id"] == 123
    async with http.get(f"{url}/sim/people") as response:
        answer: Any = await response.json()
    process.terminate()
    assert await process.wait() == 0
    assert answer[0]["id"] == 11


async def test_it_refuses_a_seed_it_cannot_read(tmp_path: Path) -> None:
    people = tmp_path / "people.json"
    people.write_text('[{"name": "王阿姨"}]')
    arguments = ("-m", "simulator", "--port", "0", "--seed-people", str(people))
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stderr=asyncio.subprocess.PIPE)
    _, said = await process.communicate()
    assert process.returncode == 2
    assert "needs first_name" in said.decode()
