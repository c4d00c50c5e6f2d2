"""What people who help say of themselves: when they have time, what neighbours may see, how long a skill counts.

Times are kept as parts of days of the week ("sat.morning"), which is what matching asks for; people choose among six
groups of them. Nothing chosen means any time, any place, anything: who says nothing can be asked for everything.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

_DAYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"workday": ("mon", "tue", "wed", "thu", "fri"), "weekend": ("sat", "sun")}
)
_PARTS = ("morning", "afternoon", "evening")

TIMES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        f"{days}.{part}": frozenset(f"{day}.{part}" for day in several)
        for days, several in _DAYS.items()
        for part in _PARTS
    }
)
"""The groups of times to choose from, with the parts of days that each stands for."""
FEES = ("free", "low")


class Shown(StrEnum):
    """What neighbours may see in the talent register (社区能人库), each with a consent of its own."""

    SKILLS = "skills"  # without them somebody is not in it at all
    NAME = "name"
    ABOUT = "about"
    PHOTO = "photo"
    PHONE = "phone"


class Standing(StrEnum):
    """What a skill that somebody said they have counts for."""

    DECLARED = "declared"
    VERIFIED = "verified"
    EXPIRED = "expired"  # it was verified, and has to be again


def groups(times: Collection[str] | None) -> list[str]:
    """The groups that somebody chose; none where any time will do."""
    return [name for name, parts in TIMES.items() if parts <= set(times or ())]


def with_group(times: Collection[str] | None, group: str) -> list[str] | None:
    """The times with a group added, or taken out where it was in; None when that leaves any time."""
    chosen = set(times or ())
    chosen = chosen - TIMES[group] if TIMES[group] <= chosen else chosen | TIMES[group]
    return sorted(chosen) or None


def toggled(values: Sequence[str] | None, one: str) -> list[str] | None:
    """A list with one thing added, or taken out where it was in; None instead of an empty one."""
    kept = [value for value in values or () if value != one]
    return (kept if kept != list(values or ()) else [*kept, one]) or None


def standing(verified_at: datetime | None, expires_at: datetime | None, now: datetime) -> Standing:
    """What a skill counts for at `now`."""
    if expires_at is not None and expires_at <= now:
        return Standing.EXPIRED
    return Standing.DECLARED if verified_at is None else Standing.VERIFIED


def expires_at(verified_at: datetime, months: int | None) -> datetime | None:
    """Until when a verified skill counts: the same day so many months later; None for good."""
    if months is None:
        return None
    year, month = divmod(verified_at.month - 1 + months, 12)
    year += verified_at.year
    month += 1
    return verified_at.replace(year=year, month=month, day=min(verified_at.day, 28))
