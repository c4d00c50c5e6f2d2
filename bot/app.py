"""The bot, wired: the only place that knows which part talks to which."""

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Awaitable, Callable, Sequence

from telegram.ext import ExtBot

from handlers.entry import bot_data
from scheduler.ticking import Ticking
from storage import inbox, leases, reminders
from storage.engine import Database
from storage.ledger import Ledger
from storage.media import MediaStore
from storage.migrate import upgrade
from storage.numbers import Numbers
from storage.signals import Signals, Update

from .clock import Clock
from .delivery import Delivery
from .dispatch import Dispatch
from .failures import where
from .health import Health
from .intake import Intake, Poller
from .keyboards import labels
from .lanes import Lanes
from .media import MediaCopies
from .menus import set_menus
from .metrics import Metrics
from .pace import Pace, Rates
from .replica import Replica
from .sending import Sender
from .setting_aside import SettingAside
from .settings import Settings
from .sharing import Share
from .systemd import READY, STOPPING, keep_telling, notify
from .texts import Texts
from .transport import AiohttpRequest, Ambiguous, ApiError, NotSent, Permitted, Transport
from .watch import Watch
from .webhook import Endpoint

log = logging.getLogger(__name__)
REACH_SECONDS = (1.0, 3.0, 10.0)
DRAIN_SECONDS = 10.0


