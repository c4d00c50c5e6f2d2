"""Danger that is noticed later: a ticket that was calm becomes one, and rings like one."""

from typing import Any

from . import routing, tickets
from .handling import check, tell_owner
from .rules.lifecycle import Event, State
from .rules.rights import Action
from .work import Priority, Work


async def raise_to(work: Work, ticket: dict[str, Any]) -> None:
    """The resident says that it is dangerous now: the limits of danger from this moment, everybody is called."""
    await check(work, Action.ADD_WORDS, ticket, Event.DANGER_RAISED)
    if ticket["is_danger"]:
        return
    kind = work.directory.kinds[tickets.DANGER]
    me = work.person["id"] if work.person else None
    columns = tickets.limit_columns(work, kind.limits, work.now, tickets.NO_PAUSE)
    await tickets.move(work, ticket, Event.DANGER_RAISED, me, is_danger=True, danger_at=work.now, tier=0, **columns)
    if ticket["state"] in {State.NEW, State.OFFERED}:
        await routing.ring(work, ticket)
    await tickets.show(work, ticket, fresh=[ticket["assignee_id"]] if ticket["assignee_id"] else [])


async def arrive(work: Work, ticket: dict[str, Any]) -> None:
    """到场: whoever accepted is on site, and the caller knows it."""
    await check(work, Action.ARRIVE, ticket, Event.ARRIVED)
    me = work.person["id"] if work.person else None
    await tickets.move(work, ticket, Event.ARRIVED, me, arrived_at=work.now)
    await tell_owner(work, ticket, "danger.on_site", priority=Priority.ALARM)
    await tickets.show(work, ticket)


async def control(work: Work, ticket: dict[str, Any], plan: str) -> None:
    """已控制: no more harm; what follows, and by when, is told in the worker's words."""
    await check(work, Action.CONTROL, ticket, Event.BROUGHT_UNDER_CONTROL)
    me = work.person["id"] if work.person else None
    await tickets.move(work, ticket, Event.BROUGHT_UNDER_CONTROL, me, why={"words": plan}, controlled_at=work.now)
    await tell_owner(work, ticket, "danger.under_control", priority=Priority.ALARM, words=plan)
    await tickets.show(work, ticket)
