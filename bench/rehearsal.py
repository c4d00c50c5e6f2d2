"""One resident's report, watched call by call: how many messages answer each step, and what the floor has to repeat."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .api import SPOKEN, Api
from .contenders import LINLI, serving, steps_file
from .same_calls import OWN
from .town import FIRST_USER, REPORT, Town

LIMIT_SECONDS = 60


@dataclass(frozen=True)
class Rehearsal:
    """What Linli does at each of the six messages."""

    steps: Sequence[Sequence[tuple[str, dict[str, Any]]]]

    @property
    def answers(self) -> list[int]:
        """How many messages a resident is told at each step."""
        return [sum(method in SPOKEN and call["chat_id"] == OWN for method, call in step) for step in self.steps]

    @property
    def calls(self) -> int:
        """How many calls the whole conversation takes, those to staff included."""
        return sum(len(step) for step in self.steps)

    def write(self, folder: Path) -> None:
        """For the contender that repeats the calls."""
        steps_file(folder).write_text(json.dumps(self.steps, ensure_ascii=False), encoding="utf-8")


async def rehearse(folder: Path) -> Rehearsal:
    """Let one resident report something, each message after all calls for the last were made."""
    town = Town(1, is_closed=False)
    api = Api(town, is_recording=True)
    steps = []
    async with asyncio.timeout(LIMIT_SECONDS), serving(LINLI, folder, api):
        who = town.residents[FIRST_USER]
        for _ in REPORT:
            api.recorded.clear()
            town.say(who)
            await api.heard()
            await api.quiet()
            steps.append([(method, _own(params)) for method, params in api.recorded])
    return Rehearsal(steps)


def _own(params: Any) -> dict[str, Any]:
    return {**params, "chat_id": OWN} if params.get("chat_id") == FIRST_USER else dict(params)
