"""The desk at which one decision is made: what was read, who asks, and the one change set it fills.

Handlers and the scheduler never commit and never call Telegram: they read through `work.ledger`, change rows through
`work.changes`, and say things with `reply`, `notify`, `card`, `answer`: each a row of the outbox in the same set.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any

import orjson

from . import schema
from .changes import ChangeSet
from .directory import Directory, Group
from .ids import new_id
from .ledger import Ledger, Row
from .numbers import Numbers
from .rules import boards

Button = tuple[str, str] | tuple[str, str, Mapping[str, Any]]
"""(label's key in the texts, callback data[, parameters of the label])."""


class Priority(IntEnum):
    """What overtakes what on the way out; smaller goes first."""

    ALARM = 0
    ANSWER = 1
    NEWS = 2
    REMINDER = 3
    BROADCAST = 4


@dataclass
class Conversation:
    """Where a person stands in a flow; written back with the rest of the change set when it changed."""

    telegram_id: int
    flow: str | None = None
    step: str | None = None
    draft: dict[str, Any] = field(default_factory=dict)
    version: int | None = None  # None = no row yet
    _was: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._was = self._stands

    @property
    def has_changed(self) -> bool:
        """Whether it stands elsewhere than when it was read."""
        return self._was != self._stands

    @property
    def _stands(self) -> bytes:
        return orjson.dumps([self.flow, self.step, self.draft])

    def clear(self) -> None:
        """Leave the flow."""
        self.flow, self.step, self.draft = None, None, {}


@dataclass
class Work:
    """One update's or one reminder's desk."""

    ledger: Ledger
    now: datetime
    numbers: Numbers
    changes: ChangeSet = field(default_factory=ChangeSet)
    person: Row | None = None
    telegram_id: int | None = None
    chat_id: int | None = None
    is_private: bool = True
    query_id: str | None = None
    pressed: int | None = None  # the message whose button was pressed
    is_forum: bool = False  # whether it came from a group with topics
    thread_id: int | None = None  # the topic that it came from
    is_caption: bool = False  # whether its words stand under a picture
    conversation: Conversation | None = None
    grants: Sequence[Row] = ()
    has_answered: bool = False
    shared: dict[Any, Any] = field(default_factory=dict)  # what all desks of a batch read only once
    _carded: set[tuple[int, int]] = field(default_factory=set)

    @property
    def directory(self) -> Directory:
        """The structure."""
        return self.ledger.directory

    @property
    def language(self) -> str:
        """The language of the one who asks."""
        return self.person["language"] if self.person else "zh-CN"

    @classmethod
    def for_clock(cls, ledger: Ledger, now: datetime, changes: ChangeSet | None = None) -> "Work":
        """A desk at which nobody sits: for what the clock or the delivery decides."""
        return cls(ledger, now, Numbers(ledger.database), changes if changes is not None else ChangeSet())

    def new_id(self) -> int:
        """An id for a row made now."""
        return new_id(self.now)

    # --- saying things ---------------------------------------------------------------------------------------

    def reply(
        self,
        message: str,
        buttons: Sequence[Sequence[Button]] = (),
        *,
        keyboard: str | None = None,
        edit: int | None = None,
        ticket_id: int | None = None,
        priority: Priority = Priority.ANSWER,
        **params: Any,
    ) -> None:
        """Answer in the chat the update came from; `edit` names the message to change instead of a new one."""
        if self.chat_id is None:
            return
        self._say(
            "edit" if edit is not None else "message",
            message,
            chat_id=self.chat_id,
            person_id=self.person["id"] if self.person else None,
            ticket_id=ticket_id,
            priority=priority,
            params=_params(params, buttons, self._board(keyboard), edit, self.language) | self._under(edit),
        )

    def _under(self, edit: int | None) -> dict[str, Any]:
        if edit is None:
            return self._in_thread
        return {"is_caption": True} if self.is_caption and edit == self.pressed else {}

    @property
    def _in_thread(self) -> dict[str, Any]:
        return {} if self.thread_id is None or self.is_private else {"thread": self.thread_id}

    def _board(self, keyboard: str | None) -> str | None:
        """The main keyboard is everybody's own: by the roles that are held now."""
        is_main = keyboard in {boards.MAIN, boards.STAFF}
        return boards.board([one["role"] for one in self.grants if one["revoked_at"] is None]) if is_main else keyboard

    def spare_answer(self) -> None:
        """Leave the empty answer to a press out: the pressed button goes away with what is said here."""
        self.has_answered = True

    def answer(self, message: str | None = None, *, alert: bool = False, **params: Any) -> None:
        """Answer the press, once: a line that fades, or an alert that stays until it is read."""
        if self.query_id is None or self.has_answered:
            return
        self.has_answered = True
        self._say(
            "answer",
            message,
            chat_id=self.chat_id or 0,
            person_id=self.person["id"] if self.person else None,
            priority=Priority.ANSWER,
            params={"query_id": self.query_id, "alert": alert, "language": self.language, **params},
        )

    def notify(
        self,
        to: Row,
        message: str,
        buttons: Sequence[Sequence[Button]] = (),
        *,
        ticket_id: int | None = None,
        priority: Priority = Priority.NEWS,
        key: str | None = None,
        due_at: datetime | None = None,
        edit: int | None = None,
        **params: Any,
    ) -> None:
        """Tell somebody something. Quiet hours hold back what is neither an alarm nor an answer.

        `edit` names an earlier message of ours to change, which makes no sound and waits for no morning.
        """
        if to["telegram_id"] is None:
            return
        self._say(
            "message" if edit is None else "edit",
            message,
            chat_id=to["telegram_id"],
            person_id=to["id"],
            ticket_id=ticket_id,
            priority=priority,
            key=key,
            due_at=due_at or (self.speak_at(priority) if edit is None else self.now),
            params=_params(params, buttons, None, edit, None),
        )

    def card(
        self,
        ticket_id: int,
        to: Row,
        *,
        is_fresh: bool = False,
        is_offer: bool = False,
        priority: Priority = Priority.NEWS,
        due_at: datetime | None = None,
    ) -> None:
        """Show or renew somebody's card of a ticket. It is drawn when it is sent; `is_fresh` sends a new message.

        An offer that is over when its turn comes (it waited for the morning) is not sent any more.
        """
        if to["telegram_id"] is None or (ticket_id, to["id"]) in self._carded:
            return
        self._carded.add((ticket_id, to["id"]))
        self._say(
            "card",
            None,
            chat_id=to["telegram_id"],
            person_id=to["id"],
            ticket_id=ticket_id,
            priority=priority,
            due_at=due_at or (self.speak_at(priority) if is_fresh else self.now),
            params={"is_fresh": is_fresh, "is_offer": is_offer},
        )

    def say_in_group(
        self,
        group: Group,
        message: str,
        buttons: Sequence[Sequence[Button]] = (),
        *,
        thread: int | None = None,
        reply_to: int | None = None,
        key: str | None = None,
        priority: Priority = Priority.NEWS,
        **params: Any,
    ) -> None:
        """Say something to a whole group, in its language; nothing that is anybody's."""
        around = {"thread": thread, "reply_to": reply_to}
        self._say(
            "message",
            message,
            chat_id=group.chat_id,
            person_id=None,
            priority=priority,
            key=key,
            params=_params(params, buttons, None, None, group.language)
            | {name: value for name, value in around.items() if value is not None},
        )

    def group_card(self, ticket_id: int, group: Group, *, priority: Priority = Priority.NEWS) -> None:
        """Show or renew a ticket's card in a group. It is drawn when it is sent."""
        if (ticket_id, -group.id) in self._carded:
            return
        self._carded.add((ticket_id, -group.id))
        self._say(
            "group_card",
            None,
            chat_id=group.chat_id,
            person_id=None,
            ticket_id=ticket_id,
            priority=priority,
            params={"group": group.id},
        )

    def group_topic(self, group: Group, place_id: int) -> None:
        """Have a topic made for a grid in a forum, unless it is there."""
        self._say(
            "group_topic",
            None,
            chat_id=group.chat_id,
            person_id=None,
            priority=Priority.NEWS,
            params={"group": group.id, "place": place_id},
        )

    def draw(
        self,
        what: str,
        to: Row,
        *,
        priority: Priority,
        key: str | None = None,
        ticket_id: int | None = None,
        **params: Any,
    ) -> int:
        """Say what is drawn when it is sent, from rows that `params` name: a notice, or how far one has come.

        Whoever it is for has a chat. Gives back the row's id.
        """
        return self._say(
            what,
            None,
            chat_id=to["telegram_id"],
            person_id=to["id"],
            ticket_id=ticket_id,
            priority=priority,
            key=key,
            due_at=self.speak_at(priority) if ticket_id is not None else None,
            params=params,
        )

    def media(
        self,
        ticket_id: int,
        to: Row,
        files: Sequence[Mapping[str, Any]],
        *,
        priority: Priority,
        is_offer: bool = False,
        due_at: datetime | None = None,
    ) -> None:
        """Pass pictures, voice or a position of a ticket on, under the card that speaks of them."""
        if to["telegram_id"] is not None and files:
            self._say(
                "media",
                None,
                chat_id=to["telegram_id"],
                person_id=to["id"],
                ticket_id=ticket_id,
                priority=priority,
                due_at=due_at or self.speak_at(priority),
                params={"files": list(files), "is_offer": is_offer},
            )

    def retract(self, chat_id: int, message_ids: Sequence[int]) -> None:
        """Take messages of ours back: deleted where Telegram allows it, else edited until they say nothing."""
        params = {"message_ids": list(message_ids)}
        self._say("retract", None, chat_id=chat_id, person_id=None, priority=Priority.BROADCAST, params=params)

    def speak_at(self, priority: Priority) -> datetime:
        """When something unasked may be said: at once, or after the quiet hours (21:30–07:30, community's zone)."""
        if priority <= Priority.ANSWER:
            return self.now
        return self.directory.calendar.quiet_until(self.now) or self.now

    def _say(
        self,
        method: str,
        message: str | None,
        *,
        chat_id: int,
        person_id: int | None,
        priority: Priority,
        params: Mapping[str, Any],
        ticket_id: int | None = None,
        key: str | None = None,
        due_at: datetime | None = None,
    ) -> int:
        row_id = self.new_id()
        self.changes.insert(
            schema.outbox,
            id=row_id,
            priority=int(priority),
            due_at=due_at or self.now,
            created_at=self.now,
            chat_id=chat_id,
            person_id=person_id,
            ticket_id=ticket_id,
            method=method,
            message=message,
            params=params,
            state=outbox_state(due_at, self.now),
            unique_key=key,
        )
        return row_id

    def refuse(self, code: str) -> None:
        """Throw away what was decided and say politely why it cannot be done."""
        self.changes = ChangeSet()
        self.has_answered = False
        self._carded.clear()
        if self.query_id is not None:
            self.answer(f"refused.{code}", alert=True)
        else:
            self.reply(f"refused.{code}")
            self.has_answered = True

    # --- the end ---------------------------------------------------------------------------------------------

    def finish(self) -> ChangeSet:
        """The change set, with the conversation and an answer to the press that nobody gave."""
        self.answer()
        if self.conversation is not None and self.conversation.has_changed:
            _keep(self.changes, self.conversation, self.now)
        return self.changes

    def audit(self, what: str, **data: Any) -> None:
        """Record a refusal or an act of an administrator; never names, words or numbers of telephones."""
        self.changes.insert(
            schema.audit, id=self.new_id(), at=self.now, telegram_id=self.telegram_id, what=what, data=data
        )


def outbox_state(due_at: datetime | None, now: datetime) -> str:
    """What may be said at once waits for no clock: it is said even when the clock jumps back."""
    return "held" if due_at is not None and due_at > now else "queued"


def _params(
    params: Mapping[str, Any],
    buttons: Sequence[Sequence[Button]],
    keyboard: str | None,
    edit: int | None,
    language: str | None,
) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    if buttons:
        extra["buttons"] = buttons
    if keyboard:
        extra["keyboard"] = keyboard
    if edit is not None:
        extra["edit"] = edit
    if language is not None:
        extra["language"] = language
    return {**params, **extra}


def _keep(changes: ChangeSet, now_at: Conversation, now: datetime) -> None:
    values = {"flow": now_at.flow, "step": now_at.step, "draft": now_at.draft, "updated_at": now}
    if now_at.version is None:
        if now_at.flow is not None:
            changes.insert(schema.conversation, id=now_at.telegram_id, **values)
    else:
        row = {"id": now_at.telegram_id, "version": now_at.version}
        changes.update(schema.conversation, row, **values)
