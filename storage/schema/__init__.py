"""The tables, in SQLAlchemy Core, the same on SQLite and PostgreSQL.

Ids are made by the application (`storage.ids`), so that a decision can name a row before it is committed.
Every row that can change carries `version`: a change set names the version it was decided on, and is thrown
away when somebody was faster. Times are aware UTC; JSON columns hold plain data.
"""

from .base import EPOCH, UtcTime, metadata
from .duty import absence, duty_rule, shift_change
from .groups import group_card, group_chat, group_topic
from .machine import audit, conversation, inbox, lease, outbox, reminder, replica
from .matters import attachment, card, follower, history, offer, ticket
from .notices import notice, notice_recipient
from .orders import (
    claim,
    concern,
    errand,
    help_order,
    helper,
    helper_skill,
    organisation,
    post,
    post_holding,
    skill,
    team,
    team_member,
)
from .people import family_link, invitation, person, poster, role_grant
from .points import account, point_rule, posting, redemption, reward, transfer
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
    "account",
    "attachment",
    "audit",
    "booking",
    "booking_cell",
    "calendar_day",
    "card",
    "category",
    "claim",
    "concern",
    "conversation",
    "counter",
    "dish",
    "duty_rule",
    "errand",
    "family_link",
    "follower",
    "group_card",
    "group_chat",
    "group_topic",
    "help_order",
    "helper",
    "helper_skill",
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
    "organisation",
    "outbox",
    "paper",
    "person",
    "place",
    "point_rule",
    "post",
    "post_holding",
    "poster",
    "posting",
    "provider",
    "redemption",
    "reminder",
    "replica",
    "reward",
    "role_grant",
    "routing_rule",
    "service",
    "setting",
    "shift_change",
    "skill",
    "support",
    "team",
    "team_member",
    "ticket",
    "transfer",
    "waiting",
]
