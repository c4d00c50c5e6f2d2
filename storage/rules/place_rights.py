"""May this person do this at that place: notices, the duty roster, people who help, points of others.

What belongs to no ticket hangs on roles alone: an action is permitted to who holds one of its roles at a place that
covers where it is to happen.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from .rights import LIVING_HERE, SECRETARIES, VERIFIERS, Actor, Role


class NoticeAction(StrEnum):
    """What a person may want to do with a notice."""

    WRITE = "write_notice"
    AT_NIGHT = "notice_at_night"  # let it pass the quiet hours
    STEER = "steer_notice"  # pause, go on, stop, remind; who wrote it may too, as long as they may write there
    SEE_NAMES = "see_who_has_not_read"


class DutyAction(StrEnum):
    """What a person may want to do with the duty roster of a place."""

    SEE = "see_roster"  # names, for staff of the same community or above it
    ARRANGE = "arrange_roster"  # object to a change, look for somebody where nobody is left


class HelperAction(StrEnum):
    """What a person may want to do with somebody's registration as a helper."""

    SEE = "see_helper"  # all of it; neighbours see what was consented to
    JUDGE = "judge_helper"  # verify, suspend and let help again; nobody judges themselves


class PointsAction(StrEnum):
    """What a person may want to do with the points of others."""

    HAND_OUT = "hand_out_rewards"  # what they exchanged them for, at the hall
    TAKE_BACK = "take_points_back"  # what was not earned honestly
    NOMINATE = "nominate"  # the year's drafts for 金牌管家 and 社区好人


PlaceAction = NoticeAction | DutyAction | HelperAction | PointsAction

_SECRETARIES = frozenset(SECRETARIES)
_PERMITS: Mapping[PlaceAction, frozenset[Role]] = MappingProxyType(
    {
        NoticeAction.WRITE: _SECRETARIES | {Role.GRID_WORKER},
        NoticeAction.AT_NIGHT: _SECRETARIES,
        NoticeAction.STEER: _SECRETARIES,
        # Numbers are enough for everybody but the one who goes and knocks.
        NoticeAction.SEE_NAMES: frozenset({Role.GRID_WORKER}),
        DutyAction.SEE: frozenset(Role) - LIVING_HERE - {Role.VOLUNTEER},  # which people give themselves
        DutyAction.ARRANGE: _SECRETARIES,
        HelperAction.SEE: VERIFIERS | {Role.GRID_WORKER, Role.UNIT_HEAD},
        HelperAction.JUDGE: _SECRETARIES,
        PointsAction.HAND_OUT: _SECRETARIES | {Role.PROXY_AGENT},
        PointsAction.TAKE_BACK: _SECRETARIES,
        PointsAction.NOMINATE: frozenset({Role.COMMUNITY_SECRETARY}),
    }
)


def roles_for(action: PlaceAction) -> frozenset[Role]:
    """The roles that permit it."""
    return _PERMITS[action]


def codes_for(action: PlaceAction) -> list[str]:
    """The codes of those roles in order, as they go with what only their holders may read."""
    return sorted(str(role) for role in _PERMITS[action])


def may_at(actor: Actor, action: PlaceAction, scope: frozenset[int], of: int | None = None) -> bool:
    """Whether `actor` is entitled to `action` at the place that `scope` covers.

    `of` is whose it is: the person who wrote the notice, or who is judged.
    """
    roles, is_own = _PERMITS[action], of is not None and actor.person_id == of
    if action is HelperAction.JUDGE and is_own:
        return False
    if action is NoticeAction.STEER and is_own:
        roles |= _PERMITS[NoticeAction.WRITE]
    return any(grant.role in roles and grant.place_id in scope for grant in actor.grants)
