"""The card of a booking: what, when, who, where, what has to be brought, how far it is; and the buttons that fit now.

Its text and its buttons follow from state and rights like those of every card (`bot.cards`). The room and the code that
the resident reads out at the door are shown to those alone who need them.
"""

from datetime import datetime
from typing import Any

from storage import closing, papers, visits
from storage.ledger import Ledger, Row
from storage.rules.catalogue import Way
from storage.rules.lifecycle import OPEN, State
from storage.rules.press import press
from storage.rules.rights import Action, Actor, TicketFacts, actions, may
from storage.rules.visits import MissedBy, Outcome, stages_after
from storage.visit_results import stage_of
from storage.walk_ins import ahead_of
from storage.work import Button, Work

Buttons = list[list[Button]]
_BEFORE = frozenset({State.NEW, State.OFFERED, State.ACCEPTED})


async def params(
    ledger: Ledger, ticket: Row, booking: Row, facts: TicketFacts, viewer: Row, now: datetime
) -> dict[str, Any]:
    """What the templates of a booking need beside what every card says."""
    language = viewer["language"]
    catalogue = ledger.directory.catalogue
    service = catalogue.services.get(booking["service_id"])
    provider = catalogue.providers.get(booking["provider_id"] or 0)
    is_queueing = booking["queue_number"] is not None and booking["called_at"] is None
    work = Work.for_clock(ledger, now)
    return {
        "what": service.name_in(language) if service else "",
        "way": booking["way"],
        "starts_at": booking["starts_at"],
        "ends_at": booking["ends_at"],
        "provider": provider.name_in(language) if provider else None,
        "provider_phone": provider.phone if provider else None,
        "address": _address(provider, service, language),
        "note": booking["note"],
        "is_full_service": bool(booking["is_full_service"]),
        "is_unapproved": facts.is_unapproved,
        "has_slot": booking["starts_at"] is not None,
        "queue_number": booking["queue_number"],
        "ahead": await ahead_of(work, booking) if is_queueing and ticket["state"] == State.ACCEPTED else None,
        "is_called": booking["called_at"] is not None,
        "stage": booking["stage"],
        "result": booking["result"],
        "fetch_at": booking["fetch_at"],
        "missed_by": booking["missed_by"],
        "is_missed": booking["missed_at"] is not None,
        "owner_comes": booking["owner_comes_at"] is not None,
        "agent_comes": booking["agent_comes_at"] is not None,
        "code": _code(ticket, booking, facts, viewer),
        "asks_code": visits.asks_code(booking),
        "originals": len(papers.out(await papers.of(ledger, ticket["id"]))),
        "is_room_shown": may(Actor(viewer["id"]), Action.SEE_PERSON, facts) or viewer["id"] == facts.assignee_id,
    }


def _address(provider: Any, service: Any, language: str) -> str | None:
    """Where one goes: to the provider, else where the service is."""
    for one in (provider, service):
        if one is not None and one.address:
            return str(one.address if language.startswith("zh") or not one.address_en else one.address_en)
    return None


def _code(ticket: Row, booking: Row, facts: TicketFacts, viewer: Row) -> str | None:
    """Only the resident's side reads the code, and only until somebody is there."""
    if not visits.asks_code(booking) or ticket["state"] not in _BEFORE or viewer["id"] == facts.assignee_id:
        return None
    if viewer["id"] not in {facts.owner_id, facts.filed_by_id, *facts.relative_ids}:
        return None
    return " ".join(booking["code"])


# --- the resident's side -------------------------------------------------------------------------------------


def owner_buttons(actor: Actor, facts: TicketFacts, ticket: Row, booking: Row, now: datetime) -> Buttons:
    """What the resident's side may press."""
    can = set(actions(actor, facts))
    rows = _judging(can, facts, ticket, booking)
    if Action.RESCHEDULE in can or Action.ADD_WORDS in can:
        rows += _going_on(can, facts, booking, now)
    kept: list[Button] = [("papers_told", press("bpapers", facts.id))] if facts.state in OPEN else []
    if booking["starts_at"] is not None and facts.state in {*_BEFORE, State.WITHDRAWN} and booking["ends_at"] > now:
        is_off = facts.state is State.WITHDRAWN
        kept.append(("calendar_off" if is_off else "calendar_file", press("bics", facts.id)))
    rows += [[one] for one in kept]
    if facts.state not in OPEN and actor.person_id in {facts.owner_id, facts.filed_by_id, *facts.relative_ids}:
        rows.append([("visit_again", press("bagain", facts.id))])
    row: list[Button] = [("add_words", press("add", facts.id))] if Action.ADD_WORDS in can else []
    if Action.WITHDRAW in can and booking["missed_at"] is None:
        row.append(("withdraw", press("withdraw", facts.id)))
    return [*rows, *([row] if row else []), [("copy_number", f"copy={ticket['number']}")]]


