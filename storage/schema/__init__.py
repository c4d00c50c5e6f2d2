"""The tables, in SQLAlchemy Core, the same on SQLite and PostgreSQL.

Ids are made by the application (`storage.ids`), so that a decision can name a row before it is committed.
Every row that can change carries `version`: a change set names the version it was decided on, and is thrown
away when somebody was faster. Times are aware UTC; JSON columns hold plain data.
"""

from .base import EPOCH, UtcTime, metadata
from .duty import absence, duty_rule, shift_change
from .machine import audit, conversation, inbox, lease, outbox, reminder, replica
from .matters import attachment, card, follower, history, offer, ticket
from .notices import notice, notice_recipient
from .people import family_link, invitation, person, poster, role_grant
from .services import (
    booking,
    booking_cell,
    category,
    dish,
    hold,
    opening,
    paper,
    provider,
    service,
    support,
    waiting,
)
from .structure import calendar_day, counter, kind, place, routing_rule, setting

__all__ = [
    "EPOCH",
    "UtcTime",
    "absence",
    "attachment",
    "audit",
    "booking",
    "booking_cell",
    "calendar_day",
    "card",
    "category",
    "conversation",
    "counter",
    "dish",
    "duty_rule",
    "family_link",
    "follower",
    "history",
    "hold",
    "inbox",
    "invitation",
    "kind",
    "lease",
    "metadata",
    "notice",
    "notice_recipient",
    "offer",
    "opening",
    "outbox",
    "paper",
    "person",
    "place",
    "poster",
    "provider",
    "reminder",
    "replica",
    "role_grant",
    "routing_rule",
    "service",
    "setting",
    "shift_change",
    "support",
    "ticket",
    "waiting",
]
