"""One row of the outbox becomes one call: who is it for, may they still have it, what does it say now."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from storage import cards, notices, people, schema, tickets
from storage.changes import ChangeSet
from storage.ledger import Ledger, Row
from storage.media import MediaStore
from storage.rules.rights import Action, may

from .cards import Cards
from .files import FileGone, Files
from .group_sending import GroupSending
from .keyboards import Keyboards
from .notices import Notices
from .retracting import retract
from .splitting import cut, split, visible_length
from .texts import Texts
from .transport import ApiError, Caller
from .unsent import Partly, Suppressed

if TYPE_CHECKING:
    from .documents import Documents
    from .rosters import Rosters

CAPTION_LIMIT = 1024
ANSWER_LIMIT = 200
NO_PREVIEW = {"is_disabled": True}

Keep = Callable[[Ledger, Row, int, datetime], Awaitable[ChangeSet]]


@dataclass
class Sent:
    """What sending a row came to, beside the row's own state."""

    state: str = "sent"
    message_id: int | None = None
    parts: Sequence[int] = ()  # all of them, where it took several
    keep: Keep | None = None  # remembers where the message stands: somebody's card, or a notice's board


class Sender:
    """Renders and sends."""

    def __init__(
        self, ledger: Ledger, transport: Caller, texts: Texts, now: Callable[[], datetime], store: MediaStore
    ) -> None:
        self._ledger = ledger
        self._transport = transport
        self._texts = texts
        self._now = now
        self._files = Files(ledger, transport, store)
        self._keyboards = Keyboards(texts)
        self._notices = Notices(ledger)
        self._store = store
        self._groups = GroupSending(ledger, transport, texts, self._keyboards, now, self._change)

    # What draws files takes half a second and twenty megabytes to load: only where somebody wants one.

    @cached_property
    def _rosters(self) -> "Rosters":
        from .rosters import Rosters  # noqa: PLC0415 - see above

        return Rosters(self._ledger, self._texts)

    @cached_property
    def _documents(self) -> "Documents":
        from .documents import Documents  # noqa: PLC0415 - see above
        from .exporting import Exports  # noqa: PLC0415

        return Documents(self._ledger, self._texts, Exports(self._ledger, self._texts, self._store))

    async def send(self, row: Row, ledger: Ledger) -> Sent:
        """Send one row; rows that are sent together read from one `ledger`. Raises what the transport raises,
        Suppressed, or NotNow."""
        group = self._group
        alone = {"answer": self._answer, "retract": self._retract, "group_card": group, "group_topic": group}
        if (send := alone.get(row["method"])) is not None:
            return await send(row)
        person = await self._reader(row, ledger)
        match row["method"]:
            case "export" | "paper" | "calendar" | "record" | "honours":
                return await self._document(row, person)
            case "card":
                return await self._card(row, person, ledger)
            case "board" | "roster":
                return await (self._board if row["method"] == "board" else self._roster)(row, person)
            case "notice":
                row = await self._notices.said(row, person, self._now())
            case _:
                await self._check(row, person, ledger)
        if row["method"] == "media":
            return await self._media(row)
        return await (self._edit if row["method"] == "edit" else self._message)(row, person)

    @staticmethod
    async def _reader(row: Row, ledger: Ledger) -> Row | None:
        """Who reads it; an answer that has nothing to do with a ticket carries its language and needs nobody."""
        if row["ticket_id"] is None and "language" in row["params"]:
            return None
        return await ledger.get(schema.person, row["person_id"])

    async def _check(self, row: Row, person: Row | None, ledger: Ledger) -> None:
        """Rights once more, at the moment of sending."""
        await self._check_role(row, ledger)
        if row["ticket_id"] is None or person is None:
            return
        if person["retired_at"] is not None:
            raise Suppressed
        ticket = await tickets.by_id(ledger, row["ticket_id"])
        if ticket is None:
            raise Suppressed
        facts = await tickets.facts(ledger, ticket)
        actor = await people.actor(ledger, person["id"])
        was_theirs = (row["params"] or {}).get("to_former")
        if not was_theirs and not may(actor, Action.SEE, facts):
            raise Suppressed
        if (row["params"] or {}).get("is_offer") and person["id"] not in facts.offered_to:
            raise Suppressed

    @staticmethod
    async def _check_role(row: Row, ledger: Ledger) -> None:
        """What only a role entitles to is not said any more to who has lost it."""
        needed = (row["params"] or {}).get("for_roles")
        if needed and not {one["role"] for one in await people.grants_of(ledger, [row["person_id"]])} & {*needed}:
            raise Suppressed

    def _language(self, row: Row, person: Row | None) -> str:
        return (person or {}).get("language") or (row["params"] or {}).get("language") or "zh-CN"

    async def _answer(self, row: Row) -> Sent:
        params = row["params"]
        call: dict[str, Any] = {"callback_query_id": params["query_id"]}
        if row["message"]:
            text = self._texts.plain(params["language"], row["message"], params, self._now())
            call |= {"text": cut(text, ANSWER_LIMIT), "show_alert": bool(params.get("alert"))}
        if "url" in params:
            call["url"] = params["url"]
        try:
            await self._transport.call("answerCallbackQuery", call)
        except ApiError as error:
            if error.code != 400:
                raise
            # Too old: the press waited too long. What it did is done; there is only no line to show.
            return Sent(state="suppressed")
        return Sent()

    async def _group(self, row: Row) -> Sent:
        done = await (self._groups.card if row["method"] == "group_card" else self._groups.topic)(row)
        return Sent(message_id=done.message_id, keep=done.keep)

    def _drawn(self, row: Row, person: Row | None) -> tuple[str, dict[str, Any] | None]:
        params, language, now = row["params"], self._language(row, person), self._now()
        text = self._texts.render(language, row["message"], params, now)
        if params.get("buttons"):
            return text, self._keyboards.inline(params["buttons"], language, now)
        if params.get("keyboard"):
            return text, self._keyboards.reply(params["keyboard"], language, now)
        return text, None

    async def _message(self, row: Row, person: Row | None) -> Sent:
        text, markup = self._drawn(row, person)
        sent: list[int] = list(row["params"].get("sent_ids", ()))  # by an earlier try that came so far
        try:
            return await self._say(row, text, markup, sent)
        except Exception as error:
            if not sent:
                raise
            raise Partly(sent, error) from error

    async def _say(self, row: Row, text: str, markup: Mapping[str, Any] | None, sent: list[int]) -> Sent:
        """Say a text under its picture, or picture and parts one after another; `sent` grows with what was said."""
        photo, is_short = row["params"].get("photo"), visible_length(text) <= CAPTION_LIMIT
        if photo and not sent:
            result = await self._photo(row, photo, _call(row["chat_id"], markup, caption=text) if is_short else {})
            if result is not None and is_short:
                return Sent(message_id=result["message_id"])
            sent += [] if result is None else [result["message_id"]]
        parts = split(text)
        said = len(sent) - (1 if photo and sent else 0)
        look = {"link_preview_options": NO_PREVIEW} if row["params"].get("has_no_preview") else {}
        look |= _around(row["params"])
        for part in parts[said:-1]:
            first = await self._transport.call("sendMessage", _call(row["chat_id"], None, text=part, **look))
            sent.append(first["message_id"])
        result = await self._transport.call("sendMessage", _call(row["chat_id"], markup, text=parts[-1], **look))
        return Sent(message_id=result["message_id"], parts=[*sent, result["message_id"]])

    async def _photo(self, row: Row, file_id: str, params: Mapping[str, Any]) -> Any | None:
        """A picture with its words, or before them; None when it is nowhere any more: the words are said then."""
        try:
            return await self._files.photo(row["chat_id"], row["ticket_id"], file_id, params)
        except FileGone:
            return None

    async def _edit(self, row: Row, person: Row | None) -> Sent:
        text, markup = self._drawn(row, person)
        message_id = row["params"]["edit"]
        if await cards.stands_at(self._ledger, row["chat_id"], message_id):
            return await self._message(row, person)  # a button of a card was pressed: the card stays what it is
        under = bool(row["params"].get("is_caption"))
        if not await self._change(row["chat_id"], message_id, split(text)[0], markup, is_caption=under):
            return await self._message(row, person)
        return Sent(message_id=message_id)

    async def _change(
        self, chat_id: int, message_id: int, text: str, markup: Mapping[str, Any] | None, *, is_caption: bool = False
    ) -> bool:
        """Edit a message; False when it is not there any more. "Not modified" is a success."""
        if is_caption and visible_length(text) > CAPTION_LIMIT:
            return False
        inline = markup if markup and "inline_keyboard" in markup else None
        method, words = ("editMessageCaption", {"caption": text}) if is_caption else ("editMessageText", {"text": text})
        try:
            await self._transport.call(method, _call(chat_id, inline, **words) | {"message_id": message_id})
        except ApiError as error:
            if error.code != 400:
                raise
            if "not modified" in error.description:
                return True
            if "to edit" in error.description or "can't be edited" in error.description:
                return False
            raise
        return True

    async def _card(self, row: Row, person: Row | None, ledger: Ledger) -> Sent:
        if person is None:
            raise Suppressed
        drawn = await Cards(ledger, self._texts, self._keyboards).draw(row["ticket_id"], person, self._now())
        if drawn is None:
            raise Suppressed
        card = await tickets.card_of(self._ledger, row["ticket_id"], person["id"])
        is_fresh = bool(row["params"].get("is_fresh")) and await self._is_still_offered(row, has_card=card is not None)
        if card is not None and not is_fresh:
            if await self._change(card["chat_id"], card["message_id"], split(drawn.text)[0], drawn.markup):
                return Sent(message_id=card["message_id"])
        elif not is_fresh:
            raise Suppressed
        if not drawn.may_be_new:
            raise Suppressed
        result = await self._transport.call(
            "sendMessage", _call(row["chat_id"], drawn.markup, text=split(drawn.text)[0])
        )
        return Sent(message_id=result["message_id"], keep=cards.keep)

    async def _is_still_offered(self, row: Row, *, has_card: bool) -> bool:
        """An offer that was taken or withdrawn before it was sent only changes the card that is there."""
        if not row["params"].get("is_offer"):
            return True
        offers = await tickets.open_offers(self._ledger, row["ticket_id"])
        if row["person_id"] in {one["person_id"] for one in offers}:
            return True
        ticket = await tickets.by_id(self._ledger, row["ticket_id"])
        return not has_card and ticket is not None and ticket["assignee_id"] == row["person_id"]

    async def _board(self, row: Row, person: Row | None) -> Sent:
        """How far a notice has come, on the one message on which its author watches it."""
        composed, message_id = await self._notices.board(row, person, self._now())
        text, markup = self._drawn(composed, person)
        if message_id is not None and await self._change(row["chat_id"], message_id, split(text)[0], markup):
            return Sent(message_id=message_id)
        result = await self._transport.call("sendMessage", _call(row["chat_id"], markup, text=split(text)[0]))
        return Sent(message_id=result["message_id"], keep=notices.keep_board)

    async def _media(self, row: Row) -> Sent:
        try:
            sent = await self._files.send(row["chat_id"], row["ticket_id"], row["params"]["files"])
        except FileGone:
            raise Suppressed from None
        return Sent(message_id=sent[-1], parts=sent)

    async def _document(self, row: Row, person: Row | None) -> Sent:
        """A file that is made now: somebody's own data, a sheet, a calendar entry."""
        made = await self._documents.make(row, person, self._now())
        caption = self._texts.render(self._language(row, person), made.message, made.params, self._now())
        call = {"chat_id": row["chat_id"], "caption": caption, "parse_mode": "HTML"}
        result = await self._transport.upload("sendDocument", call, {"document": (made.name, made.content)})
        return Sent(message_id=result["message_id"])

    async def _roster(self, row: Row, person: Row | None) -> Sent:
        """The duty roster of a month, drawn now."""
        now, language = self._now(), self._language(row, person)
        made = await self._rosters.make(row, person, now)
        text = self._texts.render(language, made.message, made.params, now)
        markup = self._keyboards.inline(made.buttons, language, now)
        if made.picture is None:
            return await self._say(row, text, markup, [])
        call = _call(row["chat_id"], markup, caption=text)
        result = await self._transport.upload("sendPhoto", call, {"photo": ("duty-roster.png", made.picture)})
        return Sent(message_id=result["message_id"])

    async def _retract(self, row: Row) -> Sent:
        """Messages that must not say any more what they say; the reader's language as it is now."""
        readers = await people.by_telegram_ids(self._ledger, [row["chat_id"]])
        language = self._language(row, readers.get(row["chat_id"]))
        neutral = self._texts.render(language, "card.retracted", {}, self._now())
        await retract(self._transport, row["chat_id"], row["params"]["message_ids"], neutral)
        return Sent()


def _around(params: Mapping[str, Any]) -> dict[str, Any]:
    """Where in a group something is said: in a topic, below a message."""
    found: dict[str, Any] = {"message_thread_id": params["thread"]} if "thread" in params else {}
    if "reply_to" in params:
        found["reply_parameters"] = {"message_id": params["reply_to"], "allow_sending_without_reply": True}
    return found


def _call(chat_id: int, markup: Mapping[str, Any] | None, **content: Any) -> dict[str, Any]:
    call: dict[str, Any] = {"chat_id": chat_id, "parse_mode": "HTML", **content}
    if markup is not None:
        call["reply_markup"] = markup
    return call
