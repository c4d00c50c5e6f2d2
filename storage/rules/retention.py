"""How long what is kept: one table of rules, each with its reason. Pure; `storage.keeping` carries them out at night.

Periods are counted from the moment a thing was over, never from its beginning: what is open is kept. Two of them are a
community's to choose (`Periods`), because they depend on its statistics and its law; the others follow from what a
thing is needed for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

NIGHT = time(3, 15)
"""When it begins, on the community's clocks: after the day's last word, before the morning's first."""
LEAST_MATTERS = timedelta(days=90)
LEAST_AUDIT = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Periods:
    """What a community chooses itself."""

    matters: timedelta = timedelta(days=365)
    audit: timedelta = timedelta(days=3 * 365)


class Does(StrEnum):
    """What happens at the end."""

    EMPTIED = "emptied"
    DELETED = "deleted"
    ANONYMISED = "anonymised"


@dataclass(frozen=True, slots=True)
class Rule:
    """What becomes of the rows of a table; `chosen` names the field of `Periods` that replaces `after`."""

    table: str
    what: str
    counted_from: str
    after: timedelta
    does: Does
    because: str
    chosen: str | None = None

    def period(self, periods: Periods) -> timedelta:
        """How long, in this community."""
        return getattr(periods, self.chosen) if self.chosen else self.after


def _days(count: int) -> timedelta:
    return timedelta(days=count)


_YEAR, _THREE_YEARS = Periods().matters, Periods().audit

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "payload": Rule(
            "inbox",
            "an update as it came, once it took effect",
            "its effect",
            _days(7),
            Does.EMPTIED,
            "a week is enough to find out why the bot answered as it did",
        ),
        "update": Rule(
            "inbox",
            "the rest of that row",
            "its arrival",
            _days(30),
            Does.DELETED,
            "Telegram repeats an update for a day at most; a repetition is absorbed as long as the row is there",
        ),
        "set_aside": Rule(
            "inbox",
            "an update that was set aside",
            "its last try",
            _days(90),
            Does.DELETED,
            "an administrator has a season to look at it and to have a fault mended",
        ),
        "message": Rule(
            "outbox",
            "a message that was sent, or never will be",
            "its writing",
            _days(30),
            Does.DELETED,
            "a month is enough to answer “I was not told”; what happened stays in the history",
        ),
        "draft": Rule(
            "conversation",
            "a question that nobody answered",
            "the last word",
            _days(7),
            Does.DELETED,
            "nobody goes on with a half-told report after a week",
        ),
        "reminder": Rule(
            "reminder",
            "what the clock did beside matters",
            "its making",
            _days(30),
            Does.DELETED,
            "as for messages; the reminders of a matter stay as long as it, so that none is given twice",
        ),
        "invitation": Rule(
            "invitation",
            "a link for staff, family, or one's own matters",
            "its expiry",
            _days(30),
            Does.DELETED,
            "whoever opens it late is told for a month that it is over",
        ),
        "matter": Rule(
            "ticket",
            "a matter: words, room, telephone, position, pictures, and whose it was",
            "its end",
            _YEAR,
            Does.ANONYMISED,
            "objections, ringing back and the comparison with last year need no more; what statistics count stays",
            "matters",
        ),
        "person": Rule(
            "person",
            "somebody without a role and without matters: moved away, unreachable, or written down by staff without"
            " ever coming to the chat",
            "that",
            _YEAR,
            Does.ANONYMISED,
            "nothing is left to do for them; whoever comes again begins anew",
            "matters",
        ),
        "family": Rule(
            "family_link",
            "a family link that was ended",
            "its end",
            _THREE_YEARS,
            Does.DELETED,
            "it says until then that rights were taken back",
            "audit",
        ),
        "role": Rule(
            "role_grant",
            "a role that was taken back",
            "that",
            _THREE_YEARS,
            Does.DELETED,
            "who was responsible when can be asked until claims lapse",
            "audit",
        ),
        "notice": Rule(
            "notice_recipient",
            "who got a notice, and who pressed 收到",
            "the arrival",
            _YEAR,
            Does.DELETED,
            "that somebody was told can be asked for a year; the notice itself stays",
            "matters",
        ),
        "hold": Rule(
            "hold",
            "a time that was kept while somebody confirmed, and that the clock did not release",
            "its end",
            _days(1),
            Does.DELETED,
            "it is kept for minutes; nobody comes back to it",
        ),
        "cell": Rule(
            "booking_cell",
            "the quarters of an hour that a booking took",
            "the last of them",
            _days(1),
            Does.DELETED,
            "they keep others out of a time, and nobody can book the past; when it was stays in the booking",
        ),
        "waiting": Rule(
            "waiting",
            "somebody who waited for a time",
            "the last day they wanted",
            _days(30),
            Does.DELETED,
            "as for messages: a month is enough to answer “why did I get none”",
        ),
        "support": Rule(
            "support",
            "that somebody was registered for full service, and why",
            "its end",
            _days(30),
            Does.DELETED,
            "it says what is nobody's business any more; a month is enough to take a mistake back",
        ),
        "absence": Rule(
            "absence",
            "that one of the staff was away, and why",
            "its end",
            _days(90),
            Does.DELETED,
            "the month's roster is settled by then; illness is nobody's business",
        ),
        "swap": Rule(
            "shift_change",
            "a shift that was given to a colleague",
            "its asking",
            _THREE_YEARS,
            Does.DELETED,
            "who was on duty when can be asked until claims lapse",
            "audit",
        ),
        "audit": Rule(
            "audit",
            "a refusal or an act of an administrator",
            "the act",
            _THREE_YEARS,
            Does.DELETED,
            "claims lapse after three years; logs of security have to be kept for half a year at least",
            "audit",
        ),
    }
)

ORPHANS = timedelta(days=1)
"""How long a stored file that no row names may stay: copying and its row are seconds apart."""


def cutoff(name: str, periods: Periods, now: datetime) -> datetime:
    """What was over before this moment is due by the rule of that name."""
    return now - RULES[name].period(periods)


def next_night(now: datetime, zone: ZoneInfo) -> datetime:
    """The next beginning after `now`, aware UTC."""
    today = now.astimezone(zone).date()
    at = _night_of(today, zone)
    return at if at > now else _night_of(today + timedelta(days=1), zone)


def _night_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, NIGHT, zone).astimezone(UTC)
