"""What neighbours say in their group becomes a report: by a reply with /report, or by a mention of the bot.

The report goes on in private with whoever said it, and only with them: whoever the bot knows is written to, anybody
else opens the chat by a button below, which is theirs alone. What was said stays where Telegram brought it, in the
inbox; the group reads a number and how it stands, nothing else.
"""

from dataclasses import dataclass
from typing import Any

from telegram import Message, MessageEntity, Update, User

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Rows
from handlers.lookup import address
from handlers.said import Said, said_in
from storage import conversations, groups, inbox, people
from storage.directory import Group
from storage.ledger import Row
from storage.rules.groups import Purpose
from storage.rules.press import Press, base36, press
from storage.work import Conversation, Priority, Work

from . import after, report
from .draft import is_danger

PREFIX = "g"
"""Before the number of the update in the payload of a button below somebody's message."""
COMMAND = "/report"


@dataclass(frozen=True)
class Meant:
    """The message that is to be reported: what it says, and who said it; nobody where Telegram names nobody."""

    said: Said
    author: User | None
    message_id: int
    thread_id: int | None


def meant(message: Message, username: str) -> Meant:
    """The message replied to, or this one; without the command and the bot's name."""
    replied = message.reply_to_message
    thread = message.message_thread_id if message.is_topic_message else None
    own = _bare(said_in(message), message, username)
    if replied is None or replied.forum_topic_created is not None or _is_of_bot(replied, username):
        return Meant(own, message.from_user, message.message_id, thread)
    author = None if replied.sender_chat is not None else replied.from_user
    words = _bare(said_in(replied), replied, username)
    if author is not None and message.from_user is not None and author.id == message.from_user.id:
        words = _joined(words, own)
    is_person = author is not None and not author.is_bot
    return Meant(words, author if is_person else None, replied.message_id, thread)


def _is_of_bot(message: Message, username: str) -> bool:
    user = message.from_user
    return user is not None and (user.username or "").lower() == username.lower()


def _bare(said: Said, message: Message, username: str) -> Said:
    text = said.text
    for _ in range(2):
        first, _, rest = text.partition(" ")
        if first.partition("@")[0].lower() == COMMAND or first.lower() == f"@{username}".lower():
            text = rest.strip()
    for entity, words in {**message.parse_entities([_MENTION]), **message.parse_caption_entities([_MENTION])}.items():
        if entity.type == _MENTION and words.lower() == f"@{username}".lower():
            text = text.replace(words, " ").strip()
    return _with(said, text=text)


_MENTION = MessageEntity.MENTION


def _joined(said: Said, more: Said) -> Said:
    return _with(said, text=f"{said.text}\n{more.text}".strip(), files=(*said.files, *more.files))


def _with(said: Said, **values: Any) -> Said:
    kept = {"text": said.text, "files": said.files, "latitude": said.latitude, "longitude": said.longitude}
    return Said(**{**kept, "album": said.album, "is_too_large": said.is_too_large, **values})


def mentions(message: Message, username: str) -> bool:
    """Whether a message speaks to the bot."""
    found = {**message.parse_entities([_MENTION]), **message.parse_caption_entities([_MENTION])}
    return any(words.lower() == f"@{username}".lower() for words in found.values())


# --- in the group ----------------------------------------------------------------------------------------------


@entry.command_in_group("report")
async def reported(context: Context, update: Update) -> None:
    """/report, as a reply to what a neighbour said, or with words of one's own."""
    await _take_up(context, update)


@entry.heard_in_group
async def spoken_to(context: Context, update: Update) -> None:
    """The bot is mentioned, or an album goes on that was shown to it; what else is said is nobody's business."""
    message = update.message
    if message is None:
        return
    if mentions(message, context.bot.username) or (message.caption or "").lower().startswith(COMMAND):
        await _take_up(context, update)
    elif message.media_group_id is not None and context.work.person is not None:
        await _add_picture(context, message)


async def _add_picture(context: Context, message: Message) -> None:
    """The other pictures of an album belong to what its first one began, where the bot may see them."""
    work = context.work
    if groups.bound(work.directory, work.chat_id, Purpose.NEIGHBOURS) is not None:
        work.conversation = await _conversation(work)
        await after.rest_of_album(context, said_in(message))


async def _take_up(context: Context, update: Update) -> None:
    message, work = update.message, context.work
    group = groups.bound(work.directory, work.chat_id, Purpose.NEIGHBOURS)
    if message is None or group is None:
        entry.private_only(context)
        return
    what = meant(message, context.bot.username)
    if what.author is None:
        _say(work, group, what, "group.said_by_nobody", [[_to_private(context)]], priority=Priority.REMINDER)
    elif not what.said.has_content:
        _say(work, group, what, "group.report_what", priority=Priority.REMINDER)
    else:
        await _lead_on(context, group, what, update.update_id)