def _judging(can: set[Action], facts: TicketFacts, ticket: Row, booking: Row) -> Buttons:
    """What is answered when it is over."""
    rows: Buttons = []
    if facts.state is State.DONE and Action.CONFIRM in can:
        is_refused = booking["result"] == Outcome.REFUSED
        labels = ("visit_understood", "visit_look_again") if is_refused else ("done_yes", "done_no")
        rows += [[(labels[0], press("yes", facts.id))], [(labels[1], press("no", facts.id))]]
    if Action.RATE in can and closing.can_rate(ticket):
        rows.append([("rate_open", press("stars", facts.id))])
    if Action.OBJECT in can:
        rows.append([("object", press("object", facts.id))])
    return rows


def _going_on(can: set[Action], facts: TicketFacts, booking: Row, now: datetime) -> Buttons:
    """我会来, another time, or not at all."""
    if facts.state is State.WAITING and booking["missed_at"] is not None:
        return [list(row) for row in visits.missed_buttons({"id": facts.id}, booking)]
    rows: Buttons = []
    if facts.state is State.ACCEPTED and booking["missed_by"] == MissedBy.AGENT and Action.COME in can:
        rows.append([("visit_came", press("vcame", facts.id))])
    is_ahead = booking["starts_at"] is not None and booking["starts_at"] > now
    if Action.COME in can and booking["owner_comes_at"] is None and is_ahead:
        label = "visit_come" if booking["way"] == Way.AT_HOME else "visit_will_come"
        rows.append([(label, press("bcome", facts.id))])
    change: list[Button] = []
    if Action.RESCHEDULE in can and facts.state in _BEFORE:
        change.append(("visit_new_time", press("bmove", facts.id)))
    if Action.UNBOOK in can and facts.state in _BEFORE:
        change.append(("visit_call_off", press("bcancel", facts.id)))
    return [*rows, *([change] if change else [])]


# --- the staff's side ----------------------------------------------------------------------------------------


def staff_buttons(actor: Actor, facts: TicketFacts, booking: Row, *, is_official: bool) -> Buttons:
    """What whoever carries it out, or decides on it, may press."""
    can = set(actions(actor, facts))
    rows: Buttons = []
    if Action.APPROVE in can:
        rows.append([("visit_approve", press("vapprove", facts.id)), ("visit_refuse", press("vrefuse", facts.id))])
    if Action.ACCEPT in can:
        rows.append([("accept", press("accept", facts.id)), ("decline", press("decline", facts.id))])
    if Action.FINISH not in can:
        return rows
    is_begun = facts.state is State.ON_SITE or booking["way"] == Way.PHONE
    is_begun |= booking["called_at"] is not None or booking["result"] is not None  # said to be done, and was not
    if facts.state is State.ACCEPTED and not is_begun:
        rows += _at_the_door(facts, booking)
    elif Action.MISS in can and booking["way"] == Way.WALK_IN and facts.state is State.ACCEPTED:
        rows.append([("visit_miss", press("vmiss", facts.id))])
    if is_begun or facts.state is not State.ACCEPTED or booking["way"] == Way.APPOINTMENT:
        rows += _results(facts, booking, is_official=is_official)
    if booking["way"] == Way.AT_HOME or is_official:
        rows.append([("papers_open", press("bpaper", facts.id))])
    return [*rows, [("more", press("more", facts.id))]]


def _at_the_door(facts: TicketFacts, booking: Row) -> Buttons:
    if booking["way"] != Way.AT_HOME:
        return [[("visit_they_came", press("varrive", facts.id)), ("visit_miss", press("vmiss", facts.id))]]
    return [
        [("visit_on_the_way", press("varoute", facts.id)), ("visit_arrive", press("varrive", facts.id))],
        [("visit_miss", press("vmiss", facts.id)), ("visit_cannot", press("vgone", facts.id))],
    ]


def _results(facts: TicketFacts, booking: Row, *, is_official: bool) -> Buttons:
    """The next stages of an official matter, or done; and that it could not be done."""
    ended: list[Button] = [("visit_not_done", press("vnot", facts.id))]
    if facts.state is State.ON_SITE and booking["stage"] is None:
        ended.append(("visit_miss", press("vmiss", facts.id)))
    if not is_official:
        return [[("finish", press("vdone", facts.id))], ended]
    after: Buttons = [
        [(f"visit_stage_{stage}", press("vstage", facts.id, stage))] for stage in stages_after(stage_of(booking))
    ]
    return [*after, ended]
