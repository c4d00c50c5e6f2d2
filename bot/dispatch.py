"""From a stored update to a decision: the desk is prepared, PTB's handlers decide, refusals become polite words."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telegram import Chat, Update
from telegram.ext import Application, ApplicationHandlerStop, ContextTypes, ExtBot

from handlers import register
from handlers.context import WORKS, Context, press_of
from storage import cards, conversations, people
from storage.changes import ChangeSet
from storage.inbox import Stored
from storage.ledger import Ledger, Row
from storage.numbers import Numbers
from storage.passing import is_passing
from storage.rules.errors import AlreadyTaken, NotYours, Refusal
from storage.work import Conversation, Work

from .payload import Pressed, read, take_pressed

log = logging.getLogger(__name__)


@dataclass
class Decided:
    """What came of one update: its change set, or the surprise that prevented one."""

    changes: ChangeSet
    error: Exception | None = None


@dataclass(frozen=True)
class _Read:
    """An update as handlers get it, and what is known of the message that was pressed."""

    update: Update
    pressed: Pressed


class Dispatch:
    """PTB's application, used for what it is good at: handlers, filters, typed updates."""

    def __init__(self, bot: ExtBot[None], ledger: Ledger, numbers: Numbers) -> None:
        self._ledger = ledger
        self._numbers = numbers
        self._works: dict[int, Work] = {}
        self._errors: dict[int, Exception] = {}
        self.application: Any = (
            Application.builder()
            .bot(bot)
            .updater(None)
            .job_queue(None)
            .context_types(ContextTypes(context=Context))
            .build()
        )
        self.application.bot_data[WORKS] = self._works
        self.application.add_error_handler(self._note_error)
        register(self.application)

    async def open(self) -> None:
        """Greet the Bot API (getMe)."""
        await self.application.initialize()

    async def close(self) -> None:
        """Let PTB tidy up."""
        await self.application.shutdown()

    async def decide(self, batch: Sequence[Stored], now: datetime) -> list[Decided]:
        """Decide every update of a batch on fresh rows; one query a table for what they share.

        A surprise stands in its result; trouble that passes (see `storage.passing`) is raised for the whole batch.
        """
        parsed = [self._parse(one) for one in batch]
        seen = {user for one in parsed if isinstance(one, _Read) and (user := sender(one.update)) is not None}
        persons = await people.by_telegram_ids(self._ledger, seen) if seen else {}
        grants = await self._grants(persons)
        drafts = await conversations.of(self._ledger, seen)
        shared: dict[Any, Any] = {}
        return [
            await self._decide(one, now, persons, grants, drafts, shared)
            if isinstance(one, _Read)
            else Decided(ChangeSet(), one)
            for one in parsed
        ]

    def _parse(self, one: Stored) -> _Read | Exception:
        try:
            value = read(one.payload)
            pressed = take_pressed(value)
            return _Read(Update.de_json(value, self.application.bot), pressed)
        except Exception as error:  # noqa: BLE001 - whatever came from outside must not stop its neighbours
            return error

    async def _grants(self, persons: Mapping[int, Row]) -> Mapping[int, list[Row]]:
        held: dict[int, list[Row]] = defaultdict(list)
        if persons:
            for row in await people.grants_of(self._ledger, [person["id"] for person in persons.values()]):
                held[row["person_id"]].append(row)
        return held

    async def _decide(
        self,
        one: _Read,
        now: datetime,
        persons: Mapping[int, Row],
        grants: Mapping[int, list[Row]],
        drafts: Mapping[int, Conversation],
        shared: dict[Any, Any],
    ) -> Decided:
        update, pressed = one.update, one.pressed
        user_id, chat = sender(update), update.effective_chat
        is_private = chat is None or chat.type == Chat.PRIVATE
        if user_id is None and (is_private or not is_about_group(update)):
            return Decided(ChangeSet())
        person = persons.get(user_id or 0)
        work = Work(
            ledger=self._ledger,
            now=now,
            numbers=self._numbers,
            person=person,
            telegram_id=user_id,
            chat_id=chat.id if chat else user_id,
            is_private=is_private,
            query_id=update.callback_query.id if update.callback_query else None,
            pressed=pressed.message_id,
            is_caption=pressed.is_caption,
            is_forum=bool(chat is not None and chat.is_forum),
            thread_id=_thread(update),
            grants=grants.get(person["id"], ()) if person else (),
            shared=shared,
        )
        if is_private and user_id is not None:
            work.conversation = drafts.get(user_id) or Conversation(user_id)
        return await self._run(update, work)

    async def _run(self, update: Update, work: Work) -> Decided:
        self._works[update.update_id] = work
        try:
            await self.application.process_update(update)
        finally:
            del self._works[update.update_id]
        error = self._errors.pop(update.update_id, None)
        if isinstance(error, Refusal):
            self._refuse(update, work, error)
            error = None
        if error is not None and is_passing(error):
            raise error
        if error is not None:
            return Decided(ChangeSet(), error)
        await cards.spare_answer(work)
        return Decided(work.finish())

    def _refuse(self, update: Update, work: Work, error: Refusal) -> None:
        """Polite words, a trace for those who look after rights, and the card as it is now for whoever pressed."""
        work.refuse(error.code)
        if not isinstance(error, AlreadyTaken):
            work.audit("refused", code=error.code, update=update.update_id)
        pressed = press_of(update)
        ticket_id = pressed.number() if pressed else None
        group = work.directory.groups.get(work.chat_id or 0)
        if ticket_id is not None and work.person is not None and work.is_private:
            work.card(ticket_id, work.person)
        elif ticket_id is not None and group is not None and not isinstance(error, NotYours):
            work.group_card(ticket_id, group)  # whoever pressed what is over saw an old copy

    async def _note_error(self, update: object, context: Any) -> None:
        """PTB keeps handlers' errors to itself; this is where they are found out."""
        if isinstance(update, Update):
            self._errors[update.update_id] = context.error
        raise ApplicationHandlerStop


def sender(update: Update) -> int | None:
    """The numeric id of the person who did this, or None when it was nobody.

    Channels, anonymous administrators and posts forwarded by a linked channel speak as a chat, not as a person; bots
    are nobody either. A forwarded message was sent by whoever forwarded it.
    """
    user = update.effective_user
    if user is None or user.is_bot:
        return None
    message = None if update.callback_query else update.effective_message
    return None if message is not None and message.sender_chat is not None else user.id


def is_about_group(update: Update) -> bool:
    """Whether it tells what became of a group, whoever did it: the bot was put out, the group has a new id."""
    message = update.message
    has_moved = message is not None and (message.migrate_to_chat_id is not None)
    return update.my_chat_member is not None or has_moved


def _thread(update: Update) -> int | None:
    message = update.message
    return message.message_thread_id if message is not None and message.is_topic_message else None
