"""Perhaps a danger: the bot asked, and whoever does not answer within two minutes is taken to need help.

The question waits in the conversation's draft; a reminder with the subject "draft:<telegram id>" counts the time. When
it fires and the same question still waits, the draft becomes a danger as it stands.
"""

import sqlalchemy as sa
from pydantic import ValidationError

from . import conversations, people, reminders, reporting, schema
from .drafts import REPORT, ReportDraft
from .rules.clocks import UNSURE_FOR, ClockKind
from .work import Conversation, Priority, Work

AFTER = "after"
"""The flow in which later words belong to the ticket that was just made."""


def subject(telegram_id: int) -> str:
    """The subject of the reminder about somebody's draft."""
    return f"draft:{telegram_id}"


def waits(conversation: Conversation | None) -> bool:
    """Whether the question "is it dangerous now?" waits for an answer."""
    return conversation is not None and conversation.flow == REPORT and conversation.draft.get("danger") == "maybe"


async def watch(work: Work, *, was_waiting: bool) -> None:
    """Start the two minutes when the question was just asked; stop them when it was answered, sent or cancelled."""
    is_waiting = waits(work.conversation)
    if work.telegram_id is None or is_waiting == was_waiting:
        return
    if is_waiting:
        due_at = work.now + UNSURE_FOR
        occurrence = work.now.isoformat()
        reminders.schedule(work, subject(work.telegram_id), str(ClockKind.DANGER_UNSURE), occurrence, due_at)
        return
    reminder = schema.reminder
    query = sa.select(reminder).where(reminder.c.subject == subject(work.telegram_id), reminder.c.state == "scheduled")
    for row in await work.ledger.all(query):
        work.changes.update(reminder, row, state="cancelled")


async def becomes_danger(work: Work, telegram_id: int) -> None:
    """Two minutes without an answer: what was said so far becomes a danger, and the person is told so.

    Does nothing when the question no longer waits. The conversation's row is compared and set with the rest, so that
    an answer in the same moment wins or loses as a whole.
    """
    conversation = (await conversations.of(work.ledger, [telegram_id])).get(telegram_id)
    person = (await people.by_telegram_ids(work.ledger, [telegram_id])).get(telegram_id)
    if conversation is None or person is None or not waits(conversation):
        return
    try:
        draft = ReportDraft.model_validate(conversation.draft)
    except ValidationError:
        return
    work.conversation = conversation
    work.notify(person, "danger.unsure", priority=Priority.ALARM)
    work.notify(person, "danger.ring_first", priority=Priority.ALARM)
    ticket = await reporting.send_danger(work, draft, person)
    if draft.place_id is None or not draft.words:
        work.notify(person, "danger.tell_more", priority=Priority.ALARM, number=ticket["number"])
    after = reporting.after(work, ticket, draft)
    conversation.flow, conversation.step = AFTER, None
    conversation.draft = after.model_dump(mode="json") if after else {}
