"""Danger: a calm ticket that becomes one, the ladder that rings until somebody goes, and the steps on site."""

from datetime import datetime
from typing import Any

from . import closing, routing, tickets, timing
from .handling import check, tell_owner
from .rules.lifecycle import Event, State
from .rules.rights import Action
from .work import Priority, Work

HELD = {State.ACCEPTED, State.WAITING, State.ON_SITE, State.CONTROLLED}


async def raise_to(work: Work, ticket: dict[str, Any]) -> None:
    """It is dangerous now: the limits of danger from this moment, and everybody is called until one presses 我去处理.

    The resident may say so, or whoever has it in hand, or the duty secretary. Nobody keeps it from before: who took a
    lamp yesterday has not said that they are going now. They are called with the others.
    """
    await _check(work, ticket)
    if ticket["is_danger"] and ticket["state"] != State.DONE:
        return
    if ticket["state"] == State.DONE:
        await closing.reopen(work, ticket)
    me, former = _me(work), ticket["assignee_id"]
    if not ticket["is_danger"]:
        limits = work.directory.kinds[tickets.DANGER].limits
        columns = {"limits": limits.to_json(), **timing.danger_begins(work, limits)}
        await tickets.move(work, ticket, Event.DANGER_RAISED, me, is_danger=True, tier=0, **columns)
    if ticket["state"] in HELD:
        why = {"reason": "danger_raised", "person": former}
        await tickets.move(work, ticket, Event.RELEASED, me, why=why, assignee_id=None, accepted_at=None)
    await routing.ring(work, ticket, also=[former] if former is not None else [])
    await tickets.show(work, ticket)


async def _check(work: Work, ticket: dict[str, Any]) -> None:
    for action in (Action.PROGRESS, Action.TRIAGE):
        if ticket["state"] != State.DONE and await tickets.allowed(work, action, ticket):
            # The caller is told first whom to ring.
            await tell_owner(work, ticket, "danger.ring_first", priority=Priority.ALARM)
            return
    await check(work, Action.ADD_WORDS, ticket, Event.DANGER_RAISED)


async def arrive(work: Work, ticket: dict[str, Any]) -> None:
    """到场: whoever accepted is on site, and the caller knows it."""
    if ticket["state"] == State.ON_SITE and ticket["assignee_id"] == _me(work):
        return  # a double tap
    await check(work, Action.ARRIVE, ticket, Event.ARRIVED)
    await tickets.move(work, ticket, Event.ARRIVED, _me(work), arrived_at=work.now)
    await tell_owner(work, ticket, "danger.on_site", priority=Priority.ALARM)
    await tickets.show(work, ticket)


async def control(work: Work, ticket: dict[str, Any], plan: str, due_at: datetime) -> None:
    """已控制: no more harm; what follows is told in the worker's words, and the day it was promised for is kept."""
    await check(work, Action.CONTROL, ticket, Event.BROUGHT_UNDER_CONTROL)
    await tickets.move(
        work,
        ticket,
        Event.BROUGHT_UNDER_CONTROL,
        _me(work),
        why={"words": plan, "due_at": due_at.isoformat()},
        controlled_at=work.now,
        resolution_due_at=due_at,
    )
    await tell_owner(work, ticket, "danger.under_control", priority=Priority.ALARM, words=plan, due_at_text=due_at)
    await tickets.show(work, ticket)


def _me(work: Work) -> int | None:
    return work.person["id"] if work.person else None
