"""What goes wrong, each for real: processes die and sleep, the database goes away, the network breaks, clocks jump.

A trouble is begun while people talk and is over when its function comes back: processes run again, the network is
whole, the clock is right. What it did stays for the bot to repair.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import Protocol

from simulator.client import Sim

from .machines import Clockwork, Machine
from .sides import Side


class Stage(Protocol):
    """What a trouble can reach."""

    sim: Sim
    side: Side
    machines: Sequence[Machine]
    clockwork: Clockwork


Trouble = Callable[[Stage, Random], Awaitable[None]]
SAYING = ("sendMessage", "editMessageText", "answerCallbackQuery", "sendPhoto")


async def _kill(stage: Stage, random: Random) -> None:
    machine = random.choice(stage.machines)
    await machine.kill()
    await asyncio.sleep(random.uniform(0, 1))
    await machine.start()


async def _terminate(stage: Stage, random: Random) -> None:
    machine = random.choice(stage.machines)
    await machine.terminate()
    await machine.start()


async def _pause(stage: Stage, random: Random) -> None:
    """Longer than a lease where there is somebody who can take over."""
    machine = random.choice(stage.machines)
    machine.send_signal(signal.SIGSTOP)
    await asyncio.sleep(random.uniform(7, 9) if len(stage.machines) > 1 else random.uniform(0.5, 3))
    machine.send_signal(signal.SIGCONT)


async def _database(stage: Stage, random: Random) -> None:
    await stage.side.trouble(random.uniform(0.5, 3))


async def _cut(stage: Stage, random: Random) -> None:
    faults = [stage.sim.faults.add("cut", method=method, count=None) for method in (None, "webhook")]
    await asyncio.sleep(random.uniform(0.5, 3))
    for fault in faults:
        stage.sim.faults.remove(fault.id)


async def _errors(stage: Stage, random: Random) -> None:
    stage.sim.faults.add(
        "error", method=random.choice(SAYING), count=random.randint(1, 6), code=random.choice((500, 502))
    )


async def _flood(stage: Stage, random: Random) -> None:
    stage.sim.faults.add("flood", method="send*", count=random.randint(1, 5), seconds=random.randint(1, 2))


async def _slow(stage: Stage, random: Random) -> None:
    stage.sim.faults.add("delay", method="*", count=random.randint(5, 30), seconds=random.uniform(0.1, 1))


async def _lost_answers(stage: Stage, random: Random) -> None:
    """Telegram did what it was asked, and the bot never hears of it."""
    stage.sim.faults.add("drop", method=random.choice(SAYING), count=random.randint(1, 4))


async def _lost_confirmation(stage: Stage, random: Random) -> None:
    """Updates are fetched and their confirmation is lost: they come again."""
    stage.sim.faults.add("drop", method="getUpdates", count=random.randint(1, 3))
    stage.sim.faults.add("drop", method="webhook", count=random.randint(1, 3))


async def _hang(stage: Stage, random: Random) -> None:
    kind = random.choice(("hang", "hang_after"))
    stage.sim.faults.add(kind, method=random.choice(SAYING), count=random.randint(1, 3), seconds=random.uniform(0.5, 2))


async def _twice(stage: Stage, random: Random) -> None:
    """The last updates are delivered again, in any order."""
    ids = [made.update["update_id"] for made in stage.sim.record.updates()[-20:]]
    for update_id in random.sample(ids, min(5, len(ids))):
        stage.sim.repeat(update_id, random.randint(1, 3))


async def _disorder(stage: Stage, random: Random) -> None:
    """What people do waits, and comes in any order."""
    stage.sim.hold_updates()
    await asyncio.sleep(random.uniform(0.2, 1))
    order = list(range(20))
    random.shuffle(order)
    held = len(stage.sim.world.queues[stage.sim.bot.id].held or ())
    stage.sim.release(*(one for one in order if one < held))


async def _jump(stage: Stage, random: Random) -> None:
    """The machines' clocks jump, and are set right again; Telegram's goes on as it was."""
    by = timedelta(hours=random.choice((-26, -5, 3, 24)))
    for step in (by, -by):
        at = stage.clockwork.now() + step
        stage.clockwork.set(at)
        await asyncio.gather(*(machine.set_clock(at) for machine in stage.machines))
        await asyncio.sleep(random.uniform(0.2, 1))


TROUBLES: Mapping[str, Trouble] = {
    "kill": _kill,
    "terminate": _terminate,
    "pause": _pause,
    "database": _database,
    "cut": _cut,
    "errors": _errors,
    "flood": _flood,
    "slow": _slow,
    "lost answers": _lost_answers,
    "lost confirmation": _lost_confirmation,
    "hang": _hang,
    "twice": _twice,
    "disorder": _disorder,
    "jump": _jump,
}
_WEIGHTS: Mapping[str, int] = {"kill": 4, "pause": 2, "database": 3, "cut": 2, "jump": 2}
UNSURE = frozenset({"kill", "terminate", "pause", "database", "cut", "slow"})
"""After these nobody may know whether a message that was under way has arrived."""


def plan(random: Random, count: int) -> list[str]:
    """So many troubles: each once, then more of what is worst."""
    names = list(TROUBLES)
    weights = [_WEIGHTS.get(name, 1) for name in names]
    found = [*names, *random.choices(names, weights, k=max(count - len(names), 0))]
    random.shuffle(found)
    return found[:count]