class App:
    """One running bot. `async with App.open(settings) as app: await app.run()`."""

    def __init__(self, settings: Settings, database: Database, ledger: Ledger, clock: Clock, rates: Rates) -> None:
        self.settings = settings
        self.database = database
        self.ledger = ledger
        self.clock = clock
        self.metrics = Metrics()
        token = settings.bot_token.get_secret_value()
        self.transport = Transport(settings.bot_api_url, token)
        self.texts = Texts(settings.timezone)
        numbers = Numbers(database)
        bot: ExtBot[None] = ExtBot(
            token,
            base_url=f"{settings.bot_api_url.rstrip('/')}/bot",
            base_file_url=f"{settings.bot_api_url.rstrip('/')}/file/bot",
            request=AiohttpRequest(self.transport),
            get_updates_request=AiohttpRequest(self.transport),
        )
        self.dispatch = Dispatch(bot, ledger, numbers)
        self.dispatch.application.bot_data.update(bot_data(labels(self.texts, clock.now()), settings.admins))
        self.store = MediaStore(settings.media_path)
        posts = [one for one in leases.POSTS if one != leases.POLLER or not settings.webhook_url]
        self.replica = Replica(database, posts=posts, on_change=self._look_around)
        self.signals = Signals(
            database, on_updates=self._hear, on_words=self._look_around, on_leases=self.replica.hurry
        )
        lease = self.replica.leases[leases.SENDER]
        speaking = Permitted(self.transport, lambda: lease.is_held)
        sender = Sender(ledger, speaking, self.texts, clock.now, self.store)
        self.delivery = Delivery(ledger, sender, Pace(rates), clock.now, self.metrics, lease)
        self.share = None if self.replica.is_alone else Share(ledger, self.replica.shards, self.signals)
        self.lanes = Lanes(
            ledger,
            self.dispatch,
            clock.now,
            rates.incoming,
            outgoing=self.delivery,
            on_commit=self._have_words,
            on_set_aside=SettingAside(ledger, clock.now).tell,
            share=self.share,
            metrics=self.metrics,
        )
        self.intake = Intake(database, self.lanes, clock.now, self.metrics)
        held = self.replica.leases
        self.ticking = Ticking(ledger, numbers, clock.now, on_commit=self._have_words, lease=held[leases.CLOCK])
        self.media = MediaCopies(ledger, self.transport, self.store, clock.now, self.metrics, lease=held[leases.COPIES])
        self.poller = Poller(self.transport, self.intake, clock.now, self.metrics, lease=held[leases.POLLER])
        self.watch = Watch(self)
        self.health = Health(self)
        self.endpoint = Endpoint(self)
        self._tasks: list[asyncio.Task[None]] = []
        self._pulse: list[asyncio.Task[None]] = []

    def _have_words(self) -> None:
        """Something to say was committed here: our sender is woken, or the one that sends."""
        self.delivery.wake()
        if not self.replica.leases[leases.SENDER].is_held:
            self.signals.words()

    def _hear(self, updates: Sequence[Update]) -> None:
        if self.share is not None:
            self.share.hear(updates)
            self.lanes.wake()

    def _look_around(self) -> None:
        """Other lanes or posts may be ours now, or another replica has something to say."""
        self.delivery.wake()
        self.lanes.wake()

    @classmethod
    async def open(cls, settings: Settings, *, clock: Clock | None = None, rates: Rates | None = None) -> "App":
        """Open the database, bring its schema up to date, and wire everything.

        Raises DatabaseBusyElsewhere when another process works on the same file, UnfinishedCopy.
        """
        database = await Database.open(settings.database_url, exclusive=True)
        try:
            await upgrade(database)
            ledger = await Ledger.open(database, settings.timezone, settings.periods)
        except BaseException:
            await database.close()
            raise
        return cls(settings, database, ledger, clock or Clock(), rates or Rates())

    async def start(self) -> None:
        """Greet the Bot API and begin to work; raises what the transport raises when the greeting fails."""
        await self.transport.open()
        await self.transport.call("getMe", {})  # a wrong token or address is told here: PTB's complaint shows the token
        await self.dispatch.open()
        await set_menus(self.transport, self.texts, self.clock.now())
        await self.replica.join()
        await self.endpoint.open()
        loops: list[tuple[str, Callable[[], Awaitable[None]]]] = [
            ("lanes", self.lanes.run),
            ("delivery", self.delivery.run),
            ("media copies", self.media.run),
            ("watch", self.watch.run),
        ]
        if self.settings.webhook_url:
            await self.endpoint.announce(self.transport)
        else:
            await self.transport.call("deleteWebhook", {"drop_pending_updates": False})
            loops.append(("poller", self.poller.run))
        pulse = [] if self.replica.is_alone else [("heartbeat", self.replica.run), ("signals", self.signals.run)]
        self._pulse = [asyncio.create_task(self._for_ever(name, loop), name=name) for name, loop in pulse]
        self._tasks = [asyncio.create_task(self._for_ever(name, loop), name=name) for name, loop in loops]
        self.ticking.start()
        log.info("Linli works (%(kind)s)", {"kind": "webhook" if self.settings.webhook_url else "polling"})

    async def stop(self) -> None:
        """Stop taking in, let what is being sent come back, and close. What waits is in the database."""
        self.replica.retire()
        await self.ticking.stop()
        await _cancel(self._tasks)
        await self.delivery.drain(DRAIN_SECONDS)
        await _cancel(self._pulse)
        await self.replica.leave()
        await self.endpoint.close()
        await self.intake.close()
        await self.dispatch.close()
        await self.transport.close()
        await self.database.close()

    async def run(self, until: asyncio.Event) -> None:
        """Work until told to stop. Raises ApiError when the Bot API refuses the token."""
        notify(READY)  # it waits for the network by itself, as long as that takes
        telling = asyncio.create_task(keep_telling(lambda: not self.health.fatal()))
        try:
            if await self._reach(until):
                await self.start()
                await until.wait()
        finally:
            notify(STOPPING)
            await self.stop()
            telling.cancel()

    def ended(self) -> list[str]:
        """The main loops that are not there any more, although nobody stopped them."""
        return [task.get_name() for task in [*self._pulse, *self._tasks] if task.done()]

    async def _reach(self, until: asyncio.Event) -> bool:
        """Wait until the Bot API answers; False when told to stop before. No network is no reason to give up."""
        await self.transport.open()
        for pause in itertools.chain(REACH_SECONDS, itertools.repeat(REACH_SECONDS[-1])):
            try:
                await self.transport.call("getMe", {})
            except (NotSent, Ambiguous, ApiError) as error:
                if isinstance(error, ApiError) and error.code < 500 and error.code != 429:
                    raise
                about = {"seconds": pause, "error": str(error)}
                log.warning("the Bot API cannot be reached, again in %(seconds).0f s: %(error)s", about)
            else:
                return True
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await until.wait()
            if until.is_set():
                break
        return False

    async def is_idle(self) -> bool:
        """Whether nothing is left to do at this moment of the clock."""
        if self.lanes.backlog or await reminders.due(self.ledger, self.clock.now(), 1):
            return False
        if not self.replica.is_alone and await inbox.is_waiting(self.ledger):
            return False
        # The lanes are asked again: what was picked up while the rows were read is under way, not gone.
        return await self.delivery.is_idle() and not self.lanes.backlog

    async def _for_ever(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        """A loop that must not die: a surprise is logged and the loop begins again."""
        while True:
            try:
                await loop()
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it was, the others need this loop
                self.metrics.stumbles.labels(name).inc()
                log.error("the %(loop)s stumbled and goes on: %(error)s", {"loop": name, "error": where(error)})
                await asyncio.sleep(1)


async def _cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError):
            await task