async def _lead_on(context: Context, group: Group, what: Meant, update_id: int) -> None:
    """On with whoever said it; what is dangerous does not wait for them, but is called by whoever points at it."""
    work, is_urgent = context.work, is_danger(what.said.text)
    author = await _author(work, what)
    caller = work.person if is_urgent and author is not work.person and _can_be_told(work.person) else author
    key = groups.key_of(update_id)
    if caller is None:
        link = address(context, f"{PREFIX}{base36(update_id)}")
        rows: Rows = [[("group_report", f"url={link}")]]
        _say(work, group, what, "group.come_over", rows, key=key, is_danger=is_urgent)
        return
    origin = _origin(group, what, update_id)
    is_mine = caller is work.person
    conversation = await _conversation(work) if is_mine else None
    if conversation is not None and (is_urgent or conversation.flow is None):
        await _begin(context, conversation, what, origin)
        if _is_ticket_made(work):
            return  # the group reads of it in a moment
    else:
        rows = [[("group_report", press("groupfrom", update_id))], [("group_report_no", "close")]]
        work.notify(caller, "group.yours", rows, words=what.said.text, files=len(what.said.files))
    _say(work, group, what, "group.goes_on", [[_to_private(context)]], key=key, is_danger=is_urgent)


async def _author(work: Work, what: Meant) -> Row | None:
    """Who said it, if the bot may write to them."""
    if what.author is None:
        return None
    if what.author.id == work.telegram_id:
        return work.person if _can_be_told(work.person) else None
    found = (await people.by_telegram_ids(work.ledger, [what.author.id])).get(what.author.id)
    return found if _can_be_told(found) else None


def _can_be_told(person: Row | None) -> bool:
    return person is not None and person["retired_at"] is None and people.is_reachable(person)


async def _conversation(work: Work) -> Conversation:
    me = work.telegram_id or 0
    return (await conversations.of(work.ledger, [me])).get(me) or Conversation(me)


async def _begin(context: Context, conversation: Conversation, what: Meant, origin: dict[str, Any]) -> None:
    """From here on the desk stands in the private chat of whoever asks."""
    work = context.work
    work.conversation, work.chat_id, work.is_private = conversation, work.telegram_id, True
    await report.start(context, what.said, group=origin)


def _is_ticket_made(work: Work) -> bool:
    return any(table.name == "group_card" for table, _ in work.changes.inserts)


def _origin(group: Group, what: Meant, update_id: int) -> dict[str, Any]:
    return {"group": group.id, "update": update_id, "message": what.message_id, "thread": what.thread_id}


def _to_private(context: Context) -> Any:
    return ("to_private", f"url={address(context, entry.HELLO)}")


def _say(
    work: Work, group: Group, what: Meant, message: str, rows: Rows | None = None, key: str | None = None, **params: Any
) -> None:
    work.say_in_group(group, message, rows or (), thread=what.thread_id, reply_to=what.message_id, key=key, **params)


# --- in private ------------------------------------------------------------------------------------------------


async def by_address(context: Context, code: str) -> None:
    """Whoever said it in the group has opened the chat by the button below."""
    await _from_group(context, Press("groupfrom", (code,)).number())


@entry.pressed("groupfrom")
async def from_group(context: Context, pressed: Press, _said: Said) -> None:
    """报给社区: what somebody said in the group is theirs to report."""
    await _from_group(context, pressed.number())


async def _from_group(context: Context, update_id: int | None) -> None:
    """Begin the report with what the inbox still holds of that message. Nobody gets what somebody else said."""
    work = context.work
    payload = await inbox.update_of(work.ledger, update_id)
    message = Update.de_json(dict(payload), context.bot).message if payload is not None else None
    group = groups.bound(work.directory, message.chat.id, Purpose.NEIGHBOURS) if message is not None else None
    if message is None or group is None or update_id is None:
        work.reply("group.too_old", keyboard="main")
        return
    what = meant(message, context.bot.username)
    if not _may_report(context, message, what):
        work.audit("group_words_of_another")
        work.reply("group.not_your_words", keyboard="main")
        return
    if flows.current(context) is not None:
        context.conversation.clear()
    await report.start(context, what.said, group=_origin(group, what, update_id))


def _may_report(context: Context, message: Message, what: Meant) -> bool:
    """Who said it; and who called for help because of it."""
    me = context.work.telegram_id
    if what.author is not None and what.author.id == me:
        return True
    is_caller = message.from_user is not None and message.sender_chat is None and message.from_user.id == me
    return is_caller and is_danger(what.said.text)
