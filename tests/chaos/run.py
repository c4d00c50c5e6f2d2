"""One seed from beginning to end: engine and replicas by the seed, the soak, then the checker."""

import contextlib
import random
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from simulator.client import Sim
from simulator.group import Group
from tests.balancer import Balancer
from tests.faults.conftest import SECRET
from tests.faults.process import free_port
from tests.town import MONDAY, TOKEN

from . import (
    checks_booked,  # noqa: F401 - its checks register themselves
    checks_ordered,  # noqa: F401 - and these
    community,
    facts,
)
from .book import Book
from .checks import violations
from .facts import Facts
from .life import Life
from .machines import Clockwork, Machine
from .person import data_of
from .sides import Side, a_side
from .soak import DidNotRest, Size, Soak


@dataclass(frozen=True)
class Setup:
    """What the bot stands on; more than one process are replicas behind a balancer."""

    engine: str
    processes: int

    def __str__(self) -> str:
        return f"{self.engine}-{self.processes}"


SETUPS = (Setup("sqlite", 1), Setup("postgresql", 1), Setup("postgresql", 2))


@dataclass(frozen=True)
class Result:
    """What came of it."""

    figures: str
    violations: list[str]
    tickets: int
    troubles: int


async def run(seed: int, size: Size, tell: Callable[[str], None], setup: Setup | None = None) -> Result:
    """Live through one seed and check what is left."""
    setup = setup or SETUPS[seed % len(SETUPS)]
    tell(f"seed {seed}: {setup.engine}, {setup.processes} process(es), {size.days} days")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="linli-chaos-") as name:
        folder = Path(name)
        async with a_side(setup.engine, folder) as side, Sim(TOKEN, now=MONDAY) as sim:
            clockwork = Clockwork(folder, MONDAY)
            life = await _life(seed, sim, side, clockwork, community.write_sheets(folder / "sheets"))
            async with _machines(setup, sim, side, clockwork, folder) as machines:
                soak = Soak(seed, size, sim, side, machines, clockwork, life, tell)
                wrong = await _live(soak)
            result = await _judge(soak, wrong, began)
    tell(f"seed {seed}, {setup.engine}: {result.figures}")
    return result


async def _life(seed: int, sim: Sim, side: Side, clockwork: Clockwork, sheets: Path) -> Life:
    posters = await community.settle_in(side.url, sheets, MONDAY)

    async def import_again() -> None:
        await community.import_again(side.url, sheets, clockwork.now())

    life = Life(seed, sim, Book(), posters, side.rows, import_again)
    await community.bind(side.url, {name: group.id for name, group in life.neighbours.groups.items()}, MONDAY)
    return life


@contextlib.asynccontextmanager
async def _machines(
    setup: Setup, sim: Sim, side: Side, clockwork: Clockwork, folder: Path
) -> AsyncIterator[list[Machine]]:
    """The bot's processes, working."""
    async with Balancer() as balancer:
        machines = []
        for number in range(setup.processes):
            listen = f"127.0.0.1:{free_port()}"
            settings = {
                "http_listen": listen,
                "timezone": "Asia/Shanghai",
                "log_level": "INFO",
                "media_path": str(folder / "media"),
                "admin_ids": str(max(one.telegram_id for one in community.staff())),
            }
            if setup.processes > 1:
                settings |= {"webhook_url": balancer.url, "webhook_secret": SECRET}
                balancer.targets.append(f"http://{listen}")
            machines.append(Machine(sim, folder / f"bot-{number}", side.url, clockwork, settings))
        try:
            for machine in machines:
                await machine.start()
            yield machines
        finally:
            for machine in machines:
                await machine.close()


async def _live(soak: Soak) -> list[str]:
    try:
        await soak.run()
        for machine in soak.machines:
            await machine.terminate()
    except DidNotRest as error:
        return [f"it did not come to rest: {error}"]
    return []


async def _judge(soak: Soak, wrong: list[str], began: float) -> Result:
    found = await facts.load(soak.side.rows, soak.now())
    found.shelf = soak.eyes.shelf
    found.groups = standing(soak.life.neighbours.groups.values())
    found.book, found.said, found.leaks = soak.book, soak.eyes.said, soak.eyes.leaks
    found.handed, found.unsure = frozenset(soak.eyes.handed), frozenset(soak.unsure)
    found.logs = "".join(machine.log.read_text(encoding="utf-8") for machine in soak.machines)
    wrong = [*wrong, *violations(found)]
    book, troubles = soak.book, soak.book.troubles
    words = (
        f"{len(found.tickets)} tickets ({_list(_of_neighbours(found))}), {len(found.inbox)} updates, "
        f"{len(found.said)} messages, "
        f"{soak.eyes.calls} calls, {troubles.total()} troubles ({_list(troubles)}), {book.figures['refused']} "
        f"refusals, {book.figures['roles taken']} roles taken away, {len(book.gave_up)} gave up, "
        f"{len(wrong)} violations, {time.monotonic() - began:.0f} s"
    )
    return Result(words, wrong, len(found.tickets), troubles.total())


def standing(groups: Iterable[Group]) -> Mapping[tuple[int, int], tuple[str, list[str]]]:
    """What stands in groups, with the buttons: by chat and message."""
    return {(group.id, one.id): (one.text, data_of(one)) for group in groups for one in group.messages}


def _of_neighbours(found: Facts) -> Mapping[str, int]:
    """How much neighbours did for each other."""
    words = {"help_order": "requests", "claim": "places taken", "redemption": "exchanged", "group_card": "in groups"}
    states = Counter(row["state"] for row in found.tables["claim"])
    judged = Counter(row["what"] for row in found.tables["audit"] if row["what"].startswith("helper_"))
    return {word: len(found.tables[name]) for name, word in words.items()} | states | judged


def _list(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


def new_seed() -> int:
    """A seed nobody has seen."""
    return random.SystemRandom().randrange(1_000_000)
