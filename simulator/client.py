"""The test client: a town in this process, its server on a free port, and phones to drive it.

async with Sim() as sim:
    rosa = sim.person("王阿姨")
    await rosa.says("3栋电梯坏了")
    await rosa.waits_for("收到")
    await rosa.presses("确认")
"""

from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

from simulator import groups
from simulator.clock import Clock
from simulator.faults import Faults
from simulator.group import Group
from simulator.limits import FloodControl
from simulator.phone import Phone
from simulator.posting import World
from simulator.record import Record
from simulator.server import Server
from simulator.state import Bot
from simulator.wiring import build

DEFAULT_BOT = "7000000001:SIMULATED-bot-token-0000000000000000"


class Sim:
    """A simulator in this process. `url` is its address, `base_url` what PTB's `base_url` wants."""

    def __init__(
        self,
        token: str = DEFAULT_BOT,
        *,
        now: datetime | None = None,
        is_frozen: bool = False,
        port: int = 0,
        control: str | None = None,
        control_token: str | None = None,
    ) -> None:
        self.world = World(Clock(now, is_frozen=is_frozen))
        self.bot: Bot = self.world.add_bot(token)
        self.token = token
        self._port = port
        self.server: Server = build(self.world, control, control_token)

    async def __aenter__(self) -> Self:
        await self.server.start(port=self._port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.server.stop()

    @property
    def url(self) -> str:
        """The address of the server, without a slash at the end."""
        return f"http://127.0.0.1:{self.server.port}"

    @property
    def base_url(self) -> str:
        """The address before the token: PTB's `base_url`."""
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        """The address of files before the token: PTB's `base_file_url`."""
        return f"{self.url}/file/bot"

    @property
    def faults(self) -> Faults:
        """Trouble on purpose: `sim.faults.add("drop", method="sendMessage")`."""
        return self.world.faults

    @property
    def flood(self) -> FloodControl:
        """Flood control, off until `sim.flood.is_on = True`."""
        return self.world.flood

    @property
    def record(self) -> Record:
        """All calls and updates, oldest first."""
        return self.world.record

    def add_bot(self, token: str, **about: Any) -> Bot:
        """Register one more bot."""
        return self.world.add_bot(token, **about)

    def person(
        self,
        name: str,
        *,
        user_id: int | None = None,
        language: str | None = "zh-hans",
        username: str | None = None,
        phone_number: str = "",
        is_started: bool = False,
    ) -> Phone:
        """Add a person and return the phone; the bot may write to them once they wrote, or if `is_started`."""
        person = self.world.add_person(
            name, user_id=user_id, username=username, language=language, phone_number=phone_number
        )
        chat = self.world.town.private_chat(self.bot, person)
        chat.is_started = is_started
        return Phone(self.world, person, chat)

    def group(
        self,
        title: str,
        *members: Phone,
        is_supergroup: bool = False,
        is_forum: bool = False,
        has_bot: bool = True,
        is_bot_admin: bool = False,
    ) -> Group:
        """Found a group; the first member owns it. A forum is a supergroup."""
        owner, *others = members
        kind = "supergroup" if is_supergroup or is_forum else "group"
        chat = groups.found(self.world, title, kind, owner.person, is_forum=is_forum)
        group = Group(self.world, chat, owner.person)
        for member in others:
            chat.members[member.id] = "member"
        if has_bot:
            group.adds(self.bot)
        if is_bot_admin:
            group.promotes(self.bot)
        return group

    def pending(self, token: str | None = None) -> int:
        """Return how many updates the bot has not confirmed yet."""
        bot = self.world.town.bot_of(token or self.token)
        return len(self.world.queues[bot.id]) if bot else 0

    async def until_polled(self, token: str | None = None) -> None:
        """Wait until the bot waits in a long poll."""
        await self._queue(token).polled.wait()

    def advance(self, seconds: float) -> None:
        """Move the clock on (or back, when negative)."""
        self.world.move_clock(self.world.clock.now() + timedelta(seconds=seconds))

    def set_clock(self, at: datetime) -> None:
        """Move the clock to a time (aware)."""
        self.world.move_clock(at.astimezone(UTC))

    def hold_updates(self, token: str | None = None) -> None:
        """Keep what users do from the bot until `release`."""
        self._queue(token).hold()

    def release(self, *order: int, token: str | None = None) -> None:
        """Let the held updates go, in the given order of indexes; without one, as they happened."""
        self._queue(token).release(order)

    def repeat(self, update_id: int, times: int = 1, token: str | None = None) -> None:
        """Deliver an update again, under its number, as happens when a confirmation is lost."""
        made = next(each for each in self.record.updates() if each.update["update_id"] == update_id)
        for _ in range(times):
            self._queue(token).repeat(made.update)

    def jump_update_id(self, to: int, token: str | None = None) -> None:
        """Let the next update have this number, upwards or downwards."""
        self._queue(token).next_id = to

    def _queue(self, token: str | None) -> Any:
        bot = self.world.town.bot_of(token or self.token)
        if bot is None:
            raise KeyError("no bot has this token")
        return self.world.queues[bot.id]
