"""The log of a real bot, as what collects logs reads it."""

import json
import signal
from pathlib import Path

import pytest

from tests.faults.process import a_street
from tests.faults.story import STEPS, secrets, took_effect

pytestmark = pytest.mark.slow


async def test_it_writes_json_that_holds_nothing_about_anybody(tmp_path: Path) -> None:
    async with a_street(tmp_path, log_format="json") as street:
        await street.bot.start()
        for step in STEPS[:3]:
            await step.deed(street)
            await took_effect(street, step)
        street.sim.faults.add("error", method="sendMessage", code=400, chat_id=1001)
        await street.rosa.says("/help")
        await street.bot.until_it_says("400")
        street.bot.send_signal(signal.SIGTERM)
        assert await street.bot.ended() == 0
        lines = [json.loads(one) for one in street.bot.log.read_text(encoding="utf-8").splitlines()]
    assert {"time", "level", "where", "event", "replica"} <= set.intersection(*(set(one) for one in lines))
    assert any("row" in one and "400" in one["error"] for one in lines)
    shown = json.dumps(lines, ensure_ascii=False)
    assert not [secret for secret in secrets() if secret in shown]
